"""Is a request one that the Bot API describes? Checked against spec_cut.json; says in words what is wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

CUT = Path(__file__).with_name("spec_cut.json")


@cache
def spec() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CUT.read_text(encoding="utf-8"))
    return loaded


def is_number(value: object, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


PLAIN = {
    "Integer": lambda value: is_number(value, int),
    "Float": lambda value: is_number(value, int, float),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: hasattr(value, "filename"),
}


def fault(kind: str, value: Any, where: str) -> str:
    """What is wrong with this value as a `kind`; empty if nothing is."""
    if kind in PLAIN:
        return "" if PLAIN[kind](value) else f"{where}: not {kind}"
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return f"{where}: not {kind}"
        inner = kind.removeprefix("Array of ")
        return next(filter(None, (fault(inner, item, f"{where}[{n}]") for n, item in enumerate(value))), "")
    entry = spec()["types"][kind]
    return any_of(entry["one_of"], value, where) if "one_of" in entry else fields_fault(entry, value, where)


def any_of(kinds: list[str], value: Any, where: str) -> str:
    faults = [fault(kind, value, where) for kind in kinds]
    return "" if "" in faults else " or ".join(faults)


def fields_fault(entry: dict[str, Any], value: Any, where: str) -> str:
    if not isinstance(value, dict):
        return f"{where}: not an object"
    known = entry["required"] | entry["optional"]
    for name in entry["required"]:
        if name not in value:
            return f"{where}: required {name} is missing"
    for name, item in value.items():
        if name not in known:
            return f"{where}: unknown {name}"
        if problem := any_of(known[name], item, f"{where}.{name}"):
            return problem
    return ""


def decoded(types: list[str], value: Any) -> Any:
    """Forms carry everything as text, and the real server reads numbers and objects out of strings in JSON too."""
    if not isinstance(value, str):
        return value
    if types == ["String"]:
        return value
    try:
        found = json.loads({"True": "true", "False": "false"}.get(value, value))
    except ValueError:
        return value
    return found if not any_of([kind for kind in types if kind != "String"], found, "") else value


def parameters(method: str, raw: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The parameters with their types, and what is wrong with them (empty if nothing)."""
    entry = spec()["methods"][method]
    known = entry["required"] | entry["optional"]
    values = {name: decoded(known[name], value) if name in known else value for name, value in raw.items()}
    return values, fields_fault(entry, values, method)
