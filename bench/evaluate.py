"""How well typed words are understood, on phrases that were written apart from the training phrases: `make evaluate`.

`tests/phrases/<language>.yaml` lists `{text, topics, crisis, style}`. `crisis` says whether the emergency card is
right; a folder may be named instead (`python -m bench.evaluate FOLDER`). With `--cross` the training phrases are judged
instead, each by a model that has not seen it (minutes).
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from bench.material import data, phrases, read
from bot.understanding import Understood, understand
from bot.understanding.language import LANGUAGES, MIXED
from bot.understanding.reading import CRISES, OTHER

PHRASES = Path(__file__).parents[1] / "tests" / "phrases"
FOLDS = 5


class Case(NamedTuple):
    text: str
    language: str
    topics: frozenset[str]
    crisis: bool
    style: str


class Judged(NamedTuple):
    case: Case
    got: Understood

    @property
    def top3(self) -> bool:
        """Nothing offered is right for what is about nothing of ours."""
        return not self.case.topics.isdisjoint(self.got.topics or (OTHER,))

    @property
    def top1(self) -> bool:
        return (self.got.topics or (OTHER,))[0] in self.case.topics


def cases(folder: Path = PHRASES) -> list[Case]:
    """All test phrases there are."""
    return [
        Case(str(one["text"]), path.stem, frozenset(one["topics"]), bool(one["crisis"]), str(one.get("style", "")))
        for path in sorted(folder.glob("*.yaml"))
        for one in read(path)
    ]


def judged(known: Iterable[Case]) -> list[Judged]:
    return [Judged(case, understand(case.text)) for case in known]


def crossed() -> list[Judged]:
    """Training phrases, each judged by a model trained without it and without those that begin like it."""
    from bench import train
    from bot.understanding import model, reading, spelling
    from bot.understanding.normal import clean

    known = phrases()
    fold = [crc32("".join(map(spelling.rough, spelling.words(clean(one.text))))[:16].encode()) % FOLDS for one in known]
    found = []
    for number in range(FOLDS):
        rest = [one for one, at in zip(known, fold, strict=True) if at != number]
        using = reading.made(model.unpack(train.trained(rest, data(rest))))
        for one, at in zip(known, fold, strict=True):
            typed = spelling.words(clean(one.text))
            if at == number and typed:
                case = Case(one.text, one.language, one.topics, bool(one.topics & set(CRISES)), "")
                found.append(Judged(case, reading.judged(typed, using)))
    return found


def share(found: Sequence[Judged], meets: Callable[[Judged], bool]) -> str:
    """As "97.1 % of 104", or "-" of none."""
    return f"{100 * sum(map(meets, found)) / len(found):5.1f} % of {len(found):<4}" if found else f"{'-':>14}"


def line(name: str, found: Sequence[Judged]) -> str:
    urgent, calm = [one for one in found if one.case.crisis], [one for one in found if not one.case.crisis]
    return (
        f"{name:22} top 3 {share(found, lambda one: one.top3)}  top 1 {share(found, lambda one: one.top1)}"
        f"  crisis seen {share(urgent, lambda one: one.got.crisis is not None)}"
        f"  false alarms {share(calm, lambda one: one.got.crisis is not None)}"
    )


def by(found: Sequence[Judged], name: Callable[[Judged], Iterable[str]]) -> dict[str, list[Judged]]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in found:
        for key in name(one):
            groups[key].append(one)
    return dict(sorted(groups.items()))


def confusions(found: Sequence[Judged], most: int = 25) -> list[str]:
    """What was taken for what when the right topic was not among those offered, most frequent first."""
    pairs = Counter((", ".join(sorted(one.case.topics)), ", ".join(one.got.topics)) for one in found if not one.top3)
    return [f"  {times:4}  {right}  ->  {wrong or 'nothing'}" for (right, wrong), times in pairs.most_common(most)]


def report(found: Sequence[Judged]) -> Iterable[str]:
    for language in LANGUAGES:
        part = [one for one in found if one.case.language == language]
        if part:
            yield line(language, part)
            for style, group in by(part, lambda one: [one.case.style]).items():
                yield line(f"  {style}", group) if style else ""
            yield f"  language recognised   {share(part, lambda one: one.got.language in (one.case.language, MIXED))}"
            yield "  topics:"
            for topic, group in by(part, lambda one: one.case.topics).items():
                yield line(f"    {topic}", group)
            yield "  not among those offered (right -> offered):"
            yield from confusions(part)


def table(found: Sequence[Judged]) -> Iterable[str]:
    """Rows: a right topic; columns: the topics that came first for it, with how often."""
    for topic, group in by(found, lambda one: one.case.topics).items():
        first = Counter((one.got.topics or (OTHER,))[0] for one in group)
        yield f"  {topic:20} " + "  ".join(f"{name} {times}" for name, times in first.most_common(6))


def main(arguments: Sequence[str]) -> int:
    folder = Path(next((one for one in arguments if not one.startswith("--")), PHRASES))
    found = crossed() if "--cross" in arguments else judged(cases(folder))
    if not found:
        sys.stderr.write(f"no phrases in {folder}\n")
        return 1
    lines = [*report(found), "confusion (right topic: first guesses)", *table(found)]
    sys.stdout.write("\n".join(line for line in lines if line) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
