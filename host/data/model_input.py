"""Pixels of a picture -> a model's input: the camera's luma, then the firmware's averaging."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.preprocess import area_average


def to_input(
    pixels: NDArray[np.uint8], height: int, width: int, channels: int
) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) -> (height, width, channels): luma (or each colour), then the firmware's averaging."""
    if channels == 1 or pixels.shape[2] == 1:
        return area_average(luma_of(pixels), height, width, channels)
    planes = [area_average(pixels[..., i], height, width) for i in range(3)]
    return np.concatenate(planes, axis=2)
