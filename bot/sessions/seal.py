"""Sealing one row: which name it has, and who can open it.

A row's name is a keyed hash of the person, so it can be found but not read back: there are few enough chat ids that a
hash without a key is undone in hours. Its contents open only with *both* the day's key and the row's own secret:
dropping the day's key forgets everybody, dropping the secret forgets this person and nobody else.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_SIZE = 32
NONCE_SIZE = 12
OVERHEAD = NONCE_SIZE + 16  #: bytes a sealed text is longer than the open one


def row_key(day_key: bytes, person: str) -> bytes:
    """The name of a person's row under this day's key; 32 bytes."""
    name = person.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(name, key=day_key, digest_size=32, person=b"session row").digest()


def seal(day_key: bytes, secret: bytes, bound: bytes, plain: bytes) -> bytes:
    """`plain`, unreadable and unchangeable. It opens only beside the same `bound` bytes: under its own name."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + _cipher(day_key, secret).encrypt(nonce, plain, bound)


def unseal(day_key: bytes, secret: bytes, bound: bytes, sealed: bytes) -> bytes | None:
    """What was sealed; None if a key, the row's name or a single bit is another."""
    try:
        return _cipher(day_key, secret).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], bound)
    except (InvalidTag, ValueError):
        return None


def _cipher(day_key: bytes, secret: bytes) -> ChaCha20Poly1305:
    key = hashlib.blake2b(secret, key=day_key, digest_size=KEY_SIZE, person=b"session content").digest()
    return ChaCha20Poly1305(key)
