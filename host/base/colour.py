"""Colours as luma and chroma, BT.601 at full range: what the camera sends and what grey models look at. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue
GAMMA = 2.2  # of the curve between light and levels; sRGB's own is nearly that

# BT.601 in 1/2^14, the numbers of OpenCV's 8-bit RGB2YCrCb: its results, byte for byte, without OpenCV
BITS = 14
LUMA_WEIGHTS = (4899, 9617, 1868)  # LUMA
CR_WEIGHT, CB_WEIGHT = 11682, 9241  # 0.713, 0.564
HALF = 1 << BITS - 1
CENTRE = 128 << BITS


def luma_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 grey or 3 RGB) -> (H, W): luma 0..255, rounded; grey as it is."""
    if pixels.shape[2] == 1:
        return pixels[..., 0]
    return _luma(pixels).astype(np.uint8)


def ycrcb_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) RGB -> (H, W, 3): luma, red and blue difference, 128 for grey."""
    luma = _luma(pixels)
    made = np.empty_like(pixels)
    made[..., 0] = luma
    for place, channel, weight in ((1, 0, CR_WEIGHT), (2, 2, CB_WEIGHT)):
        difference = (pixels[..., channel] - luma) * np.int32(weight) + (CENTRE + HALF) >> BITS
        made[..., place] = difference.clip(0, 255)
    return made


def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.int32]:
    sums = np.full(pixels.shape[:2], HALF, np.int32)
    for channel, weight in enumerate(LUMA_WEIGHTS):
        sums += pixels[..., channel].astype(np.int32) * np.int32(weight)
    return sums >> BITS
