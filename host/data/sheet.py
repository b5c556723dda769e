"""A contact sheet: small pictures with a line or two under each, one below the other by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.canvas import BOLD, Box, Canvas, Colour, line_height
from host.base.opencv import shrunk

PAPER: Colour = (255, 255, 255)
INK: Colour = (51, 41, 31)
FAINT: Colour = (112, 101, 86)
SOFT: Colour = (238, 232, 227)
COLUMNS = 8
SIDE = 128  # pixels of a picture's cell
GAP, TEXT_SIZE, HEAD_SIZE = 10, 11, 16
CAPTION_LINES = 3


@dataclass(frozen=True)
class Tile:
    """pixels: uint8 (H, W, 1 or 3 RGB), None for one that cannot be read. lines: at most CAPTION_LINES."""

    pixels: NDArray[np.uint8] | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Tiles under a heading."""

    heading: str
    tiles: tuple[Tile, ...]


def contact_sheet(groups: Sequence[Group]) -> NDArray[np.uint8]:
    """uint8 (height, width, 3) BGR."""
    cell = SIDE + CAPTION_LINES * line_height(TEXT_SIZE) + GAP
    head = line_height(HEAD_SIZE) + GAP
    rows = [-(-len(group.tiles) // COLUMNS) for group in groups]
    height = GAP + sum(head + count * cell for count in rows)
    canvas = Canvas(COLUMNS * (SIDE + GAP) + GAP, height, PAPER)
    top = GAP
    for group, count in zip(groups, rows, strict=True):
        line = Box(GAP, top, canvas.box.width - 2 * GAP, line_height(HEAD_SIZE))
        canvas.text(group.heading, line, HEAD_SIZE, INK, BOLD)
        for index, tile in enumerate(group.tiles):
            x = GAP + index % COLUMNS * (SIDE + GAP)
            _tile(canvas, Box(x, top + head + index // COLUMNS * cell, SIDE, cell), tile)
        top += head + count * cell
    return canvas.pixels


def _tile(canvas: Canvas, box: Box, tile: Tile) -> None:
    place, rest = box.cut_top(SIDE)
    if tile.pixels is None:
        canvas.fill(place, SOFT)
        canvas.text("unreadable", place.inset(4), TEXT_SIZE, FAINT, align=0.5)
    else:
        canvas.image(_bounded(tile.pixels), place)
    for number, text in enumerate(tile.lines[:CAPTION_LINES]):
        line, rest = rest.cut_top(line_height(TEXT_SIZE))
        canvas.text(text, line, TEXT_SIZE, FAINT if number else INK)


def _bounded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most SIDE in either direction: large ones are averaged, not sampled."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return shrunk(pixels, *size)
