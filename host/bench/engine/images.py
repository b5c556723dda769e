"""Images to infer, the same for the same shape and count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
SEED = 1


def sample_images(shape: tuple[int, int, int], count: int) -> list[Image]:
    """uint8 (height, width, channels): noise and soft shapes by turns."""
    random = np.random.default_rng(SEED)
    return [
        random.integers(0, 256, shape, np.uint8) if number % 2 == 0 else _soft(random, shape)
        for number in range(count)
    ]


def _soft(random: np.random.Generator, shape: tuple[int, int, int]) -> Image:
    """A blob of random brightness on a slope, with the grain of a camera."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    row, column = random.random(2) * shape[:2]
    size = (0.1 + 0.3 * random.random()) * max(shape[:2])
    blob = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * size**2))
    slope = random.random() * rows / shape[0] + random.random() * columns / shape[1]
    grey = 60 * slope[:, :, None] + 160 * blob[:, :, None] * random.random(shape[2])
    return np.asarray(np.clip(grey + random.normal(0, 4, shape), 0, 255), np.uint8)
