"""The sealed inbox: what is kept outlives a kill, what is done opens for nobody, and nothing readable lies there."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sessions import inbox as module
from bot.sessions.inbox import MOST, NAME, FileInbox, Inbox, NoInbox, open_inbox

LONG = 1e9


def opened(folder: Path, capacity: int = 8, minutes: float = 100.0) -> Inbox:
    return open_inbox(folder, lambda _: None, capacity, lambda: minutes * 60)


def left(inbox: Inbox, seconds: float = LONG) -> list[bytes]:
    return sorted(asyncio.run(inbox.left(seconds)))


def keep(inbox: Inbox, number: int, record: bytes) -> bool:
    return asyncio.run(inbox.keep(number, record))


def done(inbox: Inbox, number: int) -> None:
    asyncio.run(inbox.done(number))


STEPS = st.lists(st.tuples(st.sampled_from(["keep", "keep", "done", "kill"]), st.integers(1, 12)), max_size=60)


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_after_any_kill_exactly_what_was_kept_and_not_done_is_there(steps: list[tuple[str, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        inbox, expected = opened(Path(name)), dict[int, bytes]()
        for kind, number in steps:
            if kind == "keep":
                kept = keep(inbox, number, b"record %d" % number)
                assert kept == (number in expected or len(expected) < 8), "bounded"
                if kept:
                    expected.setdefault(number, b"record %d" % number)
            elif kind == "done":
                done(inbox, number)
                expected.pop(number, None)
            else:  # nothing is closed or flushed
                inbox = opened(Path(name))
                assert left(inbox) == sorted(expected.values())
                assert left(inbox) == [], "each is handed over once"
        assert left(opened(Path(name))) == sorted(expected.values())


def test_nothing_of_a_record_can_be_read_and_nothing_is_left_of_one_that_is_done(tmp_path: Path) -> None:
    inbox, file = opened(tmp_path), tmp_path / NAME
    empty = file.read_bytes()
    for number in (1, 2):
        assert keep(inbox, number, b"canary of %d" % number)
    assert b"canary" not in file.read_bytes()
    done(inbox, 1)
    sealed_with = file.read_bytes()[24:56]
    done(inbox, 2)
    assert file.read_bytes()[64:] == empty[64:], "all zeros again"
    assert file.read_bytes()[24:56] != sealed_with, "and the key they were sealed with is gone"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_file_never_grows_and_needs_no_room_to_forget(tmp_path: Path) -> None:
    inbox = opened(tmp_path)
    size = (tmp_path / NAME).stat().st_size
    assert [keep(inbox, number, b"x" * MOST) for number in range(9)] == [True] * 8 + [False]
    assert not keep(inbox, 100, b"x" * (MOST + 1))
    assert (tmp_path / NAME).stat().st_size == size
    assert (tmp_path / NAME).stat().st_blocks * 512 >= size - 4096, "the room was taken when the file was made"


def test_a_record_that_is_too_old_is_forgotten(tmp_path: Path) -> None:
    keep(opened(tmp_path, minutes=100), 1, b"old")
    keep(opened(tmp_path, minutes=125), 2, b"new")
    later = opened(tmp_path, minutes=140)
    assert left(later, 30 * 60) == [b"new"]
    assert left(opened(tmp_path, minutes=140)) == [b"new"]


def test_a_clock_that_stands_lower_than_before_means_another_start(tmp_path: Path) -> None:
    keep(opened(tmp_path, minutes=100), 1, b"record")
    assert left(opened(tmp_path, minutes=5)) == []


def test_records_of_another_start_of_the_machine_are_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(opened(tmp_path), 1, b"record")
    monkeypatch.setattr(module.machine, "boot", lambda: b"another start...")
    assert left(opened(tmp_path)) == []
    monkeypatch.undo()
    assert left(opened(tmp_path)) == []


@pytest.mark.parametrize("change", ["flip", "swap", "cut", "link", "open to all"])
def test_a_file_that_somebody_changed_brings_nothing(tmp_path: Path, change: str) -> None:
    inbox, file = opened(tmp_path), tmp_path / NAME
    keep(inbox, 1, b"record")
    raw = bytearray(file.read_bytes())
    if change == "flip":
        raw[-10] ^= 1
        file.write_bytes(raw)
    elif change == "swap":
        raw[64:448], raw[-384:] = raw[-384:], raw[64:448]
        file.write_bytes(raw)
    elif change == "cut":
        file.write_bytes(raw[:-1])
    elif change == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    else:
        file.chmod(0o644)
    assert left(opened(tmp_path)) == []
    assert keep(opened(tmp_path), 2, b"another")


def test_without_a_folder_or_room_nothing_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    for inbox in (open_inbox(None, told.append), open_inbox(tmp_path / "missing", told.append)):
        assert isinstance(inbox, NoInbox)
        assert not keep(inbox, 1, b"record")
        done(inbox, 1)
        assert left(inbox) == []
    assert told == ["inbox_none"]


def test_a_file_that_refuses_to_be_written_is_given_up_and_emptied(tmp_path: Path) -> None:
    inbox, file = opened(tmp_path), tmp_path / NAME
    assert isinstance(inbox, FileInbox)
    keep(inbox, 1, b"record")
    own, inbox._fd = inbox._fd, os.open(file, os.O_RDONLY)
    assert not keep(inbox, 2, b"record")
    done(inbox, 1)
    assert own is not None
    os.close(own)
    asyncio.run(inbox.close())
