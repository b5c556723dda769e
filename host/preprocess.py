"""A grey picture into the model's input, exactly as firmware/src/preprocess/area.c does it."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray


def area_average(
    luma: NDArray[np.uint8], height: int, width: int, channels: int = 1
) -> NDArray[np.uint8]:
    """uint8 (H, W) -> uint8 (height, width, channels): the mean of the area each pixel covers, rounded half up.

    The whole picture is used, squashed if the shapes differ; grey is repeated over the channels.
    """
    rows, columns = _overlaps(luma.shape[0], height), _overlaps(luma.shape[1], width)
    total = int(rows[0].sum() * columns[0].sum())  # how often each new pixel counts its old ones
    kind = (
        np.float32 if 255 * total < 1 << 24 else np.float64
    )  # both hold such whole numbers exactly
    sums = rows.astype(kind) @ luma.astype(kind) @ columns.astype(kind).T
    mean = ((2 * sums.astype(np.int64) + total) // (2 * total)).astype(np.uint8)
    return np.repeat(mean[:, :, np.newaxis], channels, axis=2)


@lru_cache(maxsize=16)
def _overlaps(size: int, to: int) -> NDArray[np.int64]:
    """(to, size): how much of each old pixel a new one covers, in the largest unit that makes all of it whole."""
    unit = gcd(size, to)
    new = np.arange(to)[:, np.newaxis] * (size // unit)
    old = np.arange(size)[np.newaxis, :] * (to // unit)
    shared = np.minimum(new + size // unit, old + to // unit) - np.maximum(new, old)
    return np.asarray(np.maximum(shared, 0), np.int64)
