"""A picture to draw on, in BGR. Text is shrunk, then shortened, until it fits its box: nothing is ever clipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.opencv import opencv
from host.base.resize import enlarged

Colour = tuple[int, int, int]  # blue, green, red

SMALLEST_TEXT = 9  # pixels; below, shorten instead
REGULAR, BOLD = 400, 700
WHOLE_LOSS = 0.08  # share of an image's size that may be given up to make all its pixels equal
LINE = 1.35  # height of a line in text sizes
DESCENT = 0.27  # of the size, below the baseline


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column behind it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    def inset(self, by: int) -> Box:
        """Smaller by `by` on each side."""
        return Box(
            self.x + by, self.y + by, max(0, self.width - 2 * by), max(0, self.height - 2 * by)
        )

    def cut_top(self, height: int) -> tuple[Box, Box]:
        """(the first `height` rows, the rest)."""
        height = min(height, self.height)
        return (
            Box(self.x, self.y, self.width, height),
            Box(self.x, self.y + height, self.width, self.height - height),
        )

    def cut_left(self, width: int) -> tuple[Box, Box]:
        """(the first `width` columns, the rest)."""
        width = min(width, self.width)
        return (
            Box(self.x, self.y, width, self.height),
            Box(self.x + width, self.y, self.width - width, self.height),
        )


@cache
def _font() -> Any:
    return opencv().FontFace("sans")  # built into OpenCV 5: the same on every system


@cache
def text_width(text: str, size: int, weight: int = REGULAR) -> int:
    """Pixels of one line."""
    box = opencv().getTextSize((0, 0), text, (0, 0), _font(), size, weight)
    return int(box[2]) + 1


def fit_text(text: str, width: int, size: int, weight: int = REGULAR) -> tuple[str, int]:
    """(text, size) that stays within `width` pixels: smaller, then shorter; ("", size) when nothing fits."""
    while size > SMALLEST_TEXT and text_width(text, size, weight) > width:
        size -= 1
    if text_width(text, size, weight) <= width:
        return text, size
    for length in range(len(text) - 1, 0, -1):
        short = text[:length].rstrip() + "…"
        if text_width(short, size, weight) <= width:
            return short, size
    return "", size


def fit_image(shape: tuple[int, ...], width: int, height: int) -> tuple[int, int]:
    """(width, height) of an image of `shape` (height, width) enlarged into a space."""
    scale = min(width / shape[1], height / shape[0])
    if scale - int(scale) <= WHOLE_LOSS * scale:
        scale = float(int(scale))
    return max(1, int(shape[1] * scale)), max(1, int(shape[0] * scale))


def line_height(size: int) -> int:
    """Pixels that a line of text of this size takes."""
    return round(size * LINE)


class Canvas:
    """uint8 (height, width, 3), and a record of where text was put."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.pixels = np.empty((height, width, 3), np.uint8)
        self.pixels[:] = background
        self.box = Box(0, 0, width, height)
        self.texts: list[tuple[str, Box]] = []

    def text(
        self,
        text: str,
        box: Box,
        size: int,
        colour: Colour,
        weight: int = REGULAR,
        align: float = 0.0,
    ) -> int:
        """One line in the middle of `box`'s height; align 0 left .. 1 right. Its width in pixels."""
        size = max(1, min(size, int(box.height / LINE)))
        text, size = fit_text(text, box.width, size, weight)
        if not text:
            return 0
        width = text_width(text, size, weight)
        x = box.x + round((box.width - width) * align)
        middle = box.y + box.height / 2
        baseline = round(middle + size * (1 - DESCENT) / 2 - size * 0.02)
        opencv().putText(self.pixels, text, (x, baseline), colour, _font(), size, weight)
        self.texts.append((text, Box(x, baseline - size, width, round(size * (1 + DESCENT)))))
        return width

    def fill(self, box: Box, colour: Colour) -> None:
        """A filled rectangle."""
        self.pixels[box.y : box.bottom, box.x : box.right] = colour

    def frame(self, box: Box, colour: Colour, thick: int = 1) -> None:
        """A rectangle's border, inside the box."""
        for line in (
            Box(box.x, box.y, box.width, thick),
            Box(box.x, box.bottom - thick, box.width, thick),
            Box(box.x, box.y, thick, box.height),
            Box(box.right - thick, box.y, thick, box.height),
        ):
            self.fill(line, colour)

    def lines(
        self, points: NDArray[np.float64], colour: Colour, thick: int = 1, is_smooth: bool = True
    ) -> None:
        """Joined lines through (n, 2) points x, y."""
        shift = 4
        fixed = np.round(points * (1 << shift)).astype(np.int32).reshape(-1, 1, 2)
        cv2 = opencv()
        kind = cv2.LINE_AA if is_smooth else cv2.LINE_8
        cv2.polylines(self.pixels, [fixed], False, colour, thick, kind, shift)

    def image(self, image: NDArray[np.uint8], box: Box) -> Box:
        """`image` (height, width, 1 or 3 RGB) as large as fits, nearest neighbour; where it stands."""
        size = fit_image(image.shape[:2], box.width, box.height)
        large = enlarged(image[..., ::-1], *size)
        place = Box(box.x + (box.width - size[0]) // 2, box.y + (box.height - size[1]) // 2, *size)
        self.pixels[place.y : place.bottom, place.x : place.right] = large
        return place
