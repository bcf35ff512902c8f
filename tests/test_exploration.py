"""The whole dialogue is checked, not sampled: promise 6, and promises 1 to 3 in every state."""

from __future__ import annotations

from bot import conversation
from bot.conversation import Book
from bot.dialogue import code, engine
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import Event, State
from tests.conftest import NIGHT, NOON

LABEL, SCREEN = 24, 1024


def _hour() -> int:
    return int(NOON.timestamp() // 3600)


def _every_state(book: Book, exploration: Exploration) -> list[State]:
    """Every state, and every overlay over one state of each step."""
    above = {state.step: state for state in exploration.states}
    shown = list(exploration.states)
    for state in above.values():
        shown += overlays(book.dialogue, state)
    return shown


def test_every_state_is_visited_and_there_are_fewer_than_20000(book: Book, exploration: Exploration) -> None:
    steps = {state.step for state in exploration.states}
    print(f"\n{len(steps)} steps, {len(exploration.states)} states, {exploration.edges} edges")
    assert 0 < len(exploration.states) < 20_000
    assert exploration.edges > len(exploration.states)
    assert steps == {name for name, step in book.dialogue.steps.items() if not step.overlay}


def test_the_way_to_every_step_can_be_walked(book: Book, exploration: Exploration) -> None:
    """The shortest way that exploration found, walked event by event, ends where it says."""
    ends = {state.step: state for state in exploration.states}
    assert ends
    for end in ends.values():
        state = State(book.dialogue.first)
        for event in exploration.path(end):
            after = engine.advance(book.dialogue, state, event).state
            assert after is not None
            state = engine.canonical(book.dialogue, after)
        assert state == end


def test_every_screen_says_something_and_fits_every_channel(book: Book, exploration: Exploration) -> None:
    states = _every_state(book, exploration)
    drawn = 0
    assert book.languages
    for state in states:
        for language in book.languages:
            for moment in (NOON, NIGHT):
                remembered = code.pack(book.dialogue, state, "", language, int(moment.timestamp() // 3600))
                screen = conversation.redraw(book, remembered, "", moment).screen
                drawn += 1
                where = f"{state} {language}"
                assert screen.text.strip(), where
                assert "{" not in screen.text and "}" not in screen.text, where
                assert len(screen.text) <= SCREEN, f"{len(screen.text)} {where}"
                for button in screen.buttons:
                    assert 0 < len(button.label) <= LABEL, f"{button.label} {where}"
                    assert len(button.code.encode()) <= code.MOST_BYTES, where
                assert len({button.code for button in screen.buttons}) == len(screen.buttons), where
    print(f"\n{drawn} screens drawn")
    assert drawn >= len(states)


def test_the_emergency_card_and_the_exit_are_one_tap_away_everywhere(book: Book, exploration: Exploration) -> None:
    states = _every_state(book, exploration)
    assert states
    for state in states:
        remembered = code.pack(book.dialogue, state, "", "en", _hour())
        buttons = {one.id: one for one in conversation.redraw(book, remembered, "", NOON).screen.buttons}
        card = conversation.tap(book, buttons["help"].code, "", NOON).screen
        assert card.over == book.dialogue.help, state
        assert all(number in card.text for number in ("112", "103", "102", "150")), state
        left = conversation.tap(book, buttons["exit"].code, "", NOON)
        assert left.screen.left and left.code == "" and left.screen.text == "", state


def test_an_overlay_leaves_the_state_beneath_untouched(book: Book, exploration: Exploration) -> None:
    assert exploration.states
    for state in exploration.states:
        for name in ("help", "language"):
            over = engine.advance(book.dialogue, state, Event("command", name)).state
            assert over is not None and over.over
            assert engine.advance(book.dialogue, over, Event("command", "back")).state == state


def test_there_is_no_dead_end(book: Book, exploration: Exploration) -> None:
    """Every step but the first leads on by something else than a command, or says everything and offers the menu."""
    assert exploration.states
    for state in exploration.states:
        ways = engine.visible_choices(book.dialogue, state)
        on = [choice for choice in ways if engine.target(book.dialogue, state, choice.rules)]
        assert on or engine.asks_place(book.dialogue, state), state


def test_every_question_can_be_skipped(book: Book, exploration: Exploration) -> None:
    """But for the first screen, before all questions: the menu, which asks nothing, is one command away."""
    assert book.dialogue.steps[book.dialogue.menu].ask == ""
    asked = [state for state in exploration.states if state.step != book.dialogue.first]
    assert asked
    for state in asked:
        after = engine.advance(book.dialogue, state, Event("command", "menu")).state
        assert after is not None and after.step == book.dialogue.menu


def test_every_slot_has_a_few_declared_values_and_none_could_hold_a_name(book: Book) -> None:
    assert book.dialogue.slots
    for slot in book.dialogue.slots.values():
        assert slot.unset in slot.values
        assert len(slot.values) <= (12 if slot.name != "place" else len(book.directory.places) + 1)
        assert set(slot.table) == set(slot.values)


def test_only_four_answers_outlive_their_flow(book: Book) -> None:
    """What no screen reads is kept by no state: `hide` passes through to the channel and is gone."""
    kept = set().union(*book.dialogue.live.values())
    assert kept
    assert {slot for slot in kept if not book.dialogue.slots[slot].flow} <= {"reader", "age", "elapsed", "place"}
