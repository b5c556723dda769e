"""A view that moves over still pictures, as a camera in a hand does: it wanders, comes nearer and goes back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 640, 480
SECONDS_A_PICTURE = 2.0
STEPS_A_SECOND = 15  # a sensor's frames: between two steps the view stands still
NEARER = 0.15  # of a side that is out of sight when the view is nearest

Pixels = NDArray[np.uint8]


class Moving:
    """Pictures of any shape, uint8 (H, W, 1 or 3), each for two seconds; the whole of it first. A function of time."""

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._pictures = [_image(picture) for picture in pictures]
        self._last: tuple[int, Pixels] | None = None

    def picture(self, seconds: float) -> Pixels:
        """What is in view: (480, 640, 3) RGB."""
        step = int(seconds * STEPS_A_SECOND)
        if self._last is None or self._last[0] != step:
            turn, since = divmod(step / STEPS_A_SECOND, SECONDS_A_PICTURE)
            image = self._pictures[int(turn) % len(self._pictures)]
            box = view_box(image.size, since / SECONDS_A_PICTURE, int(turn))
            seen = image.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)
            self._last = step, np.asarray(seen, np.uint8)
        return self._last[1]


def view_box(size: tuple[int, int], phase: float, turn: int) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of the 4:3 view in a picture of `size` (width, height). phase: 0..1 of its time."""
    width, height = min(size[0], size[1] * WIDTH / HEIGHT), min(size[1], size[0] * HEIGHT / WIDTH)
    side = 1 - NEARER * (1 - math.cos(math.tau * phase)) / 2
    ways = math.sin(math.tau * phase + turn), math.cos(math.tau * phase + 2 * turn)
    across, down = (0.5 + 0.5 * way for way in ways)
    left = (size[0] - width) / 2 + width * (1 - side) * across
    top = (size[1] - height) / 2 + height * (1 - side) * down
    return left, top, left + width * side, top + height * side


def _image(picture: Pixels) -> Image.Image:
    rgb = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    return Image.fromarray(rgb)
