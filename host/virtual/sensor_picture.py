"""What the OV7675 puts on its data bus: a scene's picture and the registers in, a frame's bytes out. Pure functions.

Halving (COM3 DCW with COM14's divider) averages pixels in pairs along a line and drops every second line; the real
scaler's filter is not documented. Automatic exposure and gain have always settled: the scene is shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from host.virtual.sensor_timing import ARRAY_HEIGHT, ARRAY_WIDTH, COM7, VREF, Timing

GAIN, COM1, AECHH, AECH, COM8, COM9, MVFP = 0x00, 0x04, 0x07, 0x10, 0x13, 0x14, 0x1E
TSLB, COM13, COM15, XSC, YSC = 0x3A, 0x3D, 0x40, 0x70, 0x71
AUTOMATIC_GAIN, AUTOMATIC_EXPOSURE = 4, 1
FULL_EXPOSURE_LINES = 500  # at unity gain this many lines show the scene as it is
BARS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
        (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0))  # fmt: skip

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """data: uint8 (lines, bytes a line) in the order of the bus; luma: uint8 (lines, pixels), empty for raw."""

    data: Image
    luma: Image


def render_frame(picture: Image, registers: Sequence[int], timing: Timing) -> Frame:
    """The frame of a 640x480 RGB picture."""
    seen = _bars() if (registers[XSC] | registers[YSC]) & 0x80 else _exposed(picture, registers)
    if registers[MVFP] & 0x20:
        seen = seen[:, ::-1]
    if registers[MVFP] & 0x10:
        seen = seen[::-1]
    window = _window(seen, timing)
    if timing.raw:
        return Frame(_bayer(window, timing), np.zeros((0, 0), np.uint8))
    yuv = np.asarray(cv2.cvtColor(window, cv2.COLOR_RGB2YCrCb), np.uint8)
    luma = _ranged(yuv[:, :, 0], registers[COM15])
    pairs = (
        _rgb_bytes(window, registers) if registers[COM7] & 4 else _yuv_bytes(yuv, luma, registers)
    )
    return Frame(np.ascontiguousarray(pairs), luma)


def exposure_factor(registers: Sequence[int]) -> float:
    """Brightness against the scene: exposure times gain, each 1 while automatic, gain up to its ceiling."""
    value = registers[GAIN] | (registers[VREF] & 0xC0) << 2  # AGC[9:8] are VREF[7:6]
    gain = (1 + (value & 15) / 16) * (1 << (value >> 4).bit_count())
    lines = (registers[AECHH] & 0x3F) << 10 | registers[AECH] << 2 | registers[COM1] & 3
    exposure = min(lines, FULL_EXPOSURE_LINES + 10) / FULL_EXPOSURE_LINES
    if registers[COM8] & AUTOMATIC_EXPOSURE:
        return 1.0 if registers[COM8] & AUTOMATIC_GAIN else max(1.0, gain / 16)
    if registers[COM8] & AUTOMATIC_GAIN:
        ceiling = 2 << (registers[COM9] >> 4 & 7)
        return min(1.0, exposure * ceiling)
    return exposure * gain


def _exposed(picture: Image, registers: Sequence[int]) -> Image:
    factor = exposure_factor(registers)
    if factor == 1.0:
        return picture
    return np.asarray(np.clip(np.rint(picture * factor), 0, 255), np.uint8)


def _bars() -> Image:
    """Eight colour bars across the array. The datasheet's two other test patterns are not modelled."""
    row = np.repeat(np.array(BARS, np.uint8), ARRAY_WIDTH // len(BARS), axis=0)
    return np.broadcast_to(row, (ARRAY_HEIGHT, ARRAY_WIDTH, 3))


def _window(seen: Image, timing: Timing) -> Image:
    """The window's part of the array, black outside, halved when the scaler is on; then as many pixels as go out."""
    width = timing.href_clocks if timing.raw else timing.href_clocks // 2
    columns = timing.column_start + np.arange(width)
    rows = timing.row_start + np.arange(timing.window_lines)
    step = 2 if timing.halved else 1
    rows = rows[::step]
    inside = (columns >= 0) & (columns < ARRAY_WIDTH)
    part = seen[np.clip(rows, 0, ARRAY_HEIGHT - 1)][:, np.clip(columns, 0, ARRAY_WIDTH - 1)]
    black = ~inside[np.newaxis, :] | ~((rows >= 0) & (rows < ARRAY_HEIGHT))[:, np.newaxis]
    part = np.where(black[:, :, np.newaxis], 0, part).astype(np.uint8)
    if timing.halved:
        part = part[:, : width // 2 * 2].astype(np.uint16)
        part = ((part[:, 0::2] + part[:, 1::2] + 1) >> 1).astype(np.uint8)
    out = timing.bytes_per_line if timing.raw else timing.bytes_per_line // 2
    return np.ascontiguousarray(part[:, :out])


def _ranged(luma: Image, com15: int) -> Image:
    """COM15[7:6]: 0x the range 10..F0, 10 the range 01..FE, 11 all values."""
    if com15 >> 6 == 3:
        return luma
    if com15 >> 6 == 2:
        return np.asarray(np.clip(luma, 1, 254), np.uint8)
    return np.asarray(16 + luma.astype(np.uint16) * 224 // 255, np.uint8)


def _yuv_bytes(yuv: Image, luma: Image, registers: Sequence[int]) -> Image:
    """YUV 4:2:2; TSLB[3] and COM13[0] give the order: 00 YUYV, 01 YVYU, 10 UYVY, 11 VYUY (OV7670 datasheet)."""
    lines, pixels = luma.shape
    swapped = registers[COM13] & 1
    u, v = yuv[:, :, 2], yuv[:, :, 1]
    first, second = (v, u) if swapped else (u, v)
    chroma = np.empty_like(luma)
    chroma[:, 0::2] = first[:, 0::2]
    chroma[:, 1::2] = second[:, 0 : pixels // 2 * 2 : 2]
    out = np.empty((lines, 2 * pixels), np.uint8)
    luma_place = 1 if registers[TSLB] & 8 else 0
    out[:, luma_place::2] = luma
    out[:, 1 - luma_place :: 2] = chroma
    return out


def _rgb_bytes(window: Image, registers: Sequence[int]) -> Image:
    """COM15[5:4]: 01 RGB565, 11 RGB555; anything else is taken as RGB565."""
    red, green, blue = (window[:, :, i].astype(np.uint16) for i in range(3))
    if registers[COM15] >> 4 & 3 == 3:
        words = red >> 3 << 10 | green >> 3 << 5 | blue >> 3
    else:
        words = red >> 3 << 11 | green >> 2 << 5 | blue >> 3
    return np.ascontiguousarray(words.astype(">u2")).view(np.uint8).reshape(window.shape[0], -1)


def _bayer(window: Image, timing: Timing) -> Image:
    """Raw Bayer, BGBG over GRGR."""
    out = window[:, :, 1].copy()
    out[0::2, 0::2] = window[0::2, 0::2, 2]
    out[1::2, 1::2] = window[1::2, 1::2, 0]
    return out[:, : timing.bytes_per_line]
