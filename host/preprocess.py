"""A picture into the model's input, exactly as firmware/src/preprocess does it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def area_average(
    luma: NDArray[np.uint8], height: int, width: int, channels: int = 1
) -> NDArray[np.uint8]:
    """uint8 (H, W) -> uint8 (height, width, channels): the mean of the area each pixel covers, rounded half up.

    The whole picture is used, squashed if the shapes differ; grey is repeated over the channels.
    """
    return np.repeat(_mean(luma, height, width)[:, :, np.newaxis], channels, axis=2)


def area_average_yuv(
    luma: NDArray[np.uint8],
    u: NDArray[np.uint8],
    v: NDArray[np.uint8],
    height: int,
    width: int,
) -> NDArray[np.uint8]:
    """uint8 (H, W), chroma of other widths (H, W / 2) -> uint8 RGB (height, width, 3): averaged, then converted."""
    y, u_mean, v_mean = (_mean(plane, height, width) for plane in (luma, u, v))
    return yuv_to_rgb(y, u_mean, v_mean)


def yuv_to_rgb(
    y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """uint8 of one shape -> uint8 (..., 3), BT.601 of the full range, as firmware/src/preprocess/colour.h rounds it."""
    grey = y.astype(np.int64) * 65536 + 32768
    blue, red = u.astype(np.int64) - 128, v.astype(np.int64) - 128
    scaled = [grey + 91881 * red, grey - 22554 * blue - 46802 * red, grey + 116130 * blue]
    return np.asarray(np.clip(np.stack(scaled, axis=-1) >> 16, 0, 255), np.uint8)


def _mean(plane: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    columns = _area_sums(plane.astype(np.int64).T, width)
    sums = _area_sums(columns.T, height)
    return np.asarray((2 * sums + plane.size) // (2 * plane.size), np.uint8)


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
