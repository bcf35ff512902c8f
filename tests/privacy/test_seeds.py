"""Each seeded privacy bug is noticed by the tests: a suite that misses one proves nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.seeds import SEEDS, Seed
from tests.privacy.test_canaries import Figure

pytestmark = pytest.mark.deep

ROOT = Path(__file__).parents[2]
#: Seconds for the tests of one seed, and for all of them without any.
PATIENCE, LONGEST = 300, 1_200
PARTS = ("bot", "tests", "flows", "locales", "deploy", "docs", "requirements", "main.py", "pyproject.toml", "LICENSE")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout, to be spoilt."""
    folder = tmp_path_factory.mktemp("seeds") / "checkout"
    folder.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(folder: Path, *words: str, seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *words]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )


def test_there_are_enough_seeds_and_each_is_another() -> None:
    assert len(SEEDS) >= 25
    assert len({(seed.file, seed.old, seed.new) for seed in SEEDS}) == len(SEEDS) == len({seed.name for seed in SEEDS})


def test_without_a_seed_the_tests_pass(copy: Path) -> None:
    """Else any change would be "noticed"."""
    files = sorted({word for seed in SEEDS for word in seed.tests.split() if word.startswith("tests/")})
    assert len(files) > 10
    result = run(copy, "-m", "not deep", *files, seconds=LONGEST)
    assert result.returncode == 0, result.stdout[-2000:]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seeded_bug_is_noticed(copy: Path, seed: Seed, record_property: Figure) -> None:
    path = copy / seed.file
    whole = path.read_text("utf-8")
    assert whole.count(seed.old) == 1, "the seed no longer fits the file: mend tests/privacy/seeds.py"
    path.write_text(whole.replace(seed.old, seed.new), "utf-8")
    try:
        result = run(copy, *seed.tests.split())
    finally:
        path.write_text(whole, "utf-8")
    failed = re.findall(r"(?m)^FAILED (\S+)", result.stdout)
    record_property("figure", f"seed: {seed.name}: noticed by {failed[0].rpartition('::')[2] if failed else 'nobody'}")
    assert result.returncode == 1, result.stdout[-2000:]
    assert failed
