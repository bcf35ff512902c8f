"""No tap is lost: promise 5. The button carries the state, and a button that no longer fits leads to the menu."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import conversation
from bot.conversation import Book
from bot.dialogue import code, engine, tables
from bot.dialogue.explore import Exploration, events
from bot.dialogue.model import Dialogue, Event, State
from tests.conftest import NOON

HOUR = 490_000
MARKS = {"choice": ".", "command": "!", "place": "@", "page": "#", "about": "?"}


def test_every_state_and_every_move_survive_the_button(book: Book, exploration: Exploration) -> None:
    dialogue, moves = book.dialogue, 0
    for state in exploration.states:
        decoded = code.unpack(dialogue, code.pack(dialogue, state, "", "en", HOUR), HOUR)
        assert (decoded.state, decoded.event, decoded.language, decoded.renewed) == (state, None, "en", False)
        for event in events(dialogue, state):
            if event.kind == "pass":
                continue
            data = code.pack(dialogue, state, MARKS[event.kind] + event.value, "en", HOUR)
            assert len(data) <= code.MOST_BYTES
            decoded = code.unpack(dialogue, data, HOUR)
            assert (decoded.state, decoded.event, decoded.renewed) == (state, event, False)
            moves += 1
    assert moves > len(exploration.states)


def test_an_answer_ages_inside_its_button(book: Book) -> None:
    state = State("medical.clock", (("elapsed", "under_24h"),))
    data = code.pack(book.dialogue, state, "", "en", HOUR)
    hours = [0, 1, 47, 48, 71, 72, 500]
    assert hours
    for later in hours:
        assert code.unpack(book.dialogue, data, HOUR + later).state.passed == later
    assert code.unpack(book.dialogue, data, HOUR - 5).state.passed == 0, "a clock that jumps back counts as 0"


def test_a_button_of_a_step_that_is_gone_leads_to_the_menu_with_the_answers_that_make_sense(book: Book) -> None:
    old = replace(book.dialogue.steps["medical.clock"], id="medical.gone")
    before = _with(book.dialogue, {**book.dialogue.steps, "medical.gone": old})
    state = State("medical.gone", (("reader", "friend"),))
    decoded = code.unpack(book.dialogue, code.pack(before, state, "!back", "en", HOUR), HOUR)
    assert decoded.renewed and decoded.state == State(book.dialogue.menu, (("reader", "friend"),))


def test_the_exit_and_the_numbers_of_a_step_that_is_gone_still_work(book: Book) -> None:
    """Whoever presses them has no time for a menu."""
    old = replace(book.dialogue.steps["medical.clock"], id="medical.gone")
    before = _with(book.dialogue, {**book.dialogue.steps, "medical.gone": old})
    for lying in ("", "help.quiet"):
        state = State("medical.gone", over=lying)
        assert conversation.tap(book, code.pack(before, state, "!exit", "ru", HOUR), "en", NOON).screen.left
        card = conversation.tap(book, code.pack(before, state, "!help", "ru", HOUR), "en", NOON).screen
        assert (card.over, card.language) == (book.dialogue.help, "ru")


def test_a_choice_that_now_leads_elsewhere_is_not_followed(book: Book) -> None:
    step = book.dialogue.steps[book.dialogue.first]
    bent = tuple(replace(one, rules=(replace(one.rules[0], to="privacy.keeps"),)) for one in step.choices)
    before = _with(book.dialogue, {**book.dialogue.steps, step.id: replace(step, choices=bent)})
    data = code.pack(before, State(step.id), f".{bent[0].id}", "en", HOUR)
    assert code.unpack(before, data, HOUR).event == Event("choice", bent[0].id)
    decoded = code.unpack(book.dialogue, data, HOUR)
    assert decoded.renewed and decoded.event is None and decoded.state.step == book.dialogue.menu


def test_mending_a_word_breaks_no_button(book: Book) -> None:
    step = book.dialogue.steps[book.dialogue.first]
    reworded = replace(step, says=(), choices=tuple(replace(one, labels={"": "Other words"}) for one in step.choices))
    before = _with(book.dialogue, {**book.dialogue.steps, step.id: reworded})
    assert step.choices
    for choice in step.choices:
        data = code.pack(before, State(step.id), f".{choice.id}", "en", HOUR)
        assert code.unpack(book.dialogue, data, HOUR).event == Event("choice", choice.id)


@given(st.one_of(st.text(max_size=90), st.text("ABCDwxyz0123-_.!@#?~^", max_size=70), st.binary(max_size=64).map(repr)))
@settings(max_examples=400, deadline=None)
def test_nonsense_leads_to_a_screen_with_a_way_on(book: Book, data: str) -> None:
    answer = conversation.tap(book, data, "en", NOON)
    assert answer.screen.left or {"help", "exit"} <= {button.id for button in answer.screen.buttons}


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_forged_button_reaches_only_screens_anybody_may_reach(
    book: Book, exploration: Exploration, data: st.DataObject
) -> None:
    """A real code with some characters changed: whatever decodes is a state that exploration knows."""
    states = _sorted(exploration)
    state = data.draw(st.sampled_from(states))
    letters = list(code.pack(book.dialogue, state, "!back", "en", HOUR))
    for _ in range(data.draw(st.integers(1, 4))):
        letters[data.draw(st.integers(0, len(letters) - 1))] = data.draw(st.sampled_from("ABCXYZabcxyz019-_.!@#?~"))
    decoded = code.unpack(book.dialogue, "".join(letters), HOUR)
    plain = replace(engine.canonical(book.dialogue, decoded.state), over="", page="", topics=())
    assert plain.step in book.dialogue.steps
    assert {slot for slot, _ in plain.slots} <= book.dialogue.live[plain.step]


_CACHE: dict[int, list[State]] = {}


def _sorted(exploration: Exploration) -> list[State]:
    return _CACHE.setdefault(id(exploration), sorted(exploration.states, key=repr))


def _with(dialogue: Dialogue, steps: dict) -> Dialogue:  # type: ignore[type-arg]
    live = {**dialogue.live, "medical.gone": dialogue.live["medical.clock"]}
    return replace(dialogue, steps=steps, live=live)


def test_no_two_names_share_a_code(book: Book) -> None:
    assert tables.collisions(book.dialogue) == ()


def test_the_button_of_a_hidden_screen_meets_a_stranger(book: Book) -> None:
    assert conversation.tap(book, code.START, "en", NOON) == conversation.begin(book, "en", NOON)


ANSWERS = (("elapsed", "under_24h"), ("reader", "friend"))
#: Buttons as they were drawn before overlays could lie upon each other, at hour 490000; each says "back".
BEFORE = {
    "1ruBNBbeB3oQ!iiWFhqy3IfoLM7X": State("medical.clock", ANSWERS),
    "1ruDNBbeB3oNAwRN!iiWFhqy3IfoLM7X": State("medical.clock", ANSWERS, 3, "help.quiet"),
    "1rujNBbeB3oQAwRN!iiWFhqy3IfoLM7X": State("medical.clock", ANSWERS, 0, "help.language", ("help.quiet",)),
    "1ruEsAf_r-om!iiWFhqy": State("place.near", page="turkistan-region"),
    "1ruSOnZEBAZAv17v7D!iiWFhqy": State("start.menu", over="help.guess", topics=("report", "lawyer")),
    "1ruqOnZEBAZAv17!iiWFhqy": State("start.menu", over="help.language", under=("help.guess",), topics=("report",)),
    "1ruCOnZEJ1TJ!iiWFhqy": State("start.menu", over="help.language"),
}


def test_buttons_of_the_code_before_still_hold(book: Book) -> None:
    assert BEFORE
    for data, state in BEFORE.items():
        decoded = code.unpack(book.dialogue, data, HOUR)
        assert (decoded.state, decoded.event) == (state, Event("command", "back"))
        assert (decoded.language, decoded.renewed) == ("ru", False)


def test_a_forged_pile_of_overlays_is_made_sound(book: Book) -> None:
    """A town asked about where none is named, the same card twice, more topics than a guess has: none can be forged."""
    dialogue, near = book.dialogue, State("start.menu", over=book.dialogue.near)
    decoded = code.unpack(dialogue, code.pack(dialogue, near, "", "en", HOUR), HOUR).state
    assert decoded == State("start.menu", over=dialogue.guess)
    twice = State("start.menu", over=dialogue.help, under=(dialogue.help, "?danger"), topics=("report",))
    decoded = code.unpack(dialogue, code.pack(dialogue, twice, "", "en", HOUR), HOUR).state
    assert decoded == State("start.menu", over=dialogue.help, under=("?danger",))
