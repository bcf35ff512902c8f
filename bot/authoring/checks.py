"""Does the dialogue hold in every state that can be reached? Nothing uncovered, unused, unreachable, no dead end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.authoring.compile import Compiled
from bot.authoring.diagnostic import Diagnostic, Place, at
from bot.authoring.placeholders import placeholders
from bot.authoring.reach import Reach
from bot.authoring.slots import MOMENTS
from bot.dialogue import code, engine
from bot.dialogue.explore import stand_ins
from bot.dialogue.model import COMMANDS, Choice, Dialogue, Rule, State, Step
from bot.dialogue.overlays import offering, own
from bot.dialogue.tables import collisions

MOST_CHOICES = 5  #: besides the commands: a WhatsApp list has ten rows
#: Pickers: a choice for each answer, however many.
_PICKERS = ("place", "elapsed")
#: Placeholder -> what its slot must not read as, for there would be nothing to say.
_NEEDS = {"hiv_left": "elapsed", "hiv_until": "elapsed", "place": "place", "city": "place", "distance": "place"}


@dataclass(slots=True)
class _Seen:
    """What was shown, offered and used in any state."""

    says: set[tuple[str, int]] = field(default_factory=set)
    choices: set[tuple[str, str]] = field(default_factory=set)
    rules: set[tuple[str, str, int]] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Check:
    dialogue: Dialogue
    marks: Mapping[tuple[str, ...], Place]
    reach: Reach
    seen: _Seen = field(default_factory=_Seen)

    def at(self, mark: tuple[str, ...], number: str, message: str, hint: str = "") -> Diagnostic:
        return at(self.marks[mark], number, message, hint)


def check_graph(compiled: Compiled) -> Iterator[Diagnostic]:
    """What can be said without visiting any state."""
    steps, marks = compiled.dialogue.steps, compiled.marks
    dialogue = compiled.dialogue
    roots = {dialogue.first, dialogue.menu}
    unasked = roots | own(dialogue)
    for step in steps.values():
        if len(dialogue.live[step.id]) > code.MOST_SLOTS:
            kept = ", ".join(sorted(dialogue.live[step.id]))
            yield at(marks["step", step.id], "F214", f"a button can't carry all of {kept}", "make a slot local")
        for index, say in enumerate(step.says):
            if say.hard and step.id in unasked:
                yield at(marks["say", step.id, str(index)], "F213", f"'{step.id}' opens by itself", "move it to a step")
        if not step.overlay and steps[step.parent].overlay:
            yield at(marks["step", step.id], "F211", f"the parent of '{step.id}' is an overlay")
        if step.id == min(_circle(steps, step, roots), default=""):
            yield at(marks["step", step.id], "F209", f"\"back\" from '{step.id}' goes round in a circle")
        for choice in step.choices if step.overlay else ():
            if choice.sets and not all(_leads_away(steps, rule) for rule in choice.rules):
                yield at(marks["choice", step.id, choice.id], "F208", f"'{choice.id}' sets a slot on an overlay")
    for one, other in collisions(dialogue):
        mark = marks.get(("step", other), Place("flows"))
        yield at(mark, "F116", f"'{other}' has the same short code as '{one}'", "rename one of them")


def _leads_away(steps: Mapping[str, Step], rule: Rule) -> bool:
    """To a step of its own; a command, or another overlay, would change the answers of the step beneath."""
    return rule.to in steps and not steps[rule.to].overlay


def _circle(steps: Mapping[str, Step], step: Step, roots: set[str]) -> set[str]:
    """The steps between which "back" goes round for ever; none if it ends at the first screen or the menu."""
    way: list[str] = []
    while step.id not in roots and step.id not in way:
        way.append(step.id)
        step = steps[step.parent]
    return set() if step.id in roots else set(way[way.index(step.id) :])


def check_states(compiled: Compiled, reach: Reach) -> Iterator[Diagnostic]:
    """Every screen in every state of its own; then what nobody ever saw."""
    check = _Check(compiled.dialogue, compiled.marks, reach)
    dialogue = compiled.dialogue
    reached = {state.step for state in reach.states}
    for name in reached:
        yield from _screen(check, dialogue.steps[name])
    overlays = {*own(dialogue)}
    overlays |= {topic.go for topic in dialogue.topics.values() if dialogue.steps[topic.go].overlay}
    overlays |= {choice.over for name in reached for choice in dialogue.steps[name].choices if choice.over}
    while new := (overlays | {t for t in check.seen.targets if dialogue.steps[t].overlay}) - reached:
        for name in new:
            yield from _screen(check, dialogue.steps[name])
        reached |= new
    for step in dialogue.steps.values():
        if step.id in reached:
            yield from _unused(check, step)
        else:
            yield check.at(("step", step.id), "F203", f"nobody can reach '{step.id}'", "lead a choice there")


def _screen(check: _Check, step: Step) -> Iterator[Diagnostic]:
    for state in check.reach.screens(check.dialogue, step.id):
        for moment in MOMENTS if _timed(step) else ("",):
            drawn = replace(state, slots=(*state.slots, ("moment", moment))) if moment else state
            yield from _says(check, step, drawn)
        yield from _choices(check, step, state)


def _timed(step: Step) -> bool:
    return any(slot == "moment" for say in step.says for slot, _ in say.when)


def _says(check: _Check, step: Step, state: State) -> Iterator[Diagnostic]:
    told: set[int] = set()
    for index, say in enumerate(step.says):
        if say.group in told or not engine.holds(check.dialogue, state, say.when):
            continue
        if say.group >= 0:
            told.add(say.group)
        check.seen.says.add((step.id, index))
        for text in say.texts.values():
            yield from _sayable(check, step, index, state, text)
    for group in sorted({say.group for say in step.says} - told - {-1}):
        index = next(i for i, say in enumerate(step.says) if say.group == group)
        mark = ("say", step.id, str(index))
        yield check.at(mark, "F201", f"nothing is said when {_case(check, step, state)}", "add a say, or 'silent'")


def _sayable(check: _Check, step: Step, index: int, state: State, text: str) -> Iterator[Diagnostic]:
    for name in placeholders(text):
        slot = _NEEDS.get(name, "")
        reads = engine.reads_as(check.dialogue, state, slot) if slot in check.dialogue.slots else ""
        if (slot == "elapsed" and reads != "open") or (slot == "place" and reads == "unset"):
            message = f"'{{{name}}}' has nothing to say when {slot} reads {reads}"
            yield check.at(("say", step.id, str(index)), "F212", message, "add a 'when'")


def _choices(check: _Check, step: Step, state: State) -> Iterator[Diagnostic]:
    visible = engine.visible_choices(check.dialogue, state)
    mark = ("step", step.id)
    drawn_by_engine = step.ask == "place" or step.id in (check.dialogue.language, *offering(check.dialogue))
    if not visible and not drawn_by_engine:
        yield check.at(mark, "F207", f"no choice is offered on '{step.id}'", "add a choice that leads on")
    counted = [choice for choice in visible if not all(rule.to in COMMANDS for rule in choice.rules)]
    if len(counted) > MOST_CHOICES and step.ask not in _PICKERS:
        yield check.at(mark, "F303", f"{len(counted)} choices on '{step.id}', at most {MOST_CHOICES}")
    for choice in visible:
        check.seen.choices.add((step.id, choice.id))
        yield from _target(check, step, choice.id, choice.rules, _answered(state, choice))
    for place in stand_ins(check.dialogue, "place") if step.ask == "place" else ():
        picked = replace(state, slots=_with(state, {"place": place}))
        yield from _target(check, step, "", step.go, picked)


def _answered(state: State, choice: Choice) -> State:
    passed = 0 if "elapsed" in dict(choice.sets) else state.passed
    return replace(state, slots=_with(state, dict(choice.sets)), passed=passed)


def _with(state: State, answers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((dict(state.slots) | answers).items()))


def _target(check: _Check, step: Step, choice: str, rules: tuple[Rule, ...], state: State) -> Iterator[Diagnostic]:
    for index, rule in enumerate(rules):
        if engine.holds(check.dialogue, state, rule.when):
            check.seen.rules.add((step.id, choice, index))
            if rule.to not in COMMANDS:
                check.seen.targets.add(rule.to)
            return
    mark = ("rule", step.id, choice, "0")
    yield check.at(mark, "F202", f"no rule for {_case(check, step, state)}", "add a last rule without 'when'")


def _case(check: _Check, step: Step, state: State) -> str:
    tested = [rule.when for choice in step.choices for rule in choice.rules] + [rule.when for rule in step.go]
    slots = {slot for when in (*(say.when for say in step.says), *tested) for slot, _ in when}
    return ", ".join(f"{slot} reads {engine.reads_as(check.dialogue, state, slot)}" for slot in sorted(slots))


def _unused(check: _Check, step: Step) -> Iterator[Diagnostic]:
    for index in range(len(step.says)):
        if (step.id, index) not in check.seen.says:
            yield check.at(("say", step.id, str(index)), "F206", "this is never shown", "an earlier say covers it")
    for choice in step.choices:
        if (step.id, choice.id) not in check.seen.choices:
            yield check.at(("choice", step.id, choice.id), "F204", f"nobody is offered '{choice.id}'")
        else:
            yield from _idle(check, step, choice.id, choice.rules)
    yield from _idle(check, step, "", step.go)


def _idle(check: _Check, step: Step, choice: str, rules: tuple[Rule, ...]) -> Iterator[Diagnostic]:
    for index in range(len(rules)):
        if (step.id, choice, index) not in check.seen.rules:
            mark = ("rule", step.id, choice, str(index))
            yield check.at(mark, "F205", "this rule is never used", "an earlier rule covers it")
