"""A logic analyser on the virtual sensor's pins: no guest runs, levels are read from the compiled hooks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.bus import Warnings
from host.virtual.native import compiled
from host.virtual.native.pins import sensor_byte, sensor_pins
from host.virtual.options import BoardOptions
from host.virtual.ov7675 import XCLK_PIN, Ov7675
from host.virtual.scene import Picture, Scene
from host.virtual.sensor_timing import CPU_HZ

XCLK_HZ = Fraction(16_000_000)  # AR's own clock
MOST_LINES = 1200


@compiled.inner
def listen(
    s: Any, start: Any, step: Any, polarity: Any, lengths: Any, taken: Any, room: Any, seen: Any
) -> Any:
    """From one VSYNC to the next; returns how many lines came, or -1 when VSYNC does not.

    polarity: pins whose level is turned round before it is looked at. lengths: bytes of each line. taken: the bytes,
    `room` at most. seen: frame cycles, cycles from VSYNC to the first line, PCLK edges while HREF was low.
    """
    now, stop = start, start + 8 * 64_000_000
    was = sensor_pins(s, now) ^ polarity
    begun = lines = count = 0
    between = True  # HREF was low since the last byte
    while now < stop:
        now += step
        pins = sensor_pins(s, now) ^ polarity
        rose = pins & ~was
        was = pins
        if rose & words.PIN_VSYNC != 0:
            if begun != 0:
                seen[0] = now - begun
                return lines
            begun = now
        if begun == 0:
            continue
        if pins & words.PIN_HREF == 0:
            between = True
            seen[2] += 1 if rose & words.PIN_PCLK != 0 else 0
        elif rose & words.PIN_PCLK != 0:
            if between:
                seen[1] = now - begun if lines == 0 else seen[1]
                lines += 1
                between = False
            lengths[lines - 1] += 1
            if count < room:
                taken[count] = sensor_byte(s, now)
            count += 1
    return -1


@dataclass(frozen=True)
class BusTransfer:
    """A frame as it was on the pins. lengths: bytes of each line. data: uint8 (lines, bytes), empty when uneven."""

    lengths: npt.NDArray[np.int64]
    data: npt.NDArray[np.uint8]
    frame_cycles: int
    cycles_to_first_line: int
    idle_clocks: int  # PCLK edges while HREF was low

    @property
    def shape(self) -> tuple[int, int]:
        """Lines and bytes a line; -1 bytes when the lines differ."""
        even = self.lengths.size and (self.lengths == self.lengths[0]).all()
        return self.lengths.size, int(self.lengths[0]) if even else -1


class StillScene:
    """One picture for ever."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def picture(self, seconds: float) -> Picture:
        """Always the same."""
        return self._picture


class Desk:
    """A sensor alone: its registers, its clock, its pins."""

    def __init__(self, scene: Scene, options: BoardOptions | None = None) -> None:
        self.cycles = 0
        self.lines: list[str] = []
        self.state = np.zeros(words.STATE_WORDS, np.int64)
        warnings = Warnings(self.lines.append, lambda: 0)
        self.sensor = Ov7675(
            self.state, scene, options or BoardOptions(), lambda: self.cycles, warnings
        )
        self._render = compiled.PYTHON_FUNCTION(self._draw)
        self.state[words.RENDER_FUNCTION] = ctypes.cast(self._render, ctypes.c_void_p).value or 0
        self.sensor.set_clock(XCLK_PIN, XCLK_HZ)

    def _draw(self, frame: int, _: int) -> int:
        self.sensor.render(frame)
        return 0

    def write(self, writes: Iterable[tuple[int, int]]) -> None:
        """Registers, one after the other, a millisecond apart."""
        for number, value in writes:
            self.cycles += CPU_HZ // 1000
            assert self.sensor.answers()
            self.sensor.write_register(number, value)

    def read(self, number: int) -> int:
        """A register."""
        return self.sensor.read_register(number)

    def update(self, number: int, mask: int, value: int) -> None:
        """Some bits of a register, as a driver does it."""
        self.write([(number, self.read(number) & ~mask | value & mask)])

    def frame(self, polarity: int = 0) -> BusTransfer:
        """Listens to one whole frame."""
        timing = self.sensor.timing
        assert timing is not None
        step = max(1, int((1 << timing.clock_shift) / timing.clock / 4))
        lengths, seen = np.zeros(MOST_LINES, np.int64), np.zeros(3, np.int64)
        taken = np.zeros(MOST_LINES * 2 * 784, np.uint8)
        count = listen(self.state, self.cycles, step, polarity, lengths, taken, taken.size, seen)
        assert count >= 0, "no VSYNC"
        self.cycles += int(2 * timing.frame_cycles)
        lengths = lengths[:count]
        even = count > 0 and bool((lengths == lengths[0]).all())
        data = taken[: lengths.sum()].reshape(count, -1) if even else taken[:0].reshape(0, 0)
        return BusTransfer(lengths, data, int(seen[0]), int(seen[1]), int(seen[2]))

    def frames(self, count: int) -> npt.NDArray[np.uint8]:
        """Lets frames go by, drawn as if somebody read them; the last one's luma."""
        for _ in range(count):
            timing = self.sensor.timing
            assert timing is not None
            self.cycles += int(timing.frame_cycles)
            passed = self.cycles - int(self.state[words.SENSOR_START])
            self.sensor.render(int(passed / timing.frame_cycles))
        return self.sensor.last_frames[-1].luma
