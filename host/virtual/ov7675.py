"""The virtual OV7675: its registers behind SCCB, its clock and sleep, and the frames it puts on the pins.

Pins are not moved by events: a hook computes their levels from the timing in the state at the cycle of each read.
A frame is drawn when its first byte is read. A register write that changes the timing starts a new frame at once. The
exposure loop takes the steps of the frames that went by when a frame is drawn or a register of the loop is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.bus import Warnings
from host.virtual.options import BoardOptions, DataWiring, SensorFaults
from host.virtual.scene import Scene, light_of, noise_of
from host.virtual.sensor_exposure import ExposureLoop, read_exposure
from host.virtual.sensor_picture import average_luma, render_frame
from host.virtual.sensor_registers import (
    AECH,
    AECHH,
    COM1,
    COM2,
    COM7,
    GAIN,
    MEASURED,
    PID,
    READ_ONLY,
    RESET_VALUES,
    TSLB,
    VER,
    VREF,
    YAVE,
    left_out,
    reset_registers,
    stored,
)
from host.virtual.sensor_timing import CPU_HZ, VSYNC_LINES, Timing, sensor_timing
from host.virtual.sensor_windows import automatic_window

__all__ = ["COM2", "RESET_VALUES", "SCCB_ADDRESS", "SOFT_SLEEP", "Ov7675", "SensorFrame"]

SCCB_ADDRESS, XCLK_PIN = 0x21, 27
SOFT_SLEEP, REGISTER_RESET = 0x10, 0x80  # LX COM2_SSLEEP, COM7_RESET
RESET_CYCLES = CPU_HZ // 1000  # DS70: 1 ms
LOWEST_XCLK_HZ = 10_000_000
FRAMES_KEPT = 8
MOST_STEPS = 64  # of the exposure loop at once: by then it has settled
NOISE_LEVEL = 0.5  # grey steps at gain 1; the model's own figure
LOOP_REGISTERS = (GAIN, VREF, AECHH, AECH, COM1, YAVE)


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
        self.registers = reset_registers()
        self.unmodelled: dict[str, int] = {}  # what was written and is not carried out, by name
        self._loop = ExposureLoop(light_of(scene))
        self._stepped = self._night_lines = 0
        self.last_frames: deque[SensorFrame] = deque(maxlen=FRAMES_KEPT)
        self.timing: Timing | None = None
        self.moved: Callable[[], None] = lambda: None  # the pins went over to another timing
        self._xclk_hz = Fraction(0)
        self._powered_down = self._held_in_reset = False
        self._busy_until = 0
        self._frame = np.zeros(1, np.uint8)
        self._data_pins = data_pins(options.data_wiring, options.faults.stuck_bit)
        state[words.DATA_PINS] = self._data_pins.ctypes.data
        state[words.DRIVEN_P0] = _driven_pins(options.faults)
        state[words.DRIVEN_P1] = int(np.bitwise_or.reduce(self._data_pins))

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

    def set_light(self, lux: float | None) -> None:
        """The scene's light; None: exposed properly, whatever it shows."""
        self._catch_up()
        self._loop = self._loop.with_light(lux)
        self._update()

    # -- SCCB ---------------------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """SCCB needs power, XCLK, and a millisecond after a reset."""
        alive = self._xclk_hz > 0 and not self._powered_down and not self._held_in_reset
        return alive and not self._faults.absent and self._now() >= self._busy_until

    def read_register(self, number: int) -> int:
        """A register over SCCB."""
        if self._faults.wrong_identity and number in (PID, VER):
            return 0x21
        if number in LOOP_REGISTERS:
            self._catch_up()
        return self.registers[number]

    def write_register(self, number: int, value: int) -> None:
        """A register over SCCB."""
        missing = left_out(number, value)
        if missing is not None:
            self.unmodelled[missing] = value
            self._warnings.once(
                f"sensor {missing}", f"OV7675: {missing} is written and not modelled"
            )
        if number in READ_ONLY or number in MEASURED:
            return
        if number == COM7 and value & REGISTER_RESET:
            self._reset_registers()
            self._busy_until = self._now() + RESET_CYCLES
        else:
            self._catch_up()
            if number == COM7 and self.registers[TSLB] & 1:
                self.registers[:] = automatic_window(self.registers, value)
            self.registers[number] = stored(number, value)
        self._update()

    def _reset_registers(self) -> None:
        self.registers[:] = reset_registers()
        self._night_lines = 0

    # -- pins ---------------------------------------------------------------------------------------------------

    def _update(self) -> None:
        """Timing from the registers and the clock; a new frame starts when it changed."""
        asleep = self.registers[COM2] & SOFT_SLEEP or self._powered_down or self._held_in_reset
        if not self._xclk_hz or asleep or self._faults.absent:
            self._state[words.SENSOR_RUNS] = 0
            self.timing = None
            self.moved()
            return
        timing = sensor_timing(self.registers, self._xclk_hz, self._night_lines)
        if timing != self.timing:
            self.timing = timing
            self._publish(timing, self._now())
        self._loop.settle(self.registers, self._own_lines(timing), _row_seconds(timing))

    def _own_lines(self, timing: Timing) -> int:
        """Lines of a frame without the night mode's."""
        return timing.frame_lines - self._night_lines

    def _publish(self, timing: Timing, start: int) -> None:
        flags = words.FLAG_GATED if timing.gated else 0
        flags |= words.FLAG_CLOCK_REVERSED if timing.pclk_reversed else 0
        flags |= words.FLAG_HREF_REVERSED if timing.href_reversed else 0
        flags |= words.FLAG_VSYNC_REVERSED if timing.vsync_negative else 0
        flags |= words.FLAG_HSYNC if timing.hsync else 0
        hsync = timing.hsync or (0, 0)
        self._stepped = 0
        for word, value in (
            (words.SENSOR_START, start),
            (words.CLOCK_NUMERATOR, timing.clock.numerator),
            (words.CLOCK_DENOMINATOR, timing.clock.denominator),
            (words.LINE_CLOCKS, timing.line_clocks),
            (words.FRAME_LINES, timing.frame_lines),
            (words.VSYNC_LINES, VSYNC_LINES),
            (words.HREF_START, timing.href_start),
            (words.HREF_CLOCKS, timing.bytes_per_line << timing.clock_shift),
            (words.WINDOW_START, timing.window_start),
            (words.WINDOW_LINES, timing.window_lines),
            (words.CLOCK_SHIFT, timing.clock_shift),
            (words.LINE_SHIFT, timing.line_shift),
            (words.HSYNC_START, hsync[0]),
            (words.HSYNC_END, hsync[1]),
            (words.PIN_FLAGS, flags),
            (words.FRAME_READY, -1),
            (words.LINE_FROM, 0),
            (words.LINE_TO, 0),
            (words.SENSOR_RUNS, 1),
        ):
            self._state[word] = value
        self.moved()

    def render(self, frame: int) -> None:
        """Draws a frame's bytes; called by the hook when the first of them is read."""
        timing = self.timing
        if timing is None:
            return
        if self._loop.lux is not None:
            frame, timing = self._expose(frame, timing)
        # In place before anything can fail: the hook goes on to read it.
        self._frame = np.zeros(timing.lines_out * timing.bytes_per_line + 1, np.uint8)
        self._state[words.FRAME] = self._frame.ctypes.data
        self._state[words.FRAME_BYTES] = self._frame.size
        self._state[words.FRAME_READY] = frame
        start = self._frame_start(frame, timing)
        picture = self._scene.picture(start / CPU_HZ)
        factor = self._loop.factor(self.registers, _row_seconds(timing))
        seed, gain = noise_of(self._scene), read_exposure(self.registers).gain
        noise = None if seed is None else np.random.default_rng((seed, start))
        made = render_frame(picture, self.registers, timing, factor, noise, NOISE_LEVEL * gain)
        self._frame[: made.data.size] = made.data.ravel()
        self.last_frames.append(SensorFrame(start, made.data, made.luma))
        if made.luma.size:
            self.registers[YAVE] = int(made.luma.mean())

    def _frame_start(self, frame: int, timing: Timing) -> int:
        return int(self._state[words.SENSOR_START]) + int(frame * timing.frame_cycles)

    # -- exposure -----------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """The loop's steps up to now."""
        timing = self.timing
        if timing is not None and self._loop.lux is not None:
            passed = self._now() - int(self._state[words.SENSOR_START])
            self._step_to(int(passed / timing.frame_cycles), timing)

    def _step_to(self, frame: int, timing: Timing) -> None:
        steps, self._stepped = frame - self._stepped, max(frame, self._stepped)
        if steps <= 0:
            return
        picture = self._scene.picture(self._frame_start(frame, timing) / CPU_HZ)
        row_s, lines = _row_seconds(timing), self._own_lines(timing)
        for _ in range(min(steps, MOST_STEPS)):
            luma = average_luma(picture, self.registers, self._loop.factor(self.registers, row_s))
            self._loop.step(self.registers, lines, row_s, luma)

    def _expose(self, frame: int, timing: Timing) -> tuple[int, Timing]:
        """The loop up to this frame; a night mode that changes the frame's length begins to count anew with it."""
        self._step_to(frame, timing)
        night = self._loop.night_lines(self.registers, self._own_lines(timing))
        if night == self._night_lines:
            return frame, timing
        start, self._night_lines = self._frame_start(frame, timing), night
        self.timing = sensor_timing(self.registers, self._xclk_hz, night)
        self._publish(self.timing, start)
        return 0, self.timing


def _row_seconds(timing: Timing) -> float:
    return float(timing.line_cycles) / CPU_HZ


def data_pins(wiring: DataWiring, stuck_bit: int | None) -> npt.NDArray[np.int64]:
    """Each of the 256 bytes as levels of P1: D2..D7 on 10..15, D1 and D0 on 2 and 3 or crossed."""
    byte = np.arange(256, dtype=np.int64)
    if stuck_bit is not None:
        byte |= 1 << stuck_bit
    d0, d1 = (3, 2) if wiring is DataWiring.SHIELD else (2, 3)
    return (byte & 0xFC) << 8 | (byte & 1) << d0 | (byte >> 1 & 1) << d1


def _driven_pins(faults: SensorFaults) -> int:
    pins = 0 if faults.no_vsync else words.PIN_VSYNC
    pins |= 0 if faults.no_href else words.PIN_HREF
    return pins | (0 if faults.no_pclk else words.PIN_PCLK)
