"""Can this message be true? A packet may be whole and its values impossible: every message is checked here, once,
before any tool sees it. What fails is counted, named and dropped. The page's rules are made from these (web/rules.py).

A board that lies, a recording of somebody else and a firmware's mistake are all checked here.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from typing import Any

from host.base.boards import FLASH_BYTES, RAM_BYTES
from host.base.records import Message
from host.link import messages as wire

CLOCK_HZ = (1_000_000, 1_000_000_000)
LATE_US = 60_000_000  # a hold ends after its limit by at most what its last step takes
SLACK = 1.05  # of two clocks against each other
STARTING_S = 1.0


def objection(message: Message, hello: wire.Hello | None) -> str | None:
    """Why `message` cannot be true of a board that said `hello` (None: not yet), in a few words; None if it can."""
    check = CHECKS.get(type(message))
    objection = check(message, hello) if check else None
    return f"{type(message).__name__}: {objection}" if objection else None


def _hello(m: wire.Hello, _: wire.Hello | None) -> str | None:
    pixels = m.input_height * m.input_width * m.input_channels
    if not CLOCK_HZ[0] <= m.clock_hz <= CLOCK_HZ[1]:
        return f"a clock of {m.clock_hz} Hz"
    if m.input_channels not in (1, 3) or not 0 < pixels <= RAM_BYTES:
        return f"an input of {_shape(m.input_height, m.input_width, m.input_channels)}"
    if m.score_count > wire.MAX_SCORES:
        return f"{m.score_count} scores"
    if not math.isfinite(m.output_scale) or (m.score_count and m.output_scale <= 0):
        return f"an output scale of {m.output_scale}"
    return _enum(m.mode, wire.Mode) or _flags(m, "instruction_cache", "dcdc", "data_swap")


def _frame(m: wire.Frame, hello: wire.Hello | None) -> str | None:
    shape = _shape(m.height, m.width, m.channels)
    pixels = m.height * m.width * m.channels
    if m.channels not in (1, 3) or pixels != len(m.pixels) or pixels == 0:
        return f"{shape} in {len(m.pixels)} bytes"
    if hello and shape != _shape(hello.input_height, hello.input_width, hello.input_channels):
        return f"{shape} of another input than Hello's"
    return _enum(m.source, wire.Source)


def _part(m: wire.FramePart, hello: wire.Hello | None) -> str | None:
    shape = _shape(m.height, m.width, m.channels)
    pixels = m.height * m.width * m.channels
    if m.channels not in (1, 3) or not 0 < pixels <= RAM_BYTES:
        return f"a part of {shape}"
    if len(m.pixels) == 0 or m.offset + len(m.pixels) > pixels:
        return f"{len(m.pixels)} bytes from {m.offset} on of {shape}"
    if hello and shape != _shape(hello.input_height, hello.input_width, hello.input_channels):
        return f"{shape} of another input than Hello's"
    return _enum(m.source, wire.Source)


def _result(m: wire.Result, hello: wire.Hello | None) -> str | None:
    if hello and len(m.scores) != hello.score_count:
        return f"{len(m.scores)} scores instead of {hello.score_count}"
    return _enum(m.source, wire.Source)


def _profile(m: wire.Profile, _: wire.Hello | None) -> str | None:
    odd = len(m.cycles) % 4 or len(m.cycles) == 0
    return f"{len(m.cycles)} bytes of u32" if odd else None


def _slot(m: wire.SlotInfo, _: wire.Hello | None) -> str | None:
    if m.which > wire.MODEL_SLOTS:
        return f"slot {m.which}"
    if max(m.room, m.memory_bytes, m.model_bytes, m.held) > FLASH_BYTES:
        return "more bytes than the chip has"
    return _enum(m.state, wire.SlotState) or _flags(m, "active")


def _held(m: wire.Held, hello: wire.Hello | None) -> str | None:
    if m.duration_us > wire.HOLD_MAX_MS * 1000 + LATE_US:
        return f"{m.duration_us} us"
    if m.repetitions and not m.duration_us:
        return f"{m.repetitions} repetitions in 0 us"
    if hello and max(m.awake_cycles, m.marked_cycles) > _most_cycles(m.duration_us, hello):
        return f"{max(m.awake_cycles, m.marked_cycles)} cycles in {m.duration_us} us"
    return _enum(m.state, wire.PowerState) or _enum(m.ended, wire.HoldEnd)


def _heartbeat(m: wire.Heartbeat, hello: wire.Hello | None) -> str | None:
    if max(m.blind_looks, m.verdicts) > m.looks:
        return f"{max(m.blind_looks, m.verdicts)} of {m.looks} looks"
    if hello and m.awake_cycles > _most_cycles(m.elapsed_us, hello):
        return f"{m.awake_cycles} cycles in {m.elapsed_us} us"
    return _flags(m, "verdict")


def _raster(m: wire.Raster, _: wire.Hello | None) -> str | None:
    longer = len(m.line_start) > m.line_bytes
    return f"{len(m.line_start)} bytes of a line of {m.line_bytes}" if longer else None


def _silicon(m: wire.Silicon, _: wire.Hello | None) -> str | None:
    if not (m.reads and m.branches and m.window_cycles):
        return "nothing was timed"
    if not m.longest_cycles <= m.interrupt_cycles <= m.window_cycles:
        return f"{m.interrupt_cycles} cycles of interrupts in {m.window_cycles}"
    return None


def _most_cycles(microseconds: int, hello: wire.Hello) -> float:
    return (microseconds / 1e6 * SLACK + STARTING_S) * hello.clock_hz


def _shape(height: int, width: int, channels: int) -> str:
    return f"{height}x{width}x{channels}"


def _enum(value: int, kind: type[enum.IntEnum]) -> str | None:
    known = value in kind._value2member_map_
    return None if known else f"{kind.__name__} {value}"


def _flags(message: Message, *names: str) -> str | None:
    wrong = [f"{name} {getattr(message, name)}" for name in names if getattr(message, name) > 1]
    return wrong[0] if wrong else None


# Messages that are not here can say nothing impossible. FaultCode is left open: a newer firmware may know more.
CHECKS: dict[type[Message], Callable[[Any, wire.Hello | None], str | None]] = {
    wire.Hello: _hello,
    wire.Frame: _frame,
    wire.FramePart: _part,
    wire.Result: _result,
    wire.Profile: _profile,
    wire.Log: lambda m, _: _enum(m.level, wire.LogLevel),
    wire.Ack: lambda m, _: _enum(m.status, wire.Status),
    wire.SlotInfo: _slot,
    wire.Held: _held,
    wire.Verdict: lambda m, _: _flags(m, "verdict") or ("no look" if not m.looks else None),
    wire.Heartbeat: _heartbeat,
    wire.Raster: _raster,
    wire.Silicon: _silicon,
}
