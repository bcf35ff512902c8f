"""What a case is: a fault, what is promised when it comes, and the scene that shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reliability.bench import Bench

#: Plays the fault and asserts what was promised; returns what was seen, in a few words.
Scene = Callable[["Bench"], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Case:
    fault: str
    done: str  #: by the bot
    seen: str  #: by a person
    kept: str  #: or lost
    scene: Scene | None = None
    proof: str = ""  #: the test that shows it, where there is no scene; what it measured is what was seen
    quick: bool = False  #: also in `make test`
    needs: str = ""  #: "mount": the right to mount a small file system; "redis": a redis-server
    env: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, Any] | None = None  #: constants to set within the process (`inside.py`); None: bare `main.py`

    @property
    def words(self) -> tuple[str, str, str, str]:
        return self.fault, self.done, self.seen, self.kept


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    cases: list[Case] = field(default_factory=list)

    def case(
        self, fault: str, *, done: str, seen: str, kept: str, quick: bool = False, needs: str = "",
        inside: Mapping[str, Any] | None = None, **env: str,
    ) -> Callable[[Scene], Scene]:  # fmt: skip
        def add(scene: Scene) -> Scene:
            self.cases.append(Case(fault, done, seen, kept, scene, "", quick, needs, env, inside))
            return scene

        return add

    def shown_by(self, proof: str, fault: str, *, done: str, seen: str, kept: str, needs: str = "") -> None:
        """A case that a test elsewhere shows: `proof` is `tests/file.py::test`."""
        self.cases.append(Case(fault, done, seen, kept, None, proof, False, needs))
