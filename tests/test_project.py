"""What the project's files promise: pinned and hashed packages, a complete README, nothing of anybody's machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN_FILES = ("run", "dev", "bench", "tools")
PIN = re.compile(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)( ; [a-z_]+ [^;@/]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
#: Python 3.11 to 3.13 on Linux (both common processors) and macOS need more than one wheel of a compiled package.
COMPILED = {"aiohttp", "cryptography", "pyyaml", "yarl", "multidict", "frozenlist", "propcache", "cffi"}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def declared(*groups: str) -> list[Requirement]:
    data = tomllib.loads(text("pyproject.toml"))
    lines = data["project"]["dependencies"] + [line for group in groups for line in data["dependency-groups"][group]]
    return [Requirement(line) for line in lines]


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Package -> (version, number of hashes) of a file in requirements/; a line of any other kind fails."""
    found: dict[str, tuple[str, int]] = {}
    package = ""
    for line in text(f"requirements/{name}.txt").splitlines():
        if line.lstrip().startswith("#"):
            continue
        if HASH.fullmatch(line):
            found[package] = (found[package][0], found[package][1] + 1)
        else:
            match = PIN.fullmatch(line)
            assert match, f"requirements/{name}.txt: neither a pin nor a hash: {line!r}"
            package = match[1]
            found[package] = (match[2], 0)
    return found


def files() -> Iterator[Path]:
    """Every file that is, or would be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    yield from (ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


# --- what is installed


@pytest.mark.parametrize("name", PIN_FILES)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    found = pins(name)
    assert found
    assert [package for package, (_, hashes) in found.items() if not hashes] == []
    assert [package for package in COMPILED & set(found) if found[package][1] < 10] == []


@pytest.mark.parametrize(("name", "groups"), [("run", ()), ("dev", ("dev",)), ("bench", ("bench",))])
def test_the_pins_are_those_the_project_asks_for(name: str, groups: tuple[str, ...]) -> None:
    found, wanted = pins(name), declared(*groups)
    assert wanted
    missing = [str(want) for want in wanted if canonicalize_name(want.name) not in found]
    outside = [str(want) for want in wanted if found[canonicalize_name(want.name)][0] not in want.specifier]
    assert (missing, outside) == ([], []), "run: make requirements"


def test_testing_installs_what_runs() -> None:
    run, dev = pins("run"), pins("dev")
    assert run
    assert {package: dev.get(package) for package in run} == run


@pytest.mark.parametrize("name", PIN_FILES)
def test_no_package_comes_from_a_named_place(name: str) -> None:
    content = text(f"requirements/{name}.txt")
    assert content
    assert re.findall(r"://|(?m:^\s*-[a-zA-Z]\b)|--(?!hash=)[a-z-]+|@ |\.(?:whl|gz|org|com)\b", content) == []


def test_there_is_no_second_lock_file() -> None:
    names = {path.name for path in files() if path.parent == ROOT}
    assert "pyproject.toml" in names
    assert names & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "setup.py"} == set()


def test_every_dependency_says_why() -> None:
    lines = [line for line in text("pyproject.toml").splitlines() if re.match(r'    "[A-Za-z_-]+>=', line)]
    assert len(lines) == len(declared("dev", "bench", "tools"))
    assert [line for line in lines if not re.search(r'",  # \w.{9,}', line)] == []


def test_every_library_in_use_is_declared() -> None:
    """A library that is only there because another one needs it could go with the next update."""
    files = [path for path in ROOT.glob("tests/**/*") if path.suffix in {"", ".py"}]
    ours = {"bot", "tests", "bench", "main"} | {path.stem for path in files}
    owners = packages_distributions()
    for folder, groups in (("bot", ()), ("tests", ("dev",))):
        allowed = {canonicalize_name(want.name) for want in declared(*groups)} | ({"packaging"} if groups else set())
        used = {library for path in ROOT.glob(f"{folder}/**/*.py") for library in libraries(path)}
        used -= ours | sys.stdlib_module_names
        assert used, folder
        assert {name for name in used if not {canonicalize_name(o) for o in owners.get(name, [])} & allowed} == set()


def libraries(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in names}


# --- what a newcomer reads


def test_the_readme_names_every_make_target() -> None:
    targets = re.findall(r"(?m)^([a-z-]+):.*## ", text("Makefile"))
    assert {"run", "test", "check", "help"} <= set(targets)
    phony = re.search(r"(?m)^\.PHONY: (.+)$", text("Makefile"))
    assert phony
    assert set(targets) == set(phony[1].split())
    assert [target for target in targets if f"`make {target}`" not in text("README.md")] == []


def test_the_readme_names_every_setting() -> None:
    constants = (n.value for n in ast.walk(ast.parse(text("bot/settings.py"))) if isinstance(n, ast.Constant))
    names = {name for name in constants if isinstance(name, str) and re.fullmatch(r"STORE|[A-Z]+(_[A-Z]+)+", name)}
    assert {"TELEGRAM_BOT_TOKEN", "STORE"} <= names
    assert {name for name in names if f"`{name}`" not in text("README.md")} == set()


def test_the_readme_names_every_command() -> None:
    commands = re.findall(r'_command\(commands, "([a-z]+)"', text("bot/cli.py"))
    assert {"chat", "telegram", "check", "export"} <= set(commands)
    assert [command for command in commands if f"`python main.py {command}" not in text("README.md")] == []


def test_links_between_our_pages_lead_somewhere() -> None:
    link_to_file = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
    pages = [path for path in files() if path.suffix == ".md"]
    links = [(page, link) for page in pages for link in link_to_file.findall(page.read_text("utf-8"))]
    assert links
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


# --- what a missing system package looks like


def find_python(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(ROOT / "requirements/find-python"), *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, timeout=60, check=False)


def executable(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


TOO_OLD = 'case "$2" in *"%d"*) echo 3.10 ;; *) exit 1 ;; esac'
TOO_NEW = 'case "$2" in *"%d"*) echo 3.14 ;; *) exit 1 ;; esac'
NO_VENV = 'case "$2" in *ensurepip*) exit 1 ;; *"%d"*) echo 3.12 ;; esac'
ADVICE = [
    ("apt-get", "", "sudo apt-get install python3 python3-venv"),
    ("apt-get", TOO_OLD, "sudo apt-get install python3.11 python3.11-venv"),
    ("apt-get", TOO_NEW, "sudo apt-get install python3.13 python3.13-venv"),
    ("apt-get", NO_VENV, "sudo apt-get install python3.12 python3.12-venv"),
    ("dnf", "", "sudo dnf install python3"),
    ("brew", "", "brew install python@3.13"),
]


@pytest.mark.parametrize(("manager", "python", "advice"), ADVICE)
def test_a_missing_system_package_is_named(tmp_path: Path, manager: str, python: str, advice: str) -> None:
    executable(tmp_path / manager, "exit 0")
    if python:
        executable(tmp_path / "python3", python)
    result = find_python(tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"Install it with:  {advice}\n" in result.stderr


def test_a_python_that_fits_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    executable(folder / "python3", f'exec "{sys.executable}" "$@"')
    assert find_python(folder).stdout == f"{folder}/python3\n"
    assert find_python(tmp_path, str(folder / "python3")).stdout == f"{folder}/python3\n"


# --- what must not be committed

#: Written in parts, so that this file does not hold what it looks for.
FOREIGN = [
    "/" + "work" + "/",
    "/" + "root" + "/",
    "/" + "tmp" + "/",
    "/" + "opt" + "/",
    "/" + "home" + "/",
    "." + "library",
    "." + "pyenv",
    "pypi" + ".org",
    "python" + "hosted",
    "farm" + "-",
    "contract" + ".md",
]


def test_nothing_of_a_machine_or_a_workplace_is_committed() -> None:
    read = {path: path.read_bytes() for path in files()}
    texts = {path: data.decode("utf-8", "replace") for path, data in read.items()}  # some are broken on purpose
    assert ROOT / "README.md" in texts
    assert [f"{path.name}: {word}" for path, content in texts.items() for word in FOREIGN if word in content] == []


def test_no_token_is_committed() -> None:
    token = re.compile(rb"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b")
    read = [(path, path.read_bytes()) for path in files()]
    assert read
    assert [path.name for path, data in read if token.search(data)] == []
