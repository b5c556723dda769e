"""The OV7675's test patterns: pictures, or bytes, that need no light. Sources: see sensor_registers.

Bit 7 of SCALING_XSC and of SCALING_YSC choose (LX ov7670_test_pattern_menu, AR testPattern, ADA OV7670_pattern):
00 none, 01 a shifting 1, 10 eight bars, 11 bars that fade to grey; the upper digit is that of SCALING_YSC. COM7[1] and
COM17[3], the colour bar of the signal processor, show the eight bars, too (LX COM17_CBAR, ZE COM7_CBAR_EN). The
patterns come from the scaler, behind the array: neither mirror and flip nor exposure change them. No source says how
fast the bars fade or how far; here they are mid-grey at the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from host.virtual.sensor_registers import COM7, COM17, SCALING_XSC, SCALING_YSC
from host.virtual.sensor_timing import ARRAY_HEIGHT, ARRAY_WIDTH

# White, yellow, cyan, green, magenta, red, blue, black.
BARS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
        (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0))  # fmt: skip
GREY = 128

Image = npt.NDArray[np.uint8]


class Pattern(Enum):
    """What is shown in place of the scene; the value is SCALING_YSC's bit and SCALING_XSC's."""

    NONE = 0
    SHIFTING_ONE = 1
    BARS = 2
    FADING_BARS = 3


def pattern_of(registers: Sequence[int]) -> Pattern:
    """The pattern that the registers ask for."""
    chosen = Pattern(registers[SCALING_YSC] >> 7 << 1 | registers[SCALING_XSC] >> 7)
    if chosen is Pattern.NONE and (registers[COM7] & 0x02 or registers[COM17] & 0x08):
        return Pattern.BARS
    return chosen


def bars(fade: bool = False) -> Image:
    """(480, 640, 3) RGB: eight bars across the array, fading to grey from top to bottom when asked."""
    row = np.repeat(np.array(BARS, np.uint8), ARRAY_WIDTH // len(BARS), axis=0)
    picture = np.broadcast_to(row, (ARRAY_HEIGHT, ARRAY_WIDTH, 3))
    if not fade:
        return picture
    share = np.linspace(0, 1, ARRAY_HEIGHT)[:, np.newaxis, np.newaxis]
    return np.asarray(np.rint(picture * (1 - share) + GREY * share), np.uint8)


def shifting_one(lines: int, bytes_per_line: int) -> Image:
    """(lines, bytes_per_line): each byte has a single 1, one place further than the byte before."""
    row = (1 << (np.arange(bytes_per_line) & 7)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row, (lines, bytes_per_line)))
