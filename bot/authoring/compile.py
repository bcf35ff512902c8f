"""Trees to the dialogue. Runs only when every name is known, so nothing here can miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.authoring.diagnostic import Place
from bot.authoring.folder import Folder
from bot.authoring.phrases import readings
from bot.authoring.placeholders import placeholders
from bot.authoring.release import unsigned
from bot.authoring.slots import compile_slots, slot_name
from bot.authoring.tree import Row, Table, Tree, Word, word, words
from bot.dialogue.liveness import live_slots
from bot.dialogue.model import (
    COMMANDS,
    Choice,
    Condition,
    Dialogue,
    Page,
    Rule,
    Say,
    Slot,
    Step,
    Told,
    Topic,
)

#: What a mark points at: ("step", id), ("say", id, n), ("choice", id, choice), ("rule", id, choice, n).
Mark = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The dialogue and where each part of it stands."""

    dialogue: Dialogue
    marks: Mapping[Mark, Place]


@dataclass(frozen=True, slots=True)
class _Maker:
    folder: Folder
    slots: Mapping[str, Slot]
    counted: Mapping[str, str]  #: placeholder -> slot it reads
    marks: dict[Mark, Place] = field(default_factory=dict)


def compile_folder(
    folder: Folder, classes: Mapping[str, str], pages: Mapping[str, Page], counted: Mapping[str, str]
) -> Compiled:
    """`classes`: place -> what it reads as; `pages`: the place picker; `counted`: placeholder -> slot it reads."""
    slots = compile_slots(folder, classes)
    maker = _Maker(folder, slots, counted)
    steps = {name: _step(maker, flow, name, tree) for flow, name, tree in folder.steps()}
    screens = folder.slots.table("screens")
    dialogue = Dialogue(
        steps=steps,
        slots=slots,
        first=screens.text("first"),
        menu=screens.text("menu"),
        help=screens.text("help"),
        language=screens.text("language"),
        lost=screens.text("lost"),
        guess=screens.text("guess"),
        again=screens.text("again"),
        near=screens.text("near"),
        nearest=screens.text("nearest"),
        pages=pages,
        topics={key.text: _topic(key.text, tree) for key, tree in folder.topics.tables() if tree.text("go")},
    )
    return Compiled(replace(dialogue, live=live_slots(steps, slots, dialogue.menu)), maker.marks)


def _topic(name: str, tree: Table) -> Topic:
    label, heard = (_plain_wordings(tree.get(key)) for key in ("label", "heard"))
    return Topic(name, tree.text("go"), tree.text("crisis") == "yes", label, heard)


def _step(maker: _Maker, flow: str, name: str, tree: Table) -> Step:
    maker.marks["step", name] = tree.place
    step = Step(
        id=name,
        parent=full(flow, tree.text("parent")),
        says=tuple(_says(maker, flow, name, tree)),
        choices=tuple(_choices(maker, flow, name, tree)),
        ask=slot_name(maker.folder, flow, tree.text("ask")) if tree.text("ask") else "",
        go=tuple(_rules(maker, flow, (name, ""), tree.get("go"))) if tree.text("ask") == "place" else (),
        overlay=tree.text("overlay") == "yes",
        told=tuple(_told(tree.get("told"))),
    )
    return replace(step, reads=reads(step, maker.counted, maker.slots))


def resolve(flow: str, target: str) -> str:
    """`windows` in the flow `medical` is `medical.windows`; commands and full names stay."""
    return target if "." in target or target in COMMANDS else f"{flow}.{target}"


def full(flow: str, name: str) -> str:
    """A parent is always a step, even one that is called like a command (`start.menu`)."""
    return name if "." in name else f"{flow}.{name}"


# ---- says


def _says(maker: _Maker, flow: str, name: str, tree: Table) -> Iterator[Say]:
    group, grouped = -1, False
    trial = any(unsigned(maker.folder.release))
    said = (one for one in tree.row("say") if isinstance(one, Table))
    for index, say in enumerate(one for one in said if trial or one.text("only") != "trial"):
        maker.marks["say", name, str(index)] = say.place
        conditional = say.get("when") is not None
        group += conditional and not grouped
        grouped = conditional
        yield Say(
            texts=_wordings(maker.folder, say.get("text")),
            when=condition(maker.folder, flow, say.get("when")),
            group=group if conditional else -1,
            show=say.text("show"),
            of=words(say.get("of")),
            sources=words(say.get("source")),
            hard=say.text("hard") == "yes",
            not_kept=say.text("only") == "screen",
            languages=words(say.get("in")),
        )


def _wordings(folder: Folder, node: Tree | None) -> dict[str, str]:
    """reader -> words; `$name` becomes the shared words, whose translation `catalogues.shared` finds again."""
    texts = _plain_wordings(node)
    if set(texts) == {""} and texts[""].startswith("$"):
        return shared_words(folder, texts[""][1:])
    return {reader: shared_words(folder, t[1:])[""] if t.startswith("$") else t for reader, t in texts.items()}


def shared_words(folder: Folder, name: str) -> dict[str, str]:
    """The wordings under a name of words.yaml."""
    node = folder.words.get(name)
    if isinstance(node, Table) and node.get("text") is not None:
        node = node.get("text")
    return _plain_wordings(node)


def _plain_wordings(node: Tree | None) -> dict[str, str]:
    return {reader: word(text) for reader, text in readings(node)}


def condition(folder: Folder, flow: str, node: Tree | None) -> Condition:
    entries = node.entries if isinstance(node, Table) else ()
    return tuple((slot_name(folder, flow, key.text), words(value)) for key, value in entries)


# ---- choices


def _choices(maker: _Maker, flow: str, name: str, tree: Table) -> Iterator[Choice]:
    asked = slot_name(maker.folder, flow, tree.text("ask")) if tree.text("ask") else ""
    for key, value in tree.table("choices").entries:
        maker.marks["choice", name, key.text] = key.place
        own = value if isinstance(value, Table) and value.get("label") is not None else Table((), key.place)
        sets = [(asked, key.text)] if asked and asked != "place" and key.text in maker.slots[asked].values else []
        sets += [(slot_name(maker.folder, flow, slot.text), word(v)) for slot, v in own.table("set").entries]
        go = own.get("go") or tree.get("go")
        yield Choice(
            id=key.text,
            labels=_wordings(maker.folder, own.get("label") or value),
            rules=tuple(_rules(maker, flow, (name, key.text), go)),
            sets=tuple(sets),
            when=condition(maker.folder, flow, own.get("when")),
            over=resolve(flow, own.text("over")) if own.text("over") else "",
            keep=resolve(flow, own.text("keep")) if own.text("keep") else "",
        )


def _rules(maker: _Maker, flow: str, of: tuple[str, str], go: Tree | None) -> Iterator[Rule]:
    if isinstance(go, Word):
        maker.marks["rule", *of, "0"] = go.place
        yield Rule(resolve(flow, go.text))
    elif isinstance(go, Row):
        for index, rule in enumerate(one for one in go.items if isinstance(one, Table)):
            maker.marks["rule", *of, str(index)] = rule.place
            yield Rule(resolve(flow, rule.text("to")), condition(maker.folder, flow, rule.get("when")))


def _told(node: Tree | None) -> Iterator[Told]:
    for table in node.items if isinstance(node, Row) else (node,):
        if isinstance(table, Table):
            for key, how in table.entries:
                yield Told(key.text, word(how))  # type: ignore[arg-type]  # the shape allows only these words


# ---- what a step reads


def reads(step: Step, counted: Mapping[str, str], slots: Mapping[str, Slot]) -> frozenset[str]:
    """The slots that change what this screen says or where it leads; only these must outlive the way to it."""
    return frozenset(slot for slot in _all_reads(step, counted, slots) if slot and not slots[slot].computed)


def _all_reads(step: Step, counted: Mapping[str, str], slots: Mapping[str, Slot]) -> Iterator[str]:
    rules = [*step.go, *(rule for choice in step.choices for rule in choice.rules)]
    conditions = [one.when for one in step.says] + [one.when for one in step.choices] + [one.when for one in rules]
    yield from (slot for when in conditions for slot, _ in when)
    for texts in (*(say.texts for say in step.says), *(choice.labels for choice in step.choices)):
        if "friend" in texts:
            yield "reader"
        yield from (counted.get(name, "") for text in texts.values() for name in placeholders(text))
    if "age" in slots and (step.told or any(say.show for say in step.says)):
        yield "age"  # under 18 a line on parents is added to who is told
    if any(say.show in ("nearest", "contact") for say in step.says):
        yield "place"
