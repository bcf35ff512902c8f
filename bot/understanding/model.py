"""The linear model: one weight per feature and topic, added up. Read from `model.bin`, made by `make model`.

A row holds the weights of one feature for all lanes (topics, "some crisis", languages), one byte each. Widened to
two bytes, a whole row is one Python integer and adding rows adds all lanes at once: fast without any library.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("model.bin")
#: Changes whenever features or layout do: a model must not be read with other features than it was trained on.
VERSION = 1
#: Weights are stored with this added, so that no lane borrows from its neighbour.
ZERO = 128
#: So many rows of at most 255 fit into lanes of 16 bits.
AT_ONCE = 256


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """Trained weights and what was compiled beside them (`data`: rules, meanings, words of each language)."""

    lanes: tuple[str, ...]
    scale: tuple[float, ...]
    bias: tuple[float, ...]
    rows: memoryview
    data: Mapping[str, Any]

    def score(self, features: Sequence[int]) -> Mapping[str, float]:
        """Probability of each lane, 0 to 1, apart from each other: more than one may be high, or none."""
        width = len(self.lanes)
        sums = [0] * width
        for start in range(0, len(features), AT_ONCE):
            part = self._sum(features[start : start + AT_ONCE])
            sums = [before + more for before, more in zip(sums, part, strict=True)]
        norm = sqrt(len(features) or 1)
        return {
            lane: _logistic((total - ZERO * len(features)) * scale / norm + bias)
            for lane, total, scale, bias in zip(self.lanes, sums, self.scale, self.bias, strict=True)
        }

    def _sum(self, features: Sequence[int]) -> memoryview:
        size = 2 * len(self.lanes)
        rows, total = self.rows, 0
        for feature in features:
            total += int.from_bytes(rows[feature * size : (feature + 1) * size], "little")
        return memoryview(total.to_bytes(size, "little")).cast("H")


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))


def pack(header: Mapping[str, Any], weights: bytes) -> bytes:
    """Bytes of a model file: a line of JSON, then the weights (`ZERO` added, row by row), all compressed."""
    line = json.dumps({"version": VERSION, **header}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return zlib.compress(line.encode() + b"\n" + weights, 9)


def unpack(packed: bytes) -> Model:
    """The model of such bytes. Raises ValueError if they are of another version."""
    line, _, narrow = zlib.decompress(packed).partition(b"\n")
    header = json.loads(line)
    if header["version"] != VERSION:
        raise ValueError("model.bin is of another version: run `make model`")
    wide = bytearray(2 * len(narrow))
    wide[::2] = narrow
    lanes, scale, bias = (tuple(header[name]) for name in ("lanes", "scale", "bias"))
    return Model(lanes, scale, bias, memoryview(wide), header["data"])


@cache
def model() -> Model:
    """The model, read once. Raises OSError or ValueError when the file is missing or of another version."""
    return unpack(FILE.read_bytes())
