"""What the OV7675 puts on its data bus: a scene's picture and the registers in, a frame's bytes out. Pure functions.

What halves averages pixels in pairs along a line and drops every second line; the real scaler's filter is not
documented. White balance, gamma and the like leave a scene's picture as it is: see ACCEPTED in sensor_registers, where
the sources' short names are, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from host.base.colour import LUMA, luma_of, ycrcb_of
from host.virtual.sensor_patterns import Image, Pattern, bars, pattern_of, shifting_one
from host.virtual.sensor_registers import (
    BRIGHT,
    COM3,
    COM7,
    COM13,
    COM15,
    COM17,
    CONTRAS,
    CONTRAS_CENTER,
    MANU,
    MANV,
    MTX1,
    MTX6,
    MVFP,
    RGB444,
    TSLB,
)
from host.virtual.sensor_timing import ARRAY_HEIGHT, ARRAY_WIDTH, Timing

BORDER = 8  # pixels around the 640x480 that see the scene's edge, too (DS70: 656x488 in all)
YUV_MATRIX, RGB_MATRIX = (0x80, 0x80, 0x00, 0x22, 0x5E, 0x80), (0xB3, 0xB3, 0x00, 0x3D, 0xB0, 0xE4)
# Colour matrices that count as full colour: of a reset (DS70), LX, AR and OM for YUV and for RGB, IN.
MATRICES = (
    (0x40, 0x34, 0x0C, 0x17, 0x29, 0x40), YUV_MATRIX, RGB_MATRIX, (0xB3, 0xB3, 0x00, 0x3D, 0xA7, 0xE4),
    (0x88, 0x8B, 0x04, 0x11, 0x8C, 0x9D),
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """data: uint8 (lines, bytes a line) in the order of the bus; luma: uint8 (lines, pixels), empty for raw."""

    data: Image
    luma: Image


def render_frame(
    picture: Image,
    registers: Sequence[int],
    timing: Timing,
    factor: float = 1.0,
    noise: np.random.Generator | None = None,
    sigma: float = 0.0,
) -> Frame:
    """The frame of a 640x480 RGB picture. factor: of exposure and gain. noise: adds sigma grey steps."""
    pattern = pattern_of(registers)
    if pattern is Pattern.SHIFTING_ONE:
        data = shifting_one(timing.lines_out, timing.bytes_per_line)
        return Frame(data, data[:, _luma_place(registers) :: 2])
    seen = bars(fade=pattern is Pattern.FADING_BARS)
    if pattern is Pattern.NONE:
        seen = _noisy(_mirrored(_exposed(picture, factor), registers), noise, sigma)
    window = _window(seen, timing)
    if timing.raw:
        return Frame(_bayer(window, timing), np.zeros((0, 0), np.uint8))
    window = _adjusted(window, registers)
    yuv = ycrcb_of(window)
    luma = _ranged(yuv[:, :, 0], registers[COM15])
    rgb = bool(registers[COM7] & 4)  # LX COM7_RGB
    pairs = _rgb_bytes(window, registers) if rgb else _yuv_bytes(yuv, luma, registers)
    if registers[COM3] & 0x40:  # LX COM3_SWAP
        pairs = pairs.reshape(pairs.shape[0], -1, 2)[:, :, ::-1].reshape(pairs.shape)
    return Frame(np.ascontiguousarray(pairs), luma)


def average_luma(picture: Image, registers: Sequence[int], factor: float) -> float:
    """What the exposure loop sees: of the whole picture or, by COM17[7:6], of a part (DS75 4.4.2, ZE COM17_AEC_*)."""
    height, width = picture.shape[:2]
    part = registers[COM17] >> 6
    side = (1.0, 0.5**0.5, 0.5, 1.0)[part]
    top = height // 3 if part == 3 else round(height * (1 - side) / 2)
    left = round(width * (1 - side) / 2)
    seen = _exposed(
        picture[top : height - (0 if part == 3 else top) : 8, left : width - left : 8], factor
    )
    return float(luma_of(seen).mean())


def _exposed(picture: Image, factor: float) -> Image:
    if factor == 1.0:
        return picture
    return np.asarray(np.clip(np.rint(picture * factor), 0, 255), np.uint8)


def _noisy(seen: Image, noise: np.random.Generator | None, sigma: float) -> Image:
    if noise is None:
        return seen
    grains = noise.standard_normal(seen.shape, np.float32) * sigma
    return np.asarray(np.clip(np.rint(seen + grains), 0, 255), np.uint8)


def _mirrored(seen: Image, registers: Sequence[int]) -> Image:
    """MVFP (LX MVFP_MIRROR, MVFP_FLIP)."""
    if registers[MVFP] & 0x20:
        seen = seen[:, ::-1]
    return seen[::-1] if registers[MVFP] & 0x10 else seen


def _window(seen: Image, timing: Timing) -> Image:
    """The window's part of the array, black outside, made smaller; then as many pixels as go out."""
    pixels = timing.href_clocks if timing.raw else timing.href_clocks // 2
    step = timing.step
    width = pixels // step if timing.line_shift else pixels
    width = min(width, timing.bytes_per_line if timing.raw else timing.bytes_per_line // 2)
    columns = timing.column_start + np.arange(width * step)
    rows = timing.row_start + np.arange(timing.lines_out) * step
    part = seen[np.clip(rows, 0, ARRAY_HEIGHT - 1)][:, np.clip(columns, 0, ARRAY_WIDTH - 1)]
    part[(rows < -BORDER) | (rows >= ARRAY_HEIGHT + BORDER)] = 0
    part[:, (columns < -BORDER) | (columns >= ARRAY_WIDTH + BORDER)] = 0
    if step == 1:
        return np.ascontiguousarray(part)
    sums = part[:, 0::step].astype(np.uint16) + step // 2
    for place in range(1, step):
        sums += part[:, place::step]
    return np.asarray(sums >> step.bit_length() - 1, np.uint8)


def _adjusted(window: Image, registers: Sequence[int]) -> Image:
    """Contrast about its centre, brightness, saturation, the negative: nothing at the values of a reset.

    CONTRAS 0x40 is 1; BRIGHT is sign and magnitude (LX ov7670_abs_to_sm); saturation scales the matrix (LX
    ov7670_calc_cmatrix); TSLB[5] makes a negative (ZE TSLB_NEGATIVE, IN's colour inversion).
    """
    bright = registers[BRIGHT] & 0x7F
    bright = -bright if registers[BRIGHT] & 0x80 else bright
    saturation = _saturation(registers)
    if registers[CONTRAS] != 0x40 or bright or saturation != 1.0:
        centre = registers[CONTRAS_CENTER]
        levels = (
            (window.astype(np.float32) - centre) * (registers[CONTRAS] / 0x40) + centre + bright
        )
        grey = levels @ np.array(LUMA, np.float32)
        levels = grey[:, :, np.newaxis] + (levels - grey[:, :, np.newaxis]) * saturation
        window = np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)
    return np.asarray(255 - window, np.uint8) if registers[TSLB] & 0x20 else window


def _saturation(registers: Sequence[int]) -> float:
    matrix = tuple(registers[MTX1 : MTX6 + 1])
    if matrix in MATRICES:
        return 1.0
    return sum(matrix) / sum(RGB_MATRIX if registers[COM7] & 4 else YUV_MATRIX)


def _ranged(luma: Image, com15: int) -> Image:
    """COM15[7:6]: 0x the range 10..F0, 10 the range 01..FE, 11 all values (LX COM15_R*)."""
    if com15 >> 6 == 3:
        return luma
    if com15 >> 6 == 2:
        return np.asarray(np.clip(luma, 1, 254), np.uint8)
    return np.asarray(16 + luma.astype(np.uint16) * 224 // 255, np.uint8)


def _luma_place(registers: Sequence[int]) -> int:
    return 1 if registers[TSLB] & 8 else 0


def _yuv_bytes(yuv: Image, luma: Image, registers: Sequence[int]) -> Image:
    """YUV 4:2:2; TSLB[3] and COM13[0] give the order: 00 YUYV, 01 YVYU, 10 UYVY, 11 VYUY (DS70, LX COM13_UVSWAP).

    DS70 names COM13[1] beside TSLB[3] and COM13[0] at COM13: LX, AR and ADA take bit 0. TSLB[4] fixes U and V (ZE).
    """
    lines, pixels = luma.shape
    u, v = yuv[:, :, 2], yuv[:, :, 1]
    if registers[TSLB] & 0x10:
        u, v = np.full_like(u, registers[MANU]), np.full_like(v, registers[MANV])
    first, second = (v, u) if registers[COM13] & 1 else (u, v)
    chroma = np.empty_like(luma)
    chroma[:, 0::2] = first[:, 0::2]
    chroma[:, 1::2] = second[:, 0 : pixels // 2 * 2 : 2]
    out = np.empty((lines, 2 * pixels), np.uint8)
    place = _luma_place(registers)
    out[:, place::2] = luma
    out[:, 1 - place :: 2] = chroma
    return out


def _rgb_bytes(window: Image, registers: Sequence[int]) -> Image:
    """COM15[5:4]: 01 RGB565, 11 RGB555, both with RGB444[1] instead xRGB or RGBx (LX R444_*); else taken as RGB565."""
    red, green, blue = (window[:, :, i].astype(np.uint16) for i in range(3))
    if registers[COM15] & 0x10 and registers[RGB444] & 2:
        words = red >> 4 << 8 | green >> 4 << 4 | blue >> 4
        words = words << 4 if registers[RGB444] & 1 else words
    elif registers[COM15] >> 4 & 3 == 3:
        words = red >> 3 << 10 | green >> 3 << 5 | blue >> 3
    else:
        words = red >> 3 << 11 | green >> 2 << 5 | blue >> 3
    return np.ascontiguousarray(words.astype(">u2")).view(np.uint8).reshape(window.shape[0], -1)


def _bayer(window: Image, timing: Timing) -> Image:
    """Raw Bayer, BGBG over GRGR (DS70)."""
    out = window[:, :, 1].copy()
    out[0::2, 0::2] = window[0::2, 0::2, 2]
    out[1::2, 1::2] = window[1::2, 1::2, 0]
    return out[:, : timing.bytes_per_line]
