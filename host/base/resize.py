"""Pictures of another size, without OpenCV: areas averaged where they shrink, pixels mixed where they grow. Pure."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """uint8 (H, W, 1 or 3) -> (height, width, same): means of areas, bilinear where it grows."""
    shrinks = width < pixels.shape[1] or height < pixels.shape[0]
    return averaged(pixels, width, height) if shrinks else _mixed(pixels, width, height)


def averaged(pixels: Pixels, width: int, height: int) -> Pixels:
    """Each new pixel is the mean of the area that it covers, parts of pixels by their share."""
    rows = _averaged_rows(pixels.astype(np.float32), height)
    columns = _averaged_rows(rows.swapaxes(0, 1), width)
    return (columns.swapaxes(0, 1) + np.float32(0.5)).astype(np.uint8)  # halves go up


def enlarged(pixels: Pixels, width: int, height: int) -> Pixels:
    """Nearest neighbour: a pixel stays a pixel."""
    rows = np.arange(height) * pixels.shape[0] // height
    columns = np.arange(width) * pixels.shape[1] // width
    return np.asarray(pixels[rows][:, columns], np.uint8)


def _mixed(pixels: Pixels, width: int, height: int) -> Pixels:
    from PIL import Image

    flat = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    made = Image.fromarray(flat).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(made, np.uint8).reshape(height, width, pixels.shape[2])


def _averaged_rows(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """(H, ...) -> (count, ...)."""
    edges = np.linspace(0, values.shape[0], count + 1)
    made = np.empty((count, *values.shape[1:]), np.float32)
    for row, (low, high) in enumerate(pairwise(edges)):
        first, last = int(low), min(values.shape[0], int(np.ceil(high)))
        shares = np.ones(last - first, np.float32)
        shares[0] -= low - first
        shares[-1] -= last - high
        made[row] = np.tensordot(shares / shares.sum(), values[first:last], axes=1)
    return made
