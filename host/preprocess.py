"""A grey picture into the model's input, exactly as firmware/src/preprocess/area.c does it."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray


def area_average(
    luma: NDArray[np.uint8], height: int, width: int, channels: int = 1
) -> NDArray[np.uint8]:
    """uint8 (H, W) -> uint8 (height, width, channels): the mean of the area each pixel covers, rounded half up.

    The whole picture is used, squashed if the shapes differ; grey is repeated over the channels.
    """
    columns = _mean_sums(luma.astype(np.int64), width, axis=1)
    sums = _mean_sums(columns, height, axis=0)
    total = luma.size // (gcd(luma.shape[0], height) * gcd(luma.shape[1], width))
    mean = ((2 * sums + total) // (2 * total)).astype(np.uint8)
    return np.repeat(mean[:, :, np.newaxis], channels, axis=2)


def _mean_sums(values: NDArray[np.int64], to: int, axis: int) -> NDArray[np.int64]:
    """Sums along an axis with each value repeated so often that the groups come out whole."""
    size = values.shape[axis]
    divisor = gcd(size, to)
    fine = np.repeat(values, to // divisor, axis=axis)
    shape = list(values.shape)
    shape[axis : axis + 1] = [to, size // divisor]
    return np.asarray(fine.reshape(shape).sum(axis=axis + 1), np.int64)
