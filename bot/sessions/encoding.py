"""A session as bytes of one fixed size, so that the length of a row tells nothing.

    version 1 | flags 1 | hide 2 | saved 4 | chat 8 | live 8 | channel 1+n | code 1+n | cards | messages | zeros

Flags: 1 told, 2 leaving. Cards and messages: how many (2 bytes), then their ids. All numbers are little-endian. Ids
stand from the newest to the oldest, each as the difference to the one before (the first to `live`), zigzag and base
128: ids of one chat lie close together, so most take one or two bytes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import NamedTuple

from bot.sessions.model import Session

#: With the slot, nonce and tag of `seal` this makes rows of 512 bytes.
SIZE = 480
VERSION = 2
CODE_LIMIT = 64  #: as on a Telegram button
CHANNEL_LIMIT = 16
CARDS_LIMIT = 100  #: bytes for the ids of cards: ten at the worst
FEWEST_CARDS, FEWEST_MESSAGES = 9, 27  #: so many ids fit, however they lie
_TOLD, _LEAVING = 1, 2
_HEAD = struct.Struct("<BBHIqq")
_COUNT = struct.Struct("<H")
_NO_IDS = _COUNT.pack(0)
_INT64 = range(-(2**63), 2**63)


class Record(NamedTuple):
    """What a row holds: the session, the name of its channel, and the second (since boot) of its last save."""

    session: Session
    channel: str
    saved: int


def encode(record: Record) -> bytes:
    """`SIZE` bytes. ValueError if a number needs more than 64 bits or `saved` is no time since boot.

    Of more ids than fit (about 370 in a row, at worst 27 scattered ones) the oldest are dropped: those messages are
    the likeliest to be gone already, and the exit's sweep around the last known id still finds them.
    A code that no button could carry is no state of ours and is kept as "".
    """
    session = record.session
    numbers = (session.chat, session.live, *session.messages, *session.cards)
    fits = 0 <= record.saved < 2**32 and 0 <= session.hide < 2**16
    if any(number not in _INT64 for number in numbers) or not fits:
        raise ValueError("a number does not fit into a session")
    flags = _TOLD * session.told | _LEAVING * session.leaving
    head = _HEAD.pack(VERSION, flags, session.hide, record.saved, session.chat, session.live)
    head += _short(record.channel, CHANNEL_LIMIT) + _short(session.code, CODE_LIMIT)
    head += _pack_ids(session.live, session.cards, CARDS_LIMIT)
    return (head + _pack_ids(session.live, session.messages, SIZE - len(head))).ljust(SIZE, b"\0")


def decode(raw: bytes) -> Record:
    """The record of `encode`. ValueError for anything else."""
    try:
        version, flags, hide, saved, chat, live = _HEAD.unpack_from(raw)
        channel, at = _read_short(raw, _HEAD.size)
        code, at = _read_short(raw, at)
        cards, at = _read_ids(raw, at, live)
        messages, at = _read_ids(raw, at, live)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise ValueError("not a session") from None
    if version != VERSION or len(raw) != SIZE or flags & ~(_TOLD | _LEAVING):
        raise ValueError("not a session of this version")
    told, leaving = bool(flags & _TOLD), bool(flags & _LEAVING)
    return Record(Session(chat, live, code, messages, told, cards, hide, leaving), channel, saved)


def _short(text: str, limit: int) -> bytes:
    raw = text.encode("ascii") if text.isascii() and len(text) <= limit else b""
    return bytes((len(raw),)) + raw


def _read_short(raw: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + raw[at]
    return raw[at + 1 : end].decode("ascii"), end


def _pack_ids(live: int, messages: tuple[int, ...], room: int) -> bytes:
    """How many of the newest fit into so many bytes, and those."""
    if not messages:
        return _NO_IDS
    packed = bytearray()
    count = 0
    for before, this in pairwise((live, *reversed(messages))):
        piece = _varint(this - before)
        if _COUNT.size + len(packed) + len(piece) > room:
            break
        packed += piece
        count += 1
    return _COUNT.pack(count) + bytes(packed)


def _read_ids(raw: bytes, at: int, live: int) -> tuple[tuple[int, ...], int]:
    """The ids, from the oldest to the newest, and where they end."""
    (count,) = _COUNT.unpack_from(raw, at)
    at += _COUNT.size
    if not count:
        return (), at
    ids = []
    last = live
    for _ in range(count):
        difference, at = _read_varint(raw, at)
        last += difference
        ids.append(last)
    return tuple(reversed(ids)), at


def _varint(number: int) -> bytes:
    rest = number * 2 if number >= 0 else -number * 2 - 1
    packed = bytearray()
    while rest > 0x7F:
        packed.append(rest & 0x7F | 0x80)
        rest >>= 7
    packed.append(rest)
    return bytes(packed)


def _read_varint(raw: bytes, at: int) -> tuple[int, int]:
    rest = shift = 0
    while raw[at] & 0x80:
        rest |= (raw[at] & 0x7F) << shift
        shift += 7
        at += 1
    rest |= raw[at] << shift
    return (rest >> 1) ^ -(rest & 1), at + 1
