"""The words of the dialogue as plain, frozen data. Read this file first: everything else moves these things about.

Standard library only; nothing here knows a clock, a language, a channel or a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Who reads. The second wording of a text that speaks to the reader is for a friend.
READERS = ("survivor", "friend")

#: The engine's own moves, in every state. Flows may send a choice to one of them, but never define one.
COMMANDS = ("help", "exit", "menu", "back", "language")

#: slot -> what it may read as; all keys must hold ("and"), any value of a key will do ("or"). Empty: always.
Condition = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """An answer with a few declared values.

    `when` in a flow never tests the answer itself but what it *reads as*. Mostly that is the same word. A place reads
    as its class (`listed`, `none`, `unset`), and `elapsed` reads as another phase of care when hours have passed.
    """

    name: str  #: `elapsed`; a local slot carries its flow: `medical.injured`
    values: tuple[str, ...]  #: every value that may be kept, `unset` among them
    unset: str  #: the value of a slot nobody answered
    reads: tuple[str, ...]  #: every word a condition may test
    table: Mapping[str, tuple[tuple[int, str], ...]]  #: value -> ((from how many hours on, reads as), ...), rising
    flow: str = ""  #: the flow it dies with; empty: it lives in all flows
    computed: bool = False  #: filled in for one screen (day or night); never answered, never kept


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who learns of it when the person takes this step, as far as the source says so."""

    who: Literal["police", "register", "parents", "embassy"]
    how: Literal["always", "if-said", "may", "not-known", "nobody"]


@dataclass(frozen=True, slots=True)
class Say:
    """One paragraph. Says with a condition that stand side by side share a `group`: the first that holds is shown."""

    texts: Mapping[str, str] = field(default_factory=dict)  #: reader -> English words; key "" when one wording serves
    when: Condition = ()
    group: int = -1  #: -1: shown always
    show: str = ""  #: instead of words: `numbers`, `centre`, `nearest` or `contact`, see `of`
    of: tuple[str, ...] = ()  #: ids of entries (`numbers`, `centre`) or a service (`nearest`, `contact`)
    sources: tuple[str, ...] = ()
    hard: bool = False
    not_kept: bool = False  #: left out when this step is sent as a card
    languages: tuple[str, ...] = ()  #: said in these, whatever the chat's language: words to show to somebody else


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a choice leads: a step (`medical.when`) or a command (`back`), if the condition holds."""

    to: str
    when: Condition = ()


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    labels: Mapping[str, str]  #: as `Say.texts`
    rules: tuple[Rule, ...]
    sets: tuple[tuple[str, str], ...] = ()  #: answers this choice gives: (slot, value)
    when: Condition = ()  #: offered only if this holds
    over: str = ""  #: an overlay laid on top of where the choice leads: first the numbers, then on from there
    keep: str = ""  #: a step whose words are sent as a card to keep, if the person asks for it


@dataclass(frozen=True, slots=True)
class Step:
    """One screen."""

    id: str  #: `flow.step`
    parent: str  #: where "back" leads; the first step is its own parent
    says: tuple[Say, ...]
    choices: tuple[Choice, ...]
    ask: str = ""  #: the slot asked for; `place` brings the paged picker
    go: tuple[Rule, ...] = ()  #: where a picked place leads (only with `ask: place`)
    overlay: bool = False  #: shown over a step whose state it leaves untouched
    told: tuple[Told, ...] = ()
    reads: frozenset[str] = frozenset()  #: slots that change what this screen says or where it leads

    @property
    def flow(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the place picker: towns to pick and further pages, in the order shown."""

    id: str
    places: tuple[str, ...]
    pages: tuple[str, ...]
    parent: str = ""  #: the page "back" leads to; empty: out of the picker


@dataclass(frozen=True, slots=True)
class Topic:
    """What typed words may be about, and where that leads."""

    id: str
    go: str  #: a step
    crisis: bool = False  #: shows `go`, an overlay, at once; others are offered first
    labels: Mapping[str, str] = field(default_factory=dict)  #: as `Choice.labels`
    heard: Mapping[str, str] = field(default_factory=dict)  #: as `Say.texts`: said above the card of a crisis


@dataclass(frozen=True, slots=True, eq=False)
class Dialogue:
    """All flows, compiled into one graph. Immutable; one for the life of the process."""

    steps: Mapping[str, Step]
    slots: Mapping[str, Slot]
    first: str  #: the neutral first screen
    menu: str
    help: str  #: overlay: the emergency card
    language: str  #: overlay: which language?
    lost: str  #: overlay: words nobody understood
    guess: str  #: overlay: "is it about one of these?"
    again: str = ""  #: overlay: words nobody understood, twice in a row; empty: as `lost`
    near: str = ""  #: overlay: "help near this town?"
    nearest: str = ""  #: the step that asks for a place when help is looked for; empty: places are not offered
    pages: Mapping[str, Page] = field(default_factory=dict)  #: "" is the first page
    topics: Mapping[str, Topic] = field(default_factory=dict)
    live: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: step -> slots somebody may still read


@dataclass(frozen=True, slots=True)
class State:
    """Where a person stands: a step and the answers that somebody may still read. Small enough for a button."""

    step: str
    slots: tuple[tuple[str, str], ...] = ()  #: answers that differ from `unset`, sorted by name
    passed: int = 0  #: whole hours since `elapsed` was answered
    over: str = ""  #: the overlay shown above the step, if any: its step, or `?danger` for a crisis heard
    under: tuple[str, ...] = ()  #: the overlays it covers, the uppermost first
    page: str = ""  #: the page of the place picker
    topics: tuple[str, ...] = ()  #: what `guess` or `near` offers: topics, a town (`@aktau`), a page (`#which.a.b`)


@dataclass(frozen=True, slots=True)
class Event:
    """What a person did. Words and coordinates have ended before this: neither can be put into an event.

    kind       value
    start      empty
    choice     id of a choice on the screen
    place      id of a place (picked, typed or shared)
    page       id of a page of the place picker
    command    one of COMMANDS
    topic      what typed words may be about, best first, joined by commas, as in `State.topics`; empty: not understood
    about      one of these that was offered: "yes, it is about this"; empty: "that is not it"; a reader of
               READERS: "it is about them", on the card of a crisis heard in words
    pass       hours that went by, as digits
    """

    kind: Literal["start", "choice", "place", "page", "command", "topic", "about", "pass"]
    value: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from an event. `state` is None when the person has left."""

    state: State | None
    note: str = ""  #: a word of `words.yaml` said before the screen (`renewed`, …)
    keep: str = ""  #: a step whose words are sent as a card to keep
