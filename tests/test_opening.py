"""Nothing of the subject before "Is it safe to read now?", and "I'm under 18" before care or a report."""

from __future__ import annotations

from bot import conversation
from bot.conversation import Book
from bot.dialogue import engine
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import Event, State
from tests.conftest import NOON

#: Flows of care and of the legal way.
CARE = {"medical", "exam", "evidence", "place", "show", "plan", "report", "police", "case", "court", "law", "pressure"}


def test_menu_leads_past_the_first_screen_only_for_who_said_it_is_safe(book: Book, exploration: Exploration) -> None:
    first = State(book.dialogue.first)
    for state in (first, *overlays(book.dialogue, first)):
        after = engine.advance(book.dialogue, state, Event("command", "menu")).state
        assert after == first, state
    others = [state for state in exploration.states if state.step != book.dialogue.first]
    assert others
    for state in others:
        after = engine.advance(book.dialogue, state, Event("command", "menu")).state
        assert after is not None and after.step == book.dialogue.menu


def test_no_button_of_an_overlay_on_the_first_screen_leads_to_the_menu(book: Book) -> None:
    """Also where words were not understood: its "What I can help with" asks first whether it is safe."""
    tried = 0
    for state in overlays(book.dialogue, State(book.dialogue.first)):
        for choice in engine.visible_choices(book.dialogue, state):
            after = engine.advance(book.dialogue, state, Event("choice", choice.id)).state
            assert after is None or after.step != book.dialogue.menu, (state, choice.id)
            tried += 1
    assert tried > 10
    for language in book.languages:
        for words in ("qwrtpsdf", "меню", "menu", "мәзір", "/menu"):
            answer = conversation.say(book, "", words, language, NOON)
            assert answer.screen.step == book.dialogue.first
            for button in answer.screen.buttons:
                if button.id in ("topics", "menu"):
                    answer = conversation.tap(book, button.code, language, NOON)
                    assert (answer.screen.step, answer.screen.over) == (book.dialogue.first, None)
    lost = engine.advance(book.dialogue, State(book.dialogue.first), Event("topic", "")).state
    assert lost is not None and lost.over == book.dialogue.lost
    assert engine.advance(book.dialogue, lost, Event("choice", "topics")).state == State(book.dialogue.first)


def _offers(book: Book, step: str) -> bool:
    return any(("age", "minor") in choice.sets for choice in book.dialogue.steps[step].choices)


def test_under_18_is_offered_before_care_and_report_whatever_way_leads_there(book: Book) -> None:
    """From the first screen, by buttons and by typed words: no way avoids every screen that offers it."""
    dialogue = book.dialogue
    entries = [choice.rules[0].to for choice in dialogue.steps[dialogue.first].choices if choice.id == "yes"]
    entries += [topic.go for topic in dialogue.topics.values() if topic.crisis]
    entries += [one for one in (dialogue.help, dialogue.lost, dialogue.again, dialogue.guess, dialogue.near) if one]
    assert len(entries) > 5
    seen: set[str] = set()
    while entries:
        step = entries.pop()
        if step in seen or _offers(book, step):
            continue
        assert step.partition(".")[0] not in CARE, step
        seen.add(step)
        moves = [rule.to for choice in dialogue.steps[step].choices for rule in choice.rules]
        moves += [choice.over for choice in dialogue.steps[step].choices if choice.over]
        entries += [to for to in moves if to in dialogue.steps]
    assert all(_offers(book, step) for step in (dialogue.guess, "start.who", dialogue.menu, "report.choose"))


def test_whoever_says_under_18_there_is_heard(book: Book) -> None:
    for language in book.languages:
        offered = conversation.say(book, "", "СПИД HIV ВИЧ", language, NOON)
        assert offered.screen.over == book.dialogue.guess
        button = next(one for one in offered.screen.buttons if one.id == "minor")
        answer = conversation.tap(book, button.code, language, NOON)
        assert answer.screen.step == "minor.first"
        card = conversation.command(book, answer.code, "help", language, NOON)
        assert "111" in card.screen.text, "the answer is kept"
        back = conversation.command(book, card.code, "back", language, NOON)
        assert back.screen.step == "minor.first" and back.screen.over is None
