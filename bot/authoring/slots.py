"""`slots.yaml` and the `local:` tables: which answers there are, and what each reads as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.authoring.folder import Folder
from bot.authoring.tree import Table, Word, words
from bot.care import hours
from bot.dialogue.model import Slot

#: What a place reads as: a town with a listed centre, one without, none chosen.
PLACE_CLASSES = ("listed", "none", "unset")
MOMENTS = ("day", "closed")


def slot_trees(folder: Folder) -> Iterator[tuple[str, str, Table, Word]]:
    """(flow or nothing, full name, tree, key) of every slot."""
    for key, tree in folder.slots.table("slots").tables():
        yield "", key.text, tree, key
    for flow in folder.flows:
        for key, tree in flow.table("local").tables():
            yield flow.text("flow"), f"{flow.text('flow')}.{key.text}", tree, key


def slot_name(folder: Folder, flow: str, name: str) -> str:
    """The full name of a slot as seen from a flow: its own come first."""
    local = any(tree.text("flow") == flow and tree.table("local").get(name) is not None for tree in folder.flows)
    return f"{flow}.{name}" if local else name


def compile_slots(folder: Folder, classes: Mapping[str, str]) -> dict[str, Slot]:
    """`classes`: place -> what it reads as."""
    return {name: compile_slot(flow, name, tree, classes) for flow, name, tree, _ in slot_trees(folder)}


def compile_slot(flow: str, name: str, tree: Table, classes: Mapping[str, str]) -> Slot:
    """Three slots are not plain: `elapsed` ages, a place reads as its class, `moment` is filled in when drawn."""
    unset = tree.text("unset")
    if name == "elapsed":
        table = dict(hours.table())
        return Slot(name, tuple(table), unset, hours.PHASES, table)
    if name == "place":
        places = {place: ((0, read),) for place, read in (*classes.items(), (unset, "unset"))}
        return Slot(name, tuple(places), unset, PLACE_CLASSES, places)
    values = MOMENTS if name == "moment" else words(tree.get("values"))
    return Slot(name, values, unset, values, {v: ((0, v),) for v in values}, flow, name == "moment")
