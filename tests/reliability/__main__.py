"""Play every case and write docs/reliability.md.

    python -m tests.reliability [options of pytest]

What held is noted, so `--last-failed` plays the rest again and still writes a whole page.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest

from tests.reliability.cases import cases
from tests.reliability.page import PAGE, written
from tests.reliability.test_cases import identifier

HERE = "tests/reliability/test_cases.py::test_a_fault"
NOTES = Path(__file__).parents[2] / ".pytest_cache" / "reliability.json"


class Collected:
    """What became of each test, from whichever process it ran in."""

    def __init__(self) -> None:
        self.passed: dict[str, int] = defaultdict(int)
        self.bad: list[str] = []
        self.told: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test, _, example = report.nodeid.removesuffix("]").partition("[")
        name = f"{test}\0{example}" if test == HERE else test
        if report.when == "call" and report.passed:
            self.passed[name] += 1
            self.told[name] += [str(value) for key, value in report.user_properties if key in ("figure", "seen")]
        elif report.failed or report.skipped:
            self.bad.append(f"{report.nodeid}: {report.outcome}")

    def seen(self) -> dict[str, str]:
        """By fault; what is missing is bad."""
        found: dict[str, str] = {}
        with suppress(OSError, ValueError):
            found = json.loads(NOTES.read_text("utf-8")) if "--last-failed" in sys.argv else {}
        for case in cases():
            name = case.proof or f"{HERE}\0{identifier(case)}"
            many = f"{self.passed[name]} examples, each as it should be" if self.passed[name] > 1 else "as it should be"
            if self.passed[name]:
                found[case.fault] = "; ".join(self.told[name]) or many
            elif case.fault not in found:
                self.bad.append(f"not seen: {case.fault}")
        NOTES.parent.mkdir(exist_ok=True)
        NOTES.write_text(json.dumps(found), "utf-8")
        return found


def main() -> int:
    collected = Collected()
    known = "ignore::pytest.PytestAssertRewriteWarning"  # the cases had to be read to know what to play
    chosen = ["-q", "-m", "deep or long or not deep", "-o", "timeout=0", "-o", "addopts=", "-W", known, *sys.argv[1:]]
    proofs = sorted({case.proof for case in cases() if case.proof})
    code = int(pytest.main([*chosen, "tests/reliability/test_cases.py", *proofs], plugins=[collected]))
    seen = collected.seen()
    for line in collected.bad:
        print(line)
    if code or collected.bad:
        print(f"{PAGE.name} stays as it is.")
        return code or 1
    PAGE.write_text(written(seen), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
