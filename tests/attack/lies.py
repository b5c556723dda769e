"""Every field of every message of a board, at its extremes: what a board that lies may say."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, cast

from host.base.records import Column, Message
from host.link import messages as wire
from tests.link.fake_board import HELLO

GOOD: tuple[Message, ...] = (
    HELLO,
    wire.Frame(7, 96, 96, 1, 0, bytes(9216)),
    wire.FramePart(7, 9_000, 96, 96, 1, 0, bytes(216)),
    wire.Result(7, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, bytes(2)),
    wire.Profile(7, bytes(8)),
    wire.Log(1, b"text"),
    wire.Fault(1, 2, 3, b"text"),
    wire.Ack(0x42, 0, 1, 0),
    wire.Pong(1, 2, 0, 0),
    wire.SlotInfo(1, 0, 0, 0, 300_000, 114_688, 0, 0, 0, "m"),
    wire.Held(0, 0, 10, 1_000_000, 64_000_000, 0),
    wire.Verdict(1, 5, 3, 1_000_000),
    wire.Heartbeat(1, 5, 3, 0, 1, 1_000_000, 60_000_000, 1, 2, 3, 4),
    wire.Layout(b"abc"),
    wire.Raster(0, 240, 120, 640, 81_920, 51_179_520, 63, bytes(640)),
    wire.Silicon(64, 192, 64, 128, 1_280_000, 80, 70_000, 4_832),
)


def changed(message: Message, name: str, value: Any) -> Message:
    made: Message = dataclasses.replace(cast(Any, message), **{name: value})
    return made


def extremes(column: Column) -> list[Any]:
    """0, 1, the largest, and what is no number."""
    if column.code in ("f", "d"):
        return [0.0, 1.0, -1.0, math.nan, math.inf, 3e38]
    if column.code.endswith("s"):
        return ["", "[/b]\x1b[2J"]
    bits = 8 * {"b": 1, "h": 2, "i": 4, "q": 8}[column.code.lower()]
    return [0, 1, 2**bits - 1] if column.code.isupper() else [0, 1, -(2 ** (bits - 1))]


def lies() -> list[tuple[Message, str, Any]]:
    """Every field of every message at its extremes; tails empty, torn and long."""
    found: list[tuple[Message, str, Any]] = []
    for good in GOOD:
        found += [(good, c.name, v) for c in type(good).COLUMNS for v in extremes(c)]
        if good.TAIL:
            found += [(good, good.TAIL.name, tail) for tail in (b"", b"abc", bytes(32_000))]
    return found
