"""A grey picture into the model's input, exactly as firmware/src/preprocess/area.c does it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def area_average(
    luma: NDArray[np.uint8], height: int, width: int, channels: int = 1
) -> NDArray[np.uint8]:
    """uint8 (H, W) -> uint8 (height, width, channels): the mean of the area each pixel covers, rounded half up.

    The whole picture is used, squashed if the shapes differ; grey is repeated over the channels.
    """
    columns = _area_sums(luma.astype(np.int64).T, width)
    sums = _area_sums(columns.T, height)
    mean = ((2 * sums + luma.size) // (2 * luma.size)).astype(np.uint8)
    return np.repeat(mean[:, :, np.newaxis], channels, axis=2)


def _area_sums(values: NDArray[np.int64], to: int) -> NDArray[np.int64]:
    """(n, m) -> (to, m): sums along the first axis over `to` equal stretches, an old value counting `to` times.

    By running sums: whole numbers, no larger memory for odd sizes, and no threads that others would wait for.
    """
    size = values.shape[0]
    running = np.zeros((size + 1, values.shape[1]), np.int64)
    np.cumsum(values, axis=0, out=running[1:])
    whole, part = np.divmod(np.arange(to + 1) * size, to)
    begun = values[np.minimum(whole, size - 1)] * part[:, np.newaxis]
    return np.asarray(np.diff(running[whole] * to + begun, axis=0), np.int64)
