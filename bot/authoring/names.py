"""Does everything that is named exist? Runs before the dialogue is compiled, on trees alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.authoring.compile import full, resolve
from bot.authoring.diagnostic import Diagnostic, Place, at, suggest
from bot.authoring.directory import called, entries, ids, listed, services_named
from bot.authoring.folder import Folder
from bot.authoring.phrases import phrases, readings
from bot.authoring.placeholders import placeholders
from bot.authoring.slots import compile_slot, slot_name, slot_trees
from bot.authoring.sources import locators
from bot.authoring.tree import Row, Table, Tree, Word, walk, word
from bot.dialogue.model import COMMANDS, Slot

#: What a line of words.yaml may say of its own: filled in by the screen that shows the line.
LINE_PLACEHOLDERS = frozenset({"number", "address", "hours", "dates", "distance", "place", "city", "language", "name"})
#: Words that no flow names, but screens and channels say.
LINES = (
    *COMMANDS,
    *("start", "more", "renewed", "media", "vanished", "hidden", "left", "head", "hello"),
    *("right", "wrong", "about_friend", "about_survivor", "nearest", "switch"),
    *("call", "whatsapp", "address", "hours", "far", "changed", "changed_abroad", "sources", "only_numbers"),
    *("bot_name", "bot_description", "bot_short", "command_start", "command_help", "command_exit", "command_menu"),
)
_ENGINE_SLOTS = ("reader", "elapsed", "place")


@dataclass(frozen=True, slots=True)
class Known:
    """Every name there is."""

    steps: frozenset[str]
    slots: Mapping[str, Slot]
    words: frozenset[str]
    centres: frozenset[str]
    services: frozenset[str]
    locators: Mapping[str, frozenset[str]]
    placeholders: frozenset[str]


def known(folder: Folder, counted: Mapping[str, str]) -> Known:
    """`counted`: the placeholders that are no numbers."""
    places = dict.fromkeys(ids(listed(folder.places, "places")), "none")
    return Known(
        steps=frozenset(name for _, name, _ in folder.steps()),
        slots={name: compile_slot(flow, name, tree, places) for flow, name, tree, _ in slot_trees(folder)},
        words=frozenset(key.text for key, _ in folder.words.entries),
        centres=ids(entries(folder.centres)),
        services=services_named(folder.centres),
        locators=locators(folder.sources),
        placeholders=frozenset(counted) | frozenset(called(folder.centres)),
    )


def check_names(folder: Folder, names: Known) -> Iterator[Diagnostic]:
    """Everything named that does not exist, in all files."""
    yield from _lines(folder, names)
    yield from _slots(folder, names)
    for flow in folder.flows:
        yield from _flow(folder, names, flow)
    for name, value in folder.slots.table("screens").entries:
        yield from _step(names, "", value, f"the screen '{name.text}'")
    for _, topic in folder.topics.tables():
        yield from _step(names, "", topic.get("go"), "a topic")
    yield from _placeholders(folder, names)
    yield from _directory_sources(folder, names)


def _lines(folder: Folder, names: Known) -> Iterator[Diagnostic]:
    told = (table for entry in entries(folder.centres) for table in entry.row("told") if isinstance(table, Table))
    wanted = set(LINES) | {f"told_{table.text('who')}_{table.text('how')}" for table in told}
    for name in sorted(wanted - names.words):
        yield at(folder.words.place, "F118", f"the words '{name}' are missing", suggest(name, names.words - wanted))


def _slots(folder: Folder, names: Known) -> Iterator[Diagnostic]:
    shared = folder.slots.table("slots")
    for name in _ENGINE_SLOTS:
        if shared.get(name) is None:
            yield at(shared.place, "F104", f"no slot '{name}', which the engine itself reads")
    for flow, name, tree, key in slot_trees(folder):
        if flow and shared.get(key.text) is not None:
            yield at(key.place, "F114", f"'{key.text}' is a slot of slots.yaml too", "give it another name")
        if names.slots[name].unset not in names.slots[name].values:
            value = tree.get("unset") or tree
            hint = suggest(names.slots[name].unset, names.slots[name].values)
            yield at(value.place, "F117", f"'{names.slots[name].unset}' is not a value of '{key.text}'", hint)


def _flow(folder: Folder, names: Known, flow: Table) -> Iterator[Diagnostic]:
    name = flow.text("flow")
    if flow.place.file != f"{folder.name}/{name}.yaml":
        yield at(flow.key("flow").place, "F101", f"the flow '{name}' stands in another file", f"name it {name}.yaml")
    for _, step in flow.table("steps").tables():
        yield from _parent(names, name, step)
        for say in step.row("say"):
            if isinstance(say, Table):
                yield from _say(folder, names, name, say)
        yield from _asked(folder, names, name, step)
        yield from _go(folder, names, name, step.get("go"))
        for choice, value in step.table("choices").entries:
            yield from _choice(folder, names, name, step, choice, value)


def _parent(names: Known, flow: str, step: Table) -> Iterator[Diagnostic]:
    value = step.get("parent")
    if isinstance(value, Word):
        yield from _missing_step(names, full(flow, value.text), value.place)


def _step(names: Known, flow: str, value: Tree | None, what: str = "") -> Iterator[Diagnostic]:
    if isinstance(value, Word) and value.text not in (COMMANDS if flow else ()):
        yield from _missing_step(names, resolve(flow, value.text) if flow else value.text, value.place)


def _missing_step(names: Known, target: str, place: Place) -> Iterator[Diagnostic]:
    if target not in names.steps:
        yield at(place, "F102", f"no step '{target}'", suggest(target, names.steps))


# ---- says


def _say(folder: Folder, names: Known, flow: str, say: Table) -> Iterator[Diagnostic]:
    yield from _condition(folder, names, flow, say.get("when"), computed=True)
    yield from _word_refs(names, say.get("text"))
    for source in say.row("source"):
        yield from _source(names, source)
    near = say.text("show") in ("nearest", "contact")
    kind, known_ids = ("service", names.services) if near else ("entry", names.centres)
    for of in say.row("of"):
        if word(of) not in known_ids:
            code = "F109" if kind == "service" else "F108"
            yield at(of.place, code, f"no {kind} '{word(of)}' in centres.yaml", suggest(word(of), known_ids))


def _word_refs(names: Known, node: Tree | None) -> Iterator[Diagnostic]:
    for _, text in readings(node):
        name = word(text)
        if name.startswith("$") and name[1:] not in names.words:
            yield at(text.place, "F107", f"no word '{name[1:]}' in words.yaml", suggest(name[1:], names.words))


def _source(names: Known, node: Tree) -> Iterator[Diagnostic]:
    document, _, locator = word(node).partition("#")
    if document not in names.locators:
        yield at(node.place, "F110", f"no source '{document}'", suggest(document, names.locators))
    elif locator not in names.locators[document]:
        hint = suggest(locator, names.locators[document])
        yield at(node.place, "F111", f"'{document}' has no passage '{locator}'", hint)


def _directory_sources(folder: Folder, names: Known) -> Iterator[Diagnostic]:
    """Sources named anywhere in centres.yaml."""
    for entry in entries(folder.centres):
        guide = entry.get("guide")
        if isinstance(guide, Word) and guide.text not in names.locators:
            yield at(guide.place, "F110", f"no source '{guide.text}'", suggest(guide.text, names.locators))
        for node in walk(entry):
            if isinstance(node, Table):
                for key in ("source", "rules_source", "sources"):
                    value = node.get(key)
                    for one in value.items if isinstance(value, Row) else (value,) if value else ():
                        yield from _source(names, one)


def _placeholders(folder: Folder, names: Known) -> Iterator[Diagnostic]:
    for phrase in phrases(folder):
        allowed = names.placeholders | (LINE_PLACEHOLDERS if phrase.kind == "word" else frozenset())
        for name in placeholders(phrase.text):
            if name not in allowed:
                yield at(phrase.place, "F115", f"no placeholder '{{{name}}}'", suggest(name, allowed))


# ---- choices and conditions


def _asked(folder: Folder, names: Known, flow: str, step: Table) -> Iterator[Diagnostic]:
    asked = step.get("ask")
    if not isinstance(asked, Word):
        return
    name = slot_name(folder, flow, asked.text)
    yield from _settable(folder, names, flow, asked)
    if name not in names.slots or names.slots[name].computed:
        return
    choices = step.table("choices")
    for value in names.slots[name].values if name != "place" else ():
        if choices.get(value) is None:
            yield at(asked.place, "F105", f"the answer '{value}' to '{asked.text}' has no choice")
    if name == "place" and step.get("go") is None:
        yield at(asked.place, "F106", "a picked place leads nowhere", "add a 'go' to the step")


def _choice(folder: Folder, names: Known, flow: str, step: Table, key: Word, value: Tree) -> Iterator[Diagnostic]:
    own = value if isinstance(value, Table) else Table((), value.place)
    if key.text in COMMANDS:
        yield at(key.place, "F119", f"'{key.text}' is the name of a command", "give the choice another id")
    yield from _word_refs(names, own.get("label") or value)
    yield from _condition(folder, names, flow, own.get("when"))
    yield from _go(folder, names, flow, own.get("go"))
    for key_word in ("over", "keep"):
        yield from _step(names, flow, own.get(key_word))
    for slot, answer in own.table("set").entries:
        yield from _settable(folder, names, flow, slot)
        found = names.slots.get(slot_name(folder, flow, slot.text))
        if found and word(answer) not in found.values:
            hint = suggest(word(answer), found.values)
            yield at(answer.place, "F103", f"'{word(answer)}' is not a value of '{slot.text}'", hint)
    if own.get("go") is None and step.get("go") is None:
        yield at(key.place, "F106", f"the choice '{key.text}' leads nowhere", "add a 'go'")


def _settable(folder: Folder, names: Known, flow: str, slot: Word) -> Iterator[Diagnostic]:
    name = slot_name(folder, flow, slot.text)
    if name not in names.slots:
        yield at(slot.place, "F104", f"no slot '{slot.text}'", suggest(slot.text, _visible(names, flow)))
    elif names.slots[name].computed:
        yield at(slot.place, "F113", f"'{slot.text}' is filled in when a screen is drawn; nobody answers it")


def _go(folder: Folder, names: Known, flow: str, go: Tree | None) -> Iterator[Diagnostic]:
    yield from _step(names, flow, go)
    for rule in go.items if isinstance(go, Row) else ():
        if isinstance(rule, Table):
            yield from _step(names, flow, rule.get("to"))
            yield from _condition(folder, names, flow, rule.get("when"))


def _condition(
    folder: Folder, names: Known, flow: str, node: Tree | None, computed: bool = False
) -> Iterator[Diagnostic]:
    for key, value in node.entries if isinstance(node, Table) else ():
        slot = names.slots.get(slot_name(folder, flow, key.text))
        if slot is None:
            yield at(key.place, "F104", f"no slot '{key.text}'", suggest(key.text, _visible(names, flow)))
        elif slot.computed and not computed:
            yield at(key.place, "F112", f"'{key.text}' may be tested in 'say' only")
        else:
            yield from _reads(slot, key.text, value)


def _reads(slot: Slot, name: str, value: Tree) -> Iterator[Diagnostic]:
    for node in value.items if isinstance(value, Row) else ():
        if word(node) not in slot.reads:
            hint = suggest(word(node), slot.reads) or "one of: " + ", ".join(slot.reads)
            yield at(node.place, "F103", f"'{name}' never reads '{word(node)}'", hint)


def _visible(names: Known, flow: str) -> set[str]:
    return {name.removeprefix(f"{flow}.") for name in names.slots if "." not in name or name.startswith(f"{flow}.")}
