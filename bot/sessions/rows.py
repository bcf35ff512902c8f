"""One row of the database: opened and sealed.

slot 4 | nonce 12 | sealed record 480 | tag 16   = 512 bytes, whatever it holds
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from bot.sessions import seal
from bot.sessions.encoding import SIZE, Record, decode, encode
from bot.sessions.keys import Keys

_SLOT = struct.Struct("<I")
_EXPIRY = struct.Struct("<q")
ROW_SIZE = _SLOT.size + seal.OVERHEAD + SIZE


class Row(NamedTuple):
    """As in the table: the keyed hash of a person, the minute of expiry, slot and sealed record."""

    key: bytes
    expiry: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    slot: int
    record: Record


def close_row(keys: Keys, day_key: bytes, row_key: bytes, expiry: int, slot: int, record: Record) -> Row:
    """The row to be stored. ValueError if the record can't be kept at all."""
    secret = keys.secret(slot)
    if secret is None:
        raise ValueError("a slot without a secret")
    sealed = seal.seal(day_key, secret, _bound(row_key, expiry, slot), encode(record))
    return Row(row_key, expiry, _SLOT.pack(slot) + sealed)


def open_row(keys: Keys, day_keys: tuple[bytes, ...], row: Row) -> Opened | None:
    """None if the row is not as it was stored, stands under another name, or was forgotten."""
    if len(row.sealed) != ROW_SIZE or not -(2**63) <= row.expiry < 2**63:
        return None
    slot = slot_of(row)
    secret = keys.secret(slot)
    if secret is None:
        return None
    bound = _bound(row.key, row.expiry, slot)
    tries = (seal.unseal(day_key, secret, bound, row.sealed[_SLOT.size :]) for day_key in day_keys)
    plain = next((plain for plain in tries if plain is not None), None)
    try:
        return None if plain is None else Opened(slot, decode(plain))
    except ValueError:
        return None


def slot_of(row: Row) -> int:
    """The slot a row claims. Whether it is really its own shows only when the row opens."""
    return int.from_bytes(row.sealed[: _SLOT.size], "little")


def _bound(row_key: bytes, expiry: int, slot: int) -> bytes:
    return row_key + _EXPIRY.pack(expiry) + _SLOT.pack(slot)
