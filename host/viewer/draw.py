"""The window's whole picture from a View, at any size from 320x240 up. Pure.

Blocks stand below each other in the panel; those of least priority leave first when the window is small.
The verdict differs by word and by shape (filled or outlined), not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from host.base.canvas import (
    BOLD,
    SMALLEST_TEXT,
    Box,
    Canvas,
    Colour,
    fit_image,
    line_height,
    text_width,
)
from host.viewer import words
from host.viewer.draw_blocks import (
    ALARM,
    BACKGROUND,
    BLOCKS,
    DARK,
    FAINT,
    PANEL,
    QUIET,
    TEXT,
    Block,
)
from host.viewer.help import FIGURES
from host.viewer.recording_status import RecordingStatus
from host.viewer.view import View

LARGEST_TEXT = 30
PANEL_CHARACTERS = 23.0  # panel width in text sizes
HELP_HEAD = ("what the figures mean (h: back)", TEXT)


def draw(view: View, width: int, height: int) -> NDArray[np.uint8]:
    """uint8 (height, width, 3) BGR."""
    return paint(view, width, height, keys=words.keys_of(view)).pixels


def paint(
    view: View,
    width: int,
    height: int,
    blocks: Sequence[Block] | None = None,
    keys: Sequence[tuple[str, str]] = words.KEYS,
) -> Canvas:
    """As draw, with the record of texts. blocks, keys: other ones than the viewer's."""
    canvas = Canvas(width, height, BACKGROUND)
    margin = max(4, min(width, height) // 48)
    inside = canvas.box.inset(margin)
    keys_size = max(SMALLEST_TEXT, min(18, width // 62, height // 30))
    keys_height = round(keys_size * 1.9)
    body, foot = inside.cut_top(inside.height - keys_height - margin)
    foot = Box(foot.x, foot.bottom - keys_height, foot.width, keys_height)
    shape = (96, 96) if view.image is None else view.image.shape[:2]
    if width >= 1.15 * height:
        across, down = fit_image(shape, int(body.width * 0.6), body.height)
        picture, rest = body.cut_left(across)
        picture, _ = picture.cut_top(down)
        panel = Box(rest.x + margin, rest.y, rest.width - margin, rest.height)
    else:
        _, down = fit_image(shape, body.width, int(body.height * 0.48))
        picture, rest = body.cut_top(down)
        panel = Box(rest.x, rest.y + margin, rest.width, rest.height - margin)
    if view.helps and _help_height(panel.width, SMALLEST_TEXT) > panel.height:
        _help(canvas, body, 2)  # in place of the picture: help that ends in the middle is none
    else:
        _picture(canvas, picture, view)
        if view.helps:
            _help(canvas, panel)
        else:
            _panel(canvas, panel, view, BLOCKS if blocks is None else blocks)
    _keys(canvas, foot, view, keys_size, keys)
    return canvas


def _picture(canvas: Canvas, box: Box, view: View) -> None:
    size = max(SMALLEST_TEXT, min(22, box.width // 24))
    if view.image is None:
        canvas.fill(box, PANEL)
        canvas.text("waiting for a picture", box.inset(4), size, QUIET, align=0.5)
        place = box
    else:
        place = canvas.image(view.image, box)
    if view.paused:
        _tag(canvas, place, "PAUSED", size)
    elif view.colour_bars:
        _tag(canvas, place, "COLOUR BARS", size)
    if view.recording:
        _recording_status(canvas, place, view.recording, size)
    alarm = words.banner(view)
    if alarm:
        _banner(canvas, box, *alarm, size)


def _tag(canvas: Canvas, place: Box, text: str, size: int) -> None:
    box = Box(place.x, place.y, min(place.width, text_width(text, size, BOLD) + size), size * 2)
    canvas.fill(box, DARK)
    canvas.text(text, box.inset(2), size, TEXT, BOLD, align=0.5)


def _recording_status(canvas: Canvas, place: Box, status: RecordingStatus, size: int) -> None:
    """In the picture's upper right corner: who is in it must see that it is kept."""
    wide = min(place.width, text_width(status.text, size, BOLD) + size)
    box = Box(place.right - wide, place.y, wide, size * 2)
    canvas.fill(box, ALARM if status.is_recording else DARK)
    canvas.text(
        status.text, box.inset(2), size, DARK if status.is_recording else TEXT, BOLD, align=0.5
    )


def _banner(canvas: Canvas, box: Box, title: str, remedy: str, size: int) -> None:
    """Along the picture's foot, over it: it must not be overlooked."""
    pad = size // 2
    lines = wrap(remedy, box.width - 2 * pad, size)
    high = min(box.height, line_height(size) * (len(lines) + 1) + 2 * pad)
    strip = Box(box.x, box.bottom - high, box.width, high)
    canvas.fill(strip, DARK)
    canvas.frame(strip, ALARM, max(2, size // 6))
    rest = strip.inset(pad)
    for index, line in enumerate((f"! {title}", *lines)):
        row, rest = rest.cut_top(line_height(size))
        canvas.text(line, row, size, ALARM if index == 0 else TEXT, BOLD if index == 0 else 400)


def wrap(text: str, width: int, size: int) -> list[str]:
    """A text as lines of at most `width` pixels; a word that is longer stands alone."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _panel(canvas: Canvas, box: Box, view: View, blocks: Sequence[Block]) -> None:
    total = sum(block.least for block in blocks)
    size = int(min(box.width / PANEL_CHARACTERS, box.height / total))
    size = max(SMALLEST_TEXT, min(LARGEST_TEXT, size))
    shown = list(blocks)
    while sum(b.least for b in shown) * size > box.height and len(shown) > 1:
        shown.remove(max(shown, key=lambda b: b.priority))
    spare = box.height / size - sum(b.least for b in shown)
    shares = sum(b.grow for b in shown) or 1.0
    top = float(box.y)
    for block in shown:
        high = (block.least + spare * block.grow / shares) * size
        block.paint(canvas, Box(box.x, round(top), box.width, int(high)), view, size)
        top += high


def _help(canvas: Canvas, box: Box, columns: int = 1) -> None:
    """What the figures mean, as large as all of it fits."""
    wide = box.width // columns - (columns > 1) * SMALLEST_TEXT
    size = LARGEST_TEXT // 2
    while size > SMALLEST_TEXT and _help_height(wide, size) > columns * box.height:
        size -= 1
    high = line_height(size)
    for index, (text, colour) in enumerate((HELP_HEAD, *_help_lines(wide, size))):
        column, row = divmod(index, max(1, box.height // high))
        if column < columns:
            line = Box(box.x + column * box.width // columns, box.y + row * high, wide, high)
            canvas.text(text, line, size, colour, BOLD if colour == TEXT else 400)


def _help_lines(width: int, size: int) -> list[tuple[str, Colour]]:
    lines: list[tuple[str, Colour]] = []
    for figure, meaning in FIGURES:
        lines.append((figure, TEXT))
        lines += [(line, QUIET) for line in wrap(meaning, width, size)]
    return lines


def _help_height(width: int, size: int) -> int:
    return line_height(size) * (1 + len(_help_lines(width, size)))


def _keys(canvas: Canvas, box: Box, view: View, size: int, keys: Sequence[tuple[str, str]]) -> None:
    """Key caps with their words; a notice takes their place for a while."""
    if view.notice:
        canvas.text(view.notice, box, size, TEXT, BOLD)
        return
    while size > 5 and _keys_width(size, keys) > box.width:
        size -= 1
    x = box.x
    for key, word in keys:
        cap = Box(
            x, box.y + box.height // 2 - size * 3 // 4, text_width(key, size) + size, size * 3 // 2
        )
        canvas.frame(cap, FAINT)
        canvas.text(key, cap, size, TEXT, align=0.5)
        label = Box(cap.right + size // 3, box.y, text_width(word, size), box.height)
        canvas.text(word, label, size, QUIET)
        x = label.right + size


def _keys_width(size: int, keys: Sequence[tuple[str, str]]) -> int:
    caps = sum(text_width(key, size) + text_width(word, size) for key, word in keys)
    return caps + len(keys) * (2 * size + size // 3) - size
