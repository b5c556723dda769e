"""When the OV7675 moves its pins, from its registers: a pure function. Names and sources: see sensor_registers.

A frame is 510 lines of 784 pixels, VSYNC is 3 lines, and with the window of a reset (rows 12 to 492) 17 lines follow
before the first and 10 behind the last (DS70 figure 6). DS75 4.4.2: the array is always read in VGA; what is smaller
is made behind it, so that row times do not depend on the format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from host.base.boards import CLOCK_HZ
from host.virtual.sensor_registers import (
    ADVFH,
    ADVFL,
    CLKRC,
    COM3,
    COM7,
    COM10,
    COM14,
    DBLV,
    DM_LNH,
    DM_LNL,
    EXHCH,
    EXHCL,
    HREF,
    HSTART,
    HSTOP,
    HSYEN,
    HSYST,
    SUBSAMPLE_A,
    SUBSAMPLE_B,
    VREF,
    VSTART,
    VSTOP,
)

CPU_HZ = CLOCK_HZ
LINE_PIXELS, FRAME_LINES, VSYNC_LINES = 784, 510, 3
ARRAY_WIDTH, ARRAY_HEIGHT = 640, 480
WINDOW_TO_FRAME = 8  # lines: row 12 is line 20 of a frame (DS70 figure 6)
PLL = (1, 4, 6, 8)  # LX DBLV_BYPASS, _X4, _X6, _X8
CIF, QVGA, QCIF = 0x20, 0x10, 0x08  # of COM7: LX COM7_FMT_*
FIRST_VGA = (
    158,
    14,
)  # column and row of the window that show the array's first: LX ov7675_win_sizes
FIRST_SMALL = (168, 12)  # in QVGA and whatever else is halved: LX, AR, INF and OM agree
FIRST_SUBSAMPLED = (159, 10)  # IN ov7675_qvga_regs with HREF 0xBF
SUBSAMPLED = (0x30, 0x05)  # IN: values of 0xB9 and 0xE6
# IN inserts 0x88 dummy lines; with them a frame is taken to last as ever
SUBSAMPLED_LINES = FRAME_LINES - 0x88


@dataclass(frozen=True)
class Timing:
    """Everything that decides levels at an instant. Clocks are base pixel clocks, before any divider."""

    clock: Fraction  # base pixel clocks per CPU cycle
    line_clocks: int
    frame_lines: int
    href_start: int  # clocks from the line's start
    href_clocks: int
    window_start: int  # lines from the frame's start
    window_lines: int
    clock_shift: int  # a byte lasts 1 << clock_shift clocks
    line_shift: int  # a line goes out every 1 << line_shift lines
    step: int  # of the array's pixels one is shown, both ways
    raw: bool  # one byte a pixel
    gated: bool  # no PCLK while HREF is low
    pclk_reversed: bool
    href_reversed: bool
    vsync_negative: bool
    hsync: (
        tuple[int, int] | None
    )  # HREF's pin carries HSYNC: high from, to, in clocks from the line's start
    column_start: int  # of the window, in pixels of the array; may be negative
    row_start: int

    @property
    def bytes_per_line(self) -> int:
        """Bytes that go out while HREF is high."""
        return self.href_clocks >> self.clock_shift

    @property
    def lines_out(self) -> int:
        """Lines that go out in a frame."""
        return -(-self.window_lines >> self.line_shift)

    @property
    def line_cycles(self) -> Fraction:
        """CPU cycles of a row of the array, the unit of exposure."""
        return Fraction(self.line_clocks) / self.clock

    @property
    def frame_cycles(self) -> Fraction:
        """CPU cycles of a frame."""
        return self.line_cycles * self.frame_lines


@dataclass(frozen=True)
class _Scaling:
    """How the array's VGA becomes what goes out. first: column and row of the window that show the array's first."""

    clock_shift: int
    line_shift: int
    step: int
    first: tuple[int, int]


def clock_divider(clkrc: int) -> int:
    """CLKRC: bit 6 passes the clock; else value + 1, but 0 divides by 2 (LX: seen on an oscilloscope)."""
    if clkrc & 0x40:
        return 1
    return max(2, (clkrc & 0x3F) + 1)


def pixel_clock(registers: Sequence[int], xclk_hz: Fraction) -> Fraction:
    """Hz of PCLK before any divider (LX ov7675_set_framerate: XCLK x PLL / divider, 0.8 MHz for a frame a second)."""
    return xclk_hz * PLL[registers[DBLV] >> 6] / clock_divider(registers[CLKRC])


def _scaling(registers: Sequence[int]) -> _Scaling:
    """COM7[5:3], the scaler of COM3 and COM14, or the maker's own subsampling; the strongest one counts."""
    if (registers[SUBSAMPLE_A], registers[SUBSAMPLE_B]) == SUBSAMPLED:
        return _Scaling(0, 0, 2, FIRST_SUBSAMPLED)
    # AR reads 640x480 as 320x240 in QVGA, 704x480 as 352x240 in CIF: half both ways, at half of PCLK.
    format_shift = 2 if registers[COM7] & QCIF else 1 if registers[COM7] & (QVGA | CIF) else 0
    divided = registers[COM14] & 7 if registers[COM14] & 0x10 else 0
    # Whatever the divider, the scaler of the OV7675 halves once, so that /4 is a crop (OM: 0x72, 0x73 "no effect").
    scaler_shift = int(bool(registers[COM3] & 4) and divided >= 1)
    shift = max(format_shift, scaler_shift)
    first = FIRST_SMALL if shift else FIRST_VGA
    return _Scaling(max(format_shift, divided), shift, 1 << shift, first)


def _rows(registers: Sequence[int], scaling: _Scaling) -> tuple[int, int]:
    """The window's first row and the one behind its last."""
    top = registers[VSTART] << 2 | registers[VREF] & 3
    bottom = registers[VSTOP] << 2 | registers[VREF] >> 2 & 3
    end = scaling.first[1] + ARRAY_HEIGHT
    if scaling.line_shift:
        # AR's QCIF has rows 120 to 180 and 144 lines are read of it on silicon: VSTOP does not end a scaled picture.
        return top, max(bottom, end)
    return top, bottom if bottom > top else end  # OM vga_regs: from 14 to 2, and all rows come


def _hsync(registers: Sequence[int], per_pixel: int) -> tuple[int, int] | None:
    """COM10[6]: HREF's pin carries HSYNC, from HSYST to HSYEN, their upper bits in EXHCH (DS70)."""
    if not registers[COM10] & 0x40:
        return None
    start = (registers[EXHCH] & 3) << 8 | registers[HSYST]
    end = (registers[EXHCH] >> 2 & 3) << 8 | registers[HSYEN]
    return start * per_pixel, end * per_pixel


def sensor_timing(registers: Sequence[int], xclk_hz: Fraction, night_lines: int = 0) -> Timing:
    """The timing for 256 register values, the clock at XCLK, and the lines that the night mode adds."""
    raw = bool(registers[COM7] & 1)  # LX COM7_BAYER, COM7_PBAYER
    per_pixel = 1 if raw else 2
    scaling = _scaling(registers)
    line_pixels = LINE_PIXELS + (
        (registers[EXHCH] & 0xF0) << 4 | registers[EXHCL]
    )  # DS70: dummy pixels
    start = registers[HSTART] << 3 | registers[HREF] & 7
    stop = registers[HSTOP] << 3 | registers[HREF] >> 3 & 7
    top, bottom = _rows(registers, scaling)
    lines = FRAME_LINES if scaling.first != FIRST_SUBSAMPLED else SUBSAMPLED_LINES
    lines += registers[ADVFH] << 8 | registers[ADVFL]  # DS70: dummy lines, one each
    lines += registers[DM_LNH] << 8 | registers[DM_LNL]
    lines += night_lines
    window_start = top + WINDOW_TO_FRAME
    column = (start - scaling.first[0] + LINE_PIXELS // 2) % LINE_PIXELS - LINE_PIXELS // 2
    subsampled = scaling.first == FIRST_SUBSAMPLED
    com10 = registers[COM10]
    hsync = _hsync(registers, per_pixel)
    return Timing(
        clock=pixel_clock(registers, xclk_hz) / CPU_HZ,
        line_clocks=line_pixels * per_pixel,
        frame_lines=lines,
        href_start=start % LINE_PIXELS * per_pixel,
        href_clocks=(stop - start) % LINE_PIXELS * per_pixel,
        window_start=window_start,
        window_lines=max(0, min(bottom + WINDOW_TO_FRAME, lines) - window_start),
        clock_shift=scaling.clock_shift,
        line_shift=scaling.line_shift,
        step=scaling.step,
        raw=raw,
        gated=bool(com10 & 0x20),  # LX COM10_PCLK_HB
        pclk_reversed=bool(com10 & 0x10),
        href_reversed=bool(com10 & (0x01 if hsync else 0x08)),  # LX COM10_HS_NEG, COM10_HREF_REV
        vsync_negative=bool(com10 & 0x02),
        hsync=hsync,
        column_start=column * (2 if subsampled else 1),
        row_start=(top - scaling.first[1]) * (2 if subsampled else 1),
    )
