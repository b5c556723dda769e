"""Pixels of a picture -> a model's input: the camera's luma, then the firmware's averaging."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.preprocess import area_average

LUMA_BITS = 14
# BT.601 in 1/2^14: the very numbers of OpenCV's YCrCb, by which the virtual sensor makes its luma
LUMA_WEIGHTS = (4899, 9617, 1868)


def luma_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) -> (H, W): BT.601 full range, rounded, as the sensor gives it."""
    if pixels.shape[2] == 1:
        return pixels[..., 0]
    weighted = pixels.astype(np.int32) @ np.array(LUMA_WEIGHTS, np.int32)
    return ((weighted + (1 << LUMA_BITS - 1)) >> LUMA_BITS).astype(np.uint8)


def to_input(
    pixels: NDArray[np.uint8], height: int, width: int, channels: int
) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) -> (height, width, channels): luma (or each colour), then the firmware's averaging."""
    if channels == 1 or pixels.shape[2] == 1:
        return area_average(luma_of(pixels), height, width, channels)
    planes = [area_average(pixels[..., i], height, width) for i in range(3)]
    return np.concatenate(planes, axis=2)
