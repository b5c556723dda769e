"""The virtual OV7675: its registers behind SCCB, its clock and sleep, and the frames it puts on the pins.

Pins are not moved by events: a hook computes their levels from the timing in the state at the cycle of each read.
A frame is drawn when its first byte is read. A register write that changes the timing starts a new frame at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from host.virtual import hooks
from host.virtual.bus import Warnings
from host.virtual.options import BoardOptions, DataWiring, SensorFaults
from host.virtual.scene import Scene
from host.virtual.sensor_picture import render_frame
from host.virtual.sensor_timing import (
    CPU_HZ,
    FRAME_LINES,
    VSYNC_LINES,
    Timing,
    sensor_timing,
)

SCCB_ADDRESS, XCLK_PIN = 0x21, 27
COM2, PID, VER, COM7, MIDH, MIDL = 0x09, 0x0A, 0x0B, 0x12, 0x1C, 0x1D
SOFT_SLEEP, REGISTER_RESET = 0x10, 0x80
RESET_CYCLES = CPU_HZ // 1000
LOWEST_XCLK_HZ = 10_000_000
FRAMES_KEPT = 8
READ_ONLY = {PID: 0x76, VER: 0x73, MIDH: 0x7F, MIDL: 0xA2}
# Values after a reset, of the registers that are not 0 (OV7670 datasheet 1.4, table 5).
RESET_VALUES = {
    0x01: 0x80, 0x02: 0x80, 0x09: 0x01, 0x0E: 0x01, 0x0F: 0x43, 0x10: 0x40, 0x11: 0x80, 0x13: 0x8F, 0x14: 0x4A,
    0x17: 0x11, 0x18: 0x61, 0x19: 0x03, 0x1A: 0x7B, 0x1E: 0x01, 0x24: 0x75, 0x25: 0x63, 0x26: 0xD4, 0x32: 0x80,
    0x33: 0x08, 0x34: 0x11, 0x37: 0x3F, 0x38: 0x01, 0x3A: 0x0D, 0x3C: 0x68, 0x3D: 0x88, 0x40: 0xC0, 0x41: 0x08,
    0x56: 0x40, 0x57: 0x80, 0x6B: 0x0A, 0x70: 0x3A, 0x71: 0x35, 0x72: 0x11,
} | READ_ONLY  # fmt: skip


@dataclass(frozen=True)
class SensorFrame:
    """A frame that was read. start_cycle: its first cycle. data, luma: see sensor_picture.Frame."""

    start_cycle: int
    data: npt.NDArray[np.uint8]
    luma: npt.NDArray[np.uint8]


class Ov7675:
    """The camera. `last_frames` keeps the newest frames that the firmware read."""

    def __init__(
        self,
        state: npt.NDArray[np.int64],
        scene: Scene,
        options: BoardOptions,
        now: Callable[[], int],
        warnings: Warnings,
    ) -> None:
        self._state, self._scene, self._now, self._warnings = state, scene, now, warnings
        self._faults = options.faults
        self.registers = bytearray(256)
        self.last_frames: deque[SensorFrame] = deque(maxlen=FRAMES_KEPT)
        self.timing: Timing | None = None
        self.moved: Callable[[], None] = lambda: None  # the pins went over to another timing
        self._xclk_hz = Fraction(0)
        self._powered_down = self._held_in_reset = False
        self._busy_until = 0
        self._frame = np.zeros(1, np.uint8)
        self._data_pins = data_pins(options.data_wiring, options.faults.stuck_bit)
        state[hooks.DATA_PINS] = self._data_pins.ctypes.data
        state[hooks.DRIVEN_P0] = _driven_pins(options.faults)
        state[hooks.DRIVEN_P1] = int(np.bitwise_or.reduce(self._data_pins))
        self._reset_registers()

    # -- what moves it ------------------------------------------------------------------------------------------

    def set_clock(self, pin: int | None, frequency_hz: Fraction) -> None:
        """The master clock changed: pin of P0, or None when it stands still."""
        self._xclk_hz = frequency_hz if pin == XCLK_PIN else Fraction(0)
        if 0 < self._xclk_hz < LOWEST_XCLK_HZ:
            self._warnings.once(
                "xclk", f"OV7675: XCLK is {float(self._xclk_hz):.0f} Hz, below 10 MHz"
            )
        self._update()

    def set_control(self, powered_down: bool, held_in_reset: bool) -> None:
        """The PWDN and RESET pins."""
        if held_in_reset and not self._held_in_reset:
            self._reset_registers()
        changed = powered_down != self._powered_down or held_in_reset != self._held_in_reset
        self._powered_down, self._held_in_reset = powered_down, held_in_reset
        if changed:
            self._update()

    def set_scene(self, scene: Scene) -> None:
        """From the next frame on, another scene."""
        self._scene = scene

    # -- SCCB ---------------------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """SCCB needs power, XCLK, and a millisecond after a reset."""
        alive = self._xclk_hz > 0 and not self._powered_down and not self._held_in_reset
        return alive and not self._faults.absent and self._now() >= self._busy_until

    def read_register(self, number: int) -> int:
        """A register over SCCB."""
        if self._faults.wrong_identity and number in (PID, VER):
            return 0x21
        return self.registers[number]

    def write_register(self, number: int, value: int) -> None:
        """A register over SCCB."""
        if number in READ_ONLY:
            return
        if number == COM7 and value & REGISTER_RESET:
            self._reset_registers()
            self._busy_until = self._now() + RESET_CYCLES
        else:
            self.registers[number] = value
        self._update()

    def _reset_registers(self) -> None:
        self.registers[:] = bytes(256)
        for number, value in RESET_VALUES.items():
            self.registers[number] = value

    # -- pins ---------------------------------------------------------------------------------------------------

    def _update(self) -> None:
        """Timing from the registers and the clock; a new frame starts when it changed."""
        asleep = self.registers[COM2] & SOFT_SLEEP or self._powered_down or self._held_in_reset
        if not self._xclk_hz or asleep or self._faults.absent:
            self._state[hooks.SENSOR_RUNS] = 0
            self.timing = None
            self.moved()
            return
        timing = sensor_timing(self.registers, self._xclk_hz)
        if timing != self.timing:
            self.timing = timing
            self._publish(timing)
            self.moved()

    def _publish(self, timing: Timing) -> None:
        flags = hooks.FLAG_GATED if timing.gated else 0
        flags |= hooks.FLAG_CLOCK_REVERSED if timing.pclk_reversed else 0
        flags |= hooks.FLAG_HREF_REVERSED if timing.href_reversed else 0
        flags |= hooks.FLAG_VSYNC_REVERSED if timing.vsync_negative else 0
        for word, value in (
            (hooks.SENSOR_START, self._now()),
            (hooks.CLOCK_NUMERATOR, timing.clock.numerator),
            (hooks.CLOCK_DENOMINATOR, timing.clock.denominator),
            (hooks.LINE_CLOCKS, timing.line_clocks),
            (hooks.FRAME_LINES, FRAME_LINES),
            (hooks.VSYNC_LINES, VSYNC_LINES),
            (hooks.HREF_START, timing.href_start),
            (hooks.HREF_CLOCKS, timing.bytes_per_line << timing.clock_shift),
            (hooks.WINDOW_START, timing.window_start),
            (hooks.WINDOW_LINES, timing.window_lines),
            (hooks.CLOCK_SHIFT, timing.clock_shift),
            (hooks.LINE_SHIFT, int(timing.halved)),
            (hooks.PIN_FLAGS, flags),
            (hooks.FRAME_READY, -1),
            (hooks.LINE_FROM, 0),
            (hooks.LINE_TO, 0),
            (hooks.SENSOR_RUNS, 1),
        ):
            self._state[word] = value

    def render(self, frame: int) -> None:
        """Draws a frame's bytes; called by the hook when the first of them is read."""
        timing = self.timing
        if timing is None:
            return
        # In place before anything can fail: the hook goes on to read it.
        self._frame = np.zeros(timing.lines_out * timing.bytes_per_line + 1, np.uint8)
        self._state[hooks.FRAME] = self._frame.ctypes.data
        self._state[hooks.FRAME_BYTES] = self._frame.size
        self._state[hooks.FRAME_READY] = frame
        start = int(self._state[hooks.SENSOR_START]) + int(frame * timing.frame_cycles)
        made = render_frame(self._scene.picture(start / CPU_HZ), self.registers, timing)
        self._frame[: made.data.size] = made.data.ravel()
        self.last_frames.append(SensorFrame(start, made.data, made.luma))


def data_pins(wiring: DataWiring, stuck_bit: int | None) -> npt.NDArray[np.int64]:
    """Each of the 256 bytes as levels of P1: D2..D7 on 10..15, D1 and D0 on 2 and 3 or crossed."""
    byte = np.arange(256, dtype=np.int64)
    if stuck_bit is not None:
        byte |= 1 << stuck_bit
    d0, d1 = (3, 2) if wiring is DataWiring.SHIELD else (2, 3)
    return (byte & 0xFC) << 8 | (byte & 1) << d0 | (byte >> 1 & 1) << d1


def _driven_pins(faults: SensorFaults) -> int:
    pins = 0 if faults.no_vsync else hooks.PIN_VSYNC
    pins |= 0 if faults.no_href else hooks.PIN_HREF
    return pins | (0 if faults.no_pclk else hooks.PIN_PCLK)
