"""Typed words to topics and a crisis flag: offline, deterministic, explainable (docs/understanding.md)."""

from __future__ import annotations

from bot.understanding.reading import Understood, understand

__all__ = ["Understood", "understand"]
