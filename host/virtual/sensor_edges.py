"""When the sensor's control pins change level: the hook's pure function of time (pins.sensor_pins), turned round.

In: the timing words of the state. Times within are half periods of the base pixel clock since SENSOR_START, as there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from host.virtual import words

SENSOR_PINS = words.PIN_PCLK | words.PIN_HREF | words.PIN_VSYNC
_REVERSED = {
    words.PIN_PCLK: words.FLAG_CLOCK_REVERSED,
    words.PIN_HREF: words.FLAG_HREF_REVERSED,
    words.PIN_VSYNC: words.FLAG_VSYNC_REVERSED,
}
Span = tuple[int, int]  # from where a pin is active, to where it is not


class SensorEdges:
    """Levels of PCLK, HREF and VSYNC (bits of P0) at a cycle, and their next changes."""

    def __init__(self, state: npt.NDArray[np.int64]) -> None:
        self._state = state

    def driven(self) -> int:
        """Pins that the sensor moves now."""
        if not self._word(words.SENSOR_RUNS):
            return 0
        return self._word(words.DRIVEN_P0) & SENSOR_PINS

    def levels(self, cycle: int) -> int:
        """The levels of all three pins."""
        halves = self._halves(cycle)
        return sum(pin for pin in _REVERSED if self._level(pin, halves))

    def next(self, pins: int, cycle: int) -> int | None:
        """The first cycle behind `cycle` at which one of `pins` changes; None when none ever does."""
        moving = pins & self.driven()
        if not moving:
            return None
        halves = self._halves(cycle)
        edges = [self._next(pin, halves) for pin in _REVERSED if pin & moving]
        found = [edge for edge in edges if edge is not None]
        return self._cycle(min(found)) if found else None

    def _level(self, pin: int, halves: int) -> bool:
        active = any(start <= halves for start, _ in self._around(pin, halves))
        return active != bool(self._word(words.PIN_FLAGS) & _REVERSED[pin])

    def _next(self, pin: int, halves: int) -> int | None:
        for start, end in self._around(pin, halves):
            return start if start > halves else end
        span = next(self._spans(pin, halves), None)
        return span[0] if span else None

    def _around(self, pin: int, halves: int) -> Iterator[Span]:
        """The span that holds `halves`, if any does."""
        for span in self._spans(pin, halves):
            if span[0] <= halves:
                yield span
            return

    def _spans(self, pin: int, halves: int) -> Iterator[Span]:
        """Spans in which the pin is active, in order, from the one that ends behind `halves`."""
        hsync = self._word(words.PIN_FLAGS) & words.FLAG_HSYNC
        spans = {
            words.PIN_VSYNC: self._vsync,
            words.PIN_HREF: self._hsync if hsync else self._href,
            words.PIN_PCLK: self._pclk,
        }[pin](halves)
        return (span for span in spans if span[1] > halves)

    # -- one pin each -------------------------------------------------------------------------------------------

    def _vsync(self, halves: int) -> Iterator[Span]:
        frame_halves = self._frame_halves()
        length = self._word(words.VSYNC_LINES) * self._line_halves()
        start = halves // frame_halves * frame_halves
        while length:
            yield start, start + length
            start += frame_halves

    def _href(self, halves: int) -> Iterator[Span]:
        frame_halves, line_halves = self._frame_halves(), self._line_halves()
        length, step = self._word(words.HREF_CLOCKS) * 2, 1 << self._word(words.LINE_SHIFT)
        offset = self._word(words.HREF_START) * 2
        first, lines = self._word(words.WINDOW_START), self._word(words.WINDOW_LINES)
        frame = halves // frame_halves * frame_halves
        behind = (halves - frame - offset) // line_halves - first
        row = max(0, behind // step * step)
        while length and lines:
            for line in range(first + row, first + lines, step):
                start = frame + offset + line * line_halves
                if start < frame + frame_halves:
                    yield start, min(start + min(length, line_halves), frame + frame_halves)
            frame, row = frame + frame_halves, 0

    def _hsync(self, halves: int) -> Iterator[Span]:
        """HSYNC in the place of HREF: in every line."""
        line = self._line_halves()
        start, end = self._word(words.HSYNC_START) * 2, self._word(words.HSYNC_END) * 2
        begin = halves // line * line
        while start < end:
            yield begin + start, begin + end
            begin += line

    def _pclk(self, halves: int) -> Iterator[Span]:
        """High in the second half of each byte, counted from where HREF would rise."""
        half = 1 << self._word(words.CLOCK_SHIFT)
        if not self._word(words.PIN_FLAGS) & words.FLAG_GATED:
            offset = self._word(words.HREF_START) * 2
            start = (halves - offset) // (2 * half) * 2 * half + offset + half
            while True:
                yield start, start + half
                start += 2 * half
        for begin, end in self._href(halves):
            skipped = max(0, halves - begin) // (2 * half) * 2 * half
            for start in range(begin + skipped + half, end, 2 * half):
                yield start, min(start + half, end)

    # -- units --------------------------------------------------------------------------------------------------

    def _line_halves(self) -> int:
        return self._word(words.LINE_CLOCKS) * 2

    def _frame_halves(self) -> int:
        return self._line_halves() * self._word(words.FRAME_LINES)

    def _halves(self, cycle: int) -> int:
        scaled = (cycle - self._word(words.SENSOR_START)) * 2 * self._word(words.CLOCK_NUMERATOR)
        return scaled // self._word(words.CLOCK_DENOMINATOR)

    def _cycle(self, halves: int) -> int:
        """The first cycle at which so many halves have passed."""
        scaled = halves * self._word(words.CLOCK_DENOMINATOR)
        return self._word(words.SENSOR_START) - -scaled // (2 * self._word(words.CLOCK_NUMERATOR))

    def _word(self, index: int) -> int:
        return int(self._state[index])
