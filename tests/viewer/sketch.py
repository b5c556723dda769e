"""A canvas that writes down what is drawn on it, in order: boxes, colours, weights, lines, pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.base.canvas import REGULAR, Box, Canvas, Colour
from tests.goldens import numbers


class Sketch(Canvas):
    """drawn: a line each."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        super().__init__(width, height, background)
        self.drawn = [f"canvas {width}x{height} {background}"]

    def text(
        self,
        text: str,
        box: Box,
        size: int,
        colour: Colour,
        weight: int = REGULAR,
        align: float = 0.0,
    ) -> int:
        self.drawn.append(f"text {_box(box)} size {size} {colour} {weight} {align} {text}")
        return super().text(text, box, size, colour, weight, align)

    def fill(self, box: Box, colour: Colour) -> None:
        self.drawn.append(f"fill {_box(box)} {colour}")
        super().fill(box, colour)

    def lines(
        self, points: NDArray[np.float64], colour: Colour, thick: int = 1, is_smooth: bool = True
    ) -> None:
        places = f"x {numbers(points[:, 0])} y {numbers(points[:, 1])}"
        self.drawn.append(f"lines {colour} {thick} {is_smooth} {places}")
        super().lines(points, colour, thick, is_smooth)

    def image(self, image: NDArray[np.uint8], box: Box) -> Box:
        self.drawn.append(f"image {image.shape} sum {image.sum()} in {_box(box)}")
        return super().image(image, box)


def _box(box: Box) -> str:
    return f"{box.x},{box.y} {box.width}x{box.height}"
