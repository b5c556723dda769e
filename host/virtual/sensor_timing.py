"""When the OV7675 moves its pins, from its registers: a pure function. Names as in the datasheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

CPU_HZ = 64_000_000
LINE_PIXELS, FRAME_LINES, VSYNC_LINES = 784, 510, 3
ARRAY_WIDTH, ARRAY_HEIGHT = 640, 480
VREF, COM3, CLKRC, COM7, COM10, COM14, DBLV = 0x03, 0x0C, 0x11, 0x12, 0x15, 0x3E, 0x6B
HSTART, HSTOP, VSTART, VSTOP, HREF = 0x17, 0x18, 0x19, 0x1A, 0x32
PLL = (1, 4, 6, 8)


@dataclass(frozen=True)
class Timing:
    """Everything that decides levels at an instant. Clocks are base pixel clocks, before COM14's divider."""

    clock: Fraction  # base pixel clocks per CPU cycle
    line_clocks: int
    href_start: int  # clocks from the line's start
    href_clocks: int
    window_start: int  # lines from the frame's start
    window_lines: int
    clock_shift: int  # a byte lasts 1 << clock_shift clocks
    halved: bool  # the picture is subsampled by 2, every second line stays silent
    raw: bool  # one byte a pixel
    gated: bool  # no PCLK while HREF is low
    pclk_reversed: bool
    href_reversed: bool
    vsync_negative: bool
    column_start: int  # of the window, in pixels of the array; may be negative
    row_start: int

    @property
    def bytes_per_line(self) -> int:
        """Bytes that go out while HREF is high."""
        return self.href_clocks >> self.clock_shift

    @property
    def lines_out(self) -> int:
        """Lines that go out in a frame."""
        return (self.window_lines + 1) // 2 if self.halved else self.window_lines

    @property
    def frame_cycles(self) -> Fraction:
        """CPU cycles of a frame."""
        return Fraction(self.line_clocks * FRAME_LINES) / self.clock


def clock_divider(clkrc: int) -> int:
    """CLKRC: bit 6 passes the clock; else value + 1, but 0 divides by 2 (measured on silicon)."""
    if clkrc & 0x40:
        return 1
    return max(2, (clkrc & 0x3F) + 1)


def sensor_timing(registers: Sequence[int], xclk_hz: Fraction) -> Timing:
    """The timing for 256 register values and the clock at XCLK."""
    raw = registers[COM7] & 5 == 1
    per_pixel = 1 if raw else 2
    scaled = registers[COM14] & 7 if registers[COM14] & 0x10 else 0
    # 0x72 and 0x73 have no effect on the OV7675: whatever the divider, the scaler halves once, so /4 is a crop.
    halved = bool(registers[COM3] & 4) and scaled >= 1
    start = registers[HSTART] << 3 | registers[HREF] & 7
    stop = registers[HSTOP] << 3 | registers[HREF] >> 3 & 7
    top = registers[VSTART] << 2 | registers[VREF] & 3
    bottom = registers[VSTOP] << 2 | registers[VREF] >> 2 & 3
    first_column, first_row = (168, 12) if halved else (158, 10)
    pixel_clock = xclk_hz * PLL[registers[DBLV] >> 6] / clock_divider(registers[CLKRC])
    column = (start - first_column + LINE_PIXELS // 2) % LINE_PIXELS - LINE_PIXELS // 2
    com10 = registers[COM10]
    return Timing(
        clock=pixel_clock / CPU_HZ,
        line_clocks=LINE_PIXELS * per_pixel,
        href_start=start % LINE_PIXELS * per_pixel,
        href_clocks=(stop - start) % LINE_PIXELS * per_pixel,
        window_start=top,
        window_lines=max(0, min(bottom, FRAME_LINES) - top),
        clock_shift=scaled,
        halved=halved,
        raw=raw,
        gated=bool(com10 & 0x20),
        pclk_reversed=bool(com10 & 0x10),
        href_reversed=bool(com10 & 0x08),
        vsync_negative=bool(com10 & 0x02),
        column_start=column,
        row_start=top - first_row,
    )
