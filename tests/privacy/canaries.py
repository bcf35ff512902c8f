"""People we made up, each with everything that could give them away, and how any of it might be written down."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюяәғқңөұүһі"
#: Ids that fit four bytes, and ids as they are handed out now.
SMALL, LARGE = (10**9, 2**32 - 1), (2**32, 8 * 10**9)

Put = tuple[str, bytes]  #: name of an encoding, the bytes


@dataclass(frozen=True)
class Canary:
    """One person. Everything is drawn by chance, so a hit is no coincidence."""

    id: int
    first: str
    last: str
    username: str
    language: str
    latitude: float
    longitude: float
    phone: str
    latin: str  #: typed words
    cyrillic: str

    @property
    def texts(self) -> dict[str, str]:
        names = {"first": self.first, "last": self.last, "username": self.username, "language": self.language}
        places = {"latitude": str(self.latitude)[:8], "longitude": str(self.longitude)[:8]}  # however it was cut
        return names | places | {"phone": self.phone, "latin": self.latin, "cyrillic": self.cyrillic}

    def written(self) -> Iterator[tuple[str, str, bytes]]:
        """(what, how, bytes): every canary in every encoding."""
        yield from (("id", how, put) for how, put in number(self.id))
        for what, text in self.texts.items():
            yield from ((what, how, put) for how, put in words(text))
        for what, value in (("latitude", self.latitude), ("longitude", self.longitude)):
            yield from ((what, how, struct.pack(how, value)) for how in ("<d", ">d"))


def crowd(count: int, chance: random.Random) -> list[Canary]:
    """Distinct people; half of them with an id that fits four bytes."""
    ids = {chance.randint(*(SMALL if at % 2 else LARGE)) for at in range(count * 2)}
    drawn = sorted(ids, key=lambda _: chance.random())[:count]
    assert len(drawn) == count
    return [_person(number, chance) for number in drawn]


def _person(number: int, chance: random.Random) -> Canary:
    def word(letters: str, length: int) -> str:
        return "".join(chance.choice(letters) for _ in range(length))

    low = string.ascii_lowercase
    return Canary(
        id=number,
        first=word(low, 10).capitalize(),
        last=word(CYRILLIC, 9).capitalize(),
        username=f"{word(low, 8)}_{word(string.digits, 4)}",
        language=f"{word(low, 2)}-{word(low, 8)}-{word(low, 8)}",
        latitude=(chance.randrange(410_000_000, 550_000_000) | 1) / 10**7,
        longitude=(chance.randrange(470_000_000, 870_000_000) | 1) / 10**7,
        phone=f"+7701{word(string.digits, 7)}",
        latin=word(low, 14),
        cyrillic=word(CYRILLIC, 12),
    )


def number(value: int) -> Iterator[Put]:
    """An id as any program might write it, and the plain hashes that are undone in hours."""
    decimal = str(value).encode()
    whole = [("8 little", struct.pack("<q", value)), ("8 big", struct.pack(">q", value))]
    yield from words(str(value))
    yield from whole
    if value < 2**32:
        yield from (("4 little", struct.pack("<I", value)), ("4 big", struct.pack(">I", value)))
    yield from (("hex number", f"{value:x}".encode()), ("HEX number", f"{value:X}".encode()))
    for how, raw in whole:
        yield f"{how} hex", raw.hex().encode()
        yield from ((f"{how} {name}", put) for name, put in _base64(raw))
    yield "limbs", struct.pack("<II", value & (2**30 - 1), value >> 30)  # how CPython itself holds it
    for how, raw in [("decimal", decimal), ("person", b"telegram:" + decimal), *whole]:
        yield from _hashes(how, raw)


def words(text: str) -> Iterator[Put]:
    """A text in the encodings that files, logs and memory use."""
    raw = text.encode()
    yield "utf-8", raw
    yield from ((name, text.encode(name)) for name in ("utf-16-le", "utf-16-be", "utf-32-le"))
    yield from (("hex", raw.hex().encode()), ("HEX", raw.hex().upper().encode()))
    yield from _base64(raw)
    folded = {text.lower(), text.upper(), text.casefold()} - {text}
    yield from ((f"case {at}", other.encode()) for at, other in enumerate(sorted(folded)))
    escaped = {"json": json.dumps(text)[1:-1], "percent": quote(text, safe=""), "python": ascii(text)[1:-1]}
    yield from ((how, put.encode()) for how, put in escaped.items() if put != text)


def _base64(raw: bytes) -> Iterator[Put]:
    """What stands in base64 whatever comes before and after, for each of the three ways the bytes may fall."""
    for encode, name in ((base64.b64encode, "base64"), (base64.urlsafe_b64encode, "base64 url")):
        for shift in range(3):
            put = encode(bytes(shift) + raw)[(0, 2, 3)[shift] : (len(raw) + shift) * 8 // 6]
            yield f"{name} {shift}", put


_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    name: lambda raw, name=name: hashlib.new(name, raw).digest()  # type: ignore[misc]
    for name in ("md5", "sha1", "sha256", "blake2b")
}


def _hashes(how: str, raw: bytes) -> Iterator[Put]:
    for name, digest in _DIGESTS.items():
        yield f"{name} of {how}", digest(raw)[:16]
        yield f"{name} of {how}, hex", digest(raw)[:16].hex().encode()
        yield f"{name} of {how}, base64", base64.b64encode(digest(raw)[:15])
