"""A turn in words: from a state to a screen in one language, for one reader. It knows no channel and no clock.

Texts carry three marks that every channel draws its own way: `**bold**`, a line that begins with "- ", a blank line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue import code, engine
from bot.dialogue.model import READERS, Choice, Dialogue, Say, State, Step, Topic
from bot.dialogue.overlays import heard, offering

#: (context, English words) -> words in one language; nothing for English itself.
Catalogue = Mapping[tuple[str, str], str]

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
_MARKS = re.compile(r"\*\*")
#: Short numbers are typed faster than copied; these are not.
_DIALLED = re.compile(r"\+\d{8,15}")
#: The emergency card and the exit stand in the same place on every screen.
_COMMAND_ROWS = (("help", "exit"), ("back", "menu", "language"))


@dataclass(frozen=True, slots=True)
class Button:
    id: str  #: id of the choice, place, page or topic; commands have their own names
    label: str
    code: str  #: what a channel sends back, at most 64 bytes
    style: str = ""  #: `danger`: the emergency button; `primary`: nothing yet; empty: plain
    row: int = 0  #: buttons of one row stand side by side where the channel can


@dataclass(frozen=True, slots=True)
class Screen:
    step: str | None  #: None: the person has left
    over: str | None  #: the overlay on top
    text: str
    buttons: tuple[Button, ...]
    numbers: tuple[str, ...]  #: phone numbers on this screen, for buttons that copy them
    language: str
    reader: str | None
    left: bool = False
    cards: tuple[str, ...] = ()  #: messages the person asked to keep


@dataclass(frozen=True, slots=True)
class Card:
    """An entry of the directory as far as a screen shows it; put together by `conversation`."""

    id: str
    name: str  #: English; translated in the context `centres.<id>`
    numbers: tuple[str, ...] = ()
    whatsapp: tuple[str, ...] = ()
    address: str = ""
    hours: str = ""
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  #: names of lines, `told_police_always`
    distance: str = ""  #: "140 km"; empty: in this town, or nationwide
    changed: str = ""  #: name of the line which says that it may have changed


@dataclass(frozen=True, slots=True)
class Voice:
    """Everything a screen is worded with: one language, one moment."""

    language: str
    catalogue: Catalogue
    labels: Mapping[str, str]  #: shared words and lines, English
    value: Callable[[str], str]  #: a placeholder's value
    cards: Callable[[Say], Sequence[Card]]  #: the entries a say shows
    dates: Callable[[Sequence[Say]], str]  #: the months of what these paragraphs rest on: "Sept 2024, Feb 2022"
    place: Callable[[str], str]  #: name of a place or of a region
    languages: Mapping[str, str]  #: offered languages, each named in its own script
    others: Mapping[str, Catalogue] = field(default_factory=dict)  #: every catalogue, complete or not
    last: str = ""  #: name of a line said last on the first screen


def screen(
    dialogue: Dialogue, state: State, voice: Voice, hour: int, note: str = "", offer: str = ""
) -> Screen:
    """What the person sees. `hour`: whole hours since 1970; `note`: a line said before everything else; `offer`: the
    language of their words, in which they may go on."""
    says = engine.visible_says(dialogue, state)
    reader = engine.reads_as(dialogue, state, "reader")
    step = engine.shown(dialogue, state)
    # A chat list and a lock screen show the first line: it is always the same four numbers, and never the subject.
    paragraphs = [] if step.id in (dialogue.first, dialogue.help) else [line(voice, "head")]
    paragraphs += [line(voice, note)] if note else []
    paragraphs += [heard_line(dialogue, state, voice, reader)]
    paragraphs += [paragraph(voice, step.id, say, reader) for say in says]
    paragraphs += [told_lines(dialogue, state, voice, step, says), foot(dialogue, voice, step, says)]
    drawn = tuple(buttons(dialogue, state, voice, hour, reader, offer))
    offered = any(button.id == f"language_{offer}" for button in drawn)
    paragraphs += [line(in_language(voice, offer), "switch")] if offered else []
    text = "\n\n".join(part for part in paragraphs if part)
    return Screen(
        step=state.step,
        over=step.id if state.over else None,
        text=text,
        buttons=drawn,
        numbers=_once(_DIALLED.findall(text)),
        language=voice.language,
        reader=reader,
    )


def heard_line(dialogue: Dialogue, state: State, voice: Voice, reader: str) -> str:
    """What is said to somebody whose words were taken for a crisis: that they were read."""
    topic = heard(state)
    texts = dialogue.topics[topic].heard if topic else {}
    return label_text(voice, f"heard.{topic}", texts, reader)


def in_language(voice: Voice, language: str) -> Voice:
    """The same voice in another language."""
    return replace(voice, language=language, catalogue=voice.others.get(language, {}))


def foot(dialogue: Dialogue, voice: Voice, step: Step, says: Sequence[Say]) -> str:
    """The dates of what this screen rests on. The first screen and those of an emergency stay short."""
    if step.id == dialogue.first:
        return line(voice, voice.last) if voice.last else ""
    dates = "" if step.overlay else voice.dates(says)
    return line(voice, "sources", dates=dates) if dates else ""


def told_lines(dialogue: Dialogue, state: State, voice: Voice, step: Step, says: Sequence[Say]) -> str:
    """Who learns of it. Under 18 parents are never left out: where a source is silent on them, that is said."""
    told = [(one.who, one.how) for one in step.told]
    told += [("parents", "not-known")] if _parents_open(dialogue, state, voice, told, says) else []
    return "\n".join(line(voice, f"told_{who}_{how}") for who, how in told)


def _parents_open(
    dialogue: Dialogue, state: State, voice: Voice, told: Sequence[tuple[str, str]], says: Sequence[Say]
) -> bool:
    if "age" not in dialogue.slots or engine.reads_as(dialogue, state, "age") != "minor":
        return False
    involves = told or any(card.told for say in says if say.show for card in voice.cards(say))
    return bool(involves) and not any(who == "parents" for who, _ in told)


def paragraph(voice: Voice, step: str, say: Say, reader: str) -> str:
    if say.show == "numbers":
        return "\n".join(number_lines(voice, card) for card in voice.cards(say))
    if say.show == "contact":
        return "\n".join("\n".join(_contact(voice, card)) for card in voice.cards(say))
    if say.show:
        return card_texts(voice, voice.cards(say))
    key = reader if reader in say.texts else ""
    if say.languages:
        voices = [in_language(voice, name) for name in say.languages]
        return "\n\n".join(dict.fromkeys(words(one, step, say.texts.get(key, ""), key) for one in voices))
    return words(voice, step, say.texts.get(key, ""), key)


def card(dialogue: Dialogue, state: State, voice: Voice, step: str) -> str:
    """A step's words as a message of its own, for a person to keep or to show to somebody."""
    above = State(step, state.slots, state.passed)
    reader = engine.reads_as(dialogue, state, "reader")
    says = [say for say in engine.visible_says(dialogue, above) if not say.not_kept]
    return "\n\n".join(part for say in says if (part := paragraph(voice, step, say, reader)))


def words(voice: Voice, context: str, english: str, reader: str = "") -> str:
    """One text in the voice's language, its placeholders filled by plain replacement."""
    if not english:
        return ""
    where = f"{context}@friend" if reader == "friend" else context
    told = voice.catalogue.get((where, english), english)
    return _PLACEHOLDER.sub(lambda found: voice.value(found[1]), told)


def line(voice: Voice, name: str, **values: str) -> str:
    """A shared line of `words.yaml`, with values of its own before the declared ones."""
    english = voice.labels[name]
    told = voice.catalogue.get((f"words.{name}", english), english)
    return _PLACEHOLDER.sub(lambda found: values[found[1]] if found[1] in values else voice.value(found[1]), told)


def number_lines(voice: Voice, card: Card) -> str:
    name = words(voice, f"centres.{card.id}", card.name)
    return "\n".join(f"**{number}** {name}" for number in card.numbers)


def card_texts(voice: Voice, cards: Sequence[Card]) -> str:
    """Whole cards; what is true of all of them is said once, below."""
    parts = [(_contact(voice, card), _remarks(voice, card)) for card in cards]
    shared = [text for text in (parts[0][1] if parts else []) if all(text in remarks for _, remarks in parts)]
    blocks = ["\n".join([*contact, *(text for text in remarks if text not in shared)]) for contact, remarks in parts]
    return "\n\n".join([*blocks, "\n".join(shared)]) if len(cards) > 1 else "\n".join([*blocks, *shared])


def _contact(voice: Voice, card: Card) -> list[str]:
    context = f"centres.{card.id}"
    lines = [f"**{words(voice, context, card.name)}**"]
    lines += [line(voice, "far", distance=card.distance)] if card.distance else []
    lines += [line(voice, "call", number=", ".join(card.numbers))] if card.numbers else []
    lines += [line(voice, "whatsapp", number=", ".join(card.whatsapp))] if card.whatsapp else []
    lines += [line(voice, "address", address=words(voice, context, card.address))] if card.address else []
    return lines + ([line(voice, "hours", hours=words(voice, context, card.hours))] if card.hours else [])


def _remarks(voice: Voice, card: Card) -> list[str]:
    lines = [words(voice, f"centres.{card.id}", note) for note in card.notes]
    lines += [line(voice, told) for told in card.told]
    return lines + ([line(voice, card.changed)] if card.changed else [])


# ---- buttons


def buttons(
    dialogue: Dialogue, state: State, voice: Voice, hour: int, reader: str, offer: str = ""
) -> Iterable[Button]:
    """The choices, then what the engine adds: places, topics, languages, and the commands in every state."""
    row, pack = 0, code.packer(dialogue, state, voice.language, hour)
    for name, label, move in _choices(dialogue, state, voice, reader, offer):
        yield Button(name, label, pack(move), row=row)
        row += 1
    for commands in _COMMAND_ROWS:
        drawn = [name for name in commands if _applies(dialogue, state, voice, name)]
        for name in drawn:
            yield Button(name, line(voice, name), pack(f"!{name}"), "danger" if name == "help" else "", row)
        row += bool(drawn)


def _choices(
    dialogue: Dialogue, state: State, voice: Voice, reader: str, offer: str
) -> Iterable[tuple[str, str, str]]:
    """(id, label, move) of everything above the commands."""
    step = engine.shown(dialogue, state)
    if heard(state):
        yield from (("right", line(voice, "right"), f"?{heard(state)}"), ("wrong", line(voice, "wrong"), "?"))
        other = next(one for one in READERS if one != reader)
        yield f"about_{other}", line(voice, f"about_{other}"), f"?{other}"
    choices = list(engine.visible_choices(dialogue, state))
    for one in state.topics if step.id in offering(dialogue) else ():
        topic = dialogue.topics.get(one)
        if topic and (choice := _answering(choices, topic)):  # it leads there too, and keeps the answer
            choices.remove(choice)
            yield choice.id, choice_label(voice, step.id, choice, reader), f".{choice.id}"
            continue
        label = label_text(voice, f"topics.{one}", topic.labels, reader) if topic else line(voice, "nearest")
        yield one if topic else "nearest", label, f"?{one}"
    if step.ask == "place":
        page = dialogue.pages[state.page]
        yield from ((place, voice.place(place), f"@{place}") for place in page.places)
        yield from ((name, _page_label(voice, name), f"#{name}") for name in page.pages)
    for choice in choices:
        yield choice.id, choice_label(voice, step.id, choice, reader), f".{choice.id}"
    wanted = voice.languages if step.id in (dialogue.first, dialogue.language) else (offer,)
    for language, name in voice.languages.items():
        if language != voice.language and language in wanted:
            yield f"language_{language}", name, f"~{language}"


def _answering(choices: Iterable[Choice], topic: Topic) -> Choice | None:
    """A choice of the same screen that leads where the topic does and gives an answer besides."""
    return next((one for one in choices if one.sets and [rule.to for rule in one.rules] == [topic.go]), None)


def _page_label(voice: Voice, page: str) -> str:
    """A region by its name; the next page of a list, whose id ends with a number, as "more"."""
    return line(voice, "more") if page.rpartition("-")[2].isdigit() else voice.place(page)


def choice_label(voice: Voice, step: str, choice: Choice, reader: str) -> str:
    return label_text(voice, f"{step}>{choice.id}", choice.labels, reader)


def label_text(voice: Voice, context: str, labels: Mapping[str, str], reader: str) -> str:
    key = reader if reader in labels else ""
    return words(voice, context, labels.get(key, ""), key)


def _applies(dialogue: Dialogue, state: State, voice: Voice, command: str) -> bool:
    """Every command works in every state; drawn is what leads somewhere else from here.

    The first screen offers no menu: nothing of the subject before the person said that it is safe to read.
    """
    if command in ("help", "exit"):
        return True
    if command == "language":
        offered_here = state.over == dialogue.language or (state.step == dialogue.first and not state.over)
        return len(voice.languages) > 1 and not offered_here
    if command == "menu":
        return state.step != dialogue.first and (state.step != dialogue.menu or bool(state.over))
    if heard(state):
        return False  # "that's not it" leads there
    return bool(state.over or state.page) or dialogue.steps[state.step].parent != state.step


# ---- marks


def plain(text: str) -> str:
    """The text without its marks, for channels that can only show letters."""
    return _MARKS.sub("", text)


def _once(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(numbers))
