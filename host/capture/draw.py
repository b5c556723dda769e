"""The window of a capture: the viewer's, with counts and keys of its own. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from host.base.canvas import BOLD, Box, Canvas, line_height
from host.capture.state import State, caps, head_text, lines
from host.viewer.draw import paint, wrap
from host.viewer.draw_blocks import (
    ALARM,
    DARK,
    FAINT,
    LOSSES,
    NAMES,
    PANEL,
    QUIET,
    SCORE,
    TEXT,
    VERDICT,
    YES,
    Block,
)
from host.viewer.view import View

NOTICE_LINES = 2


def draw(view: View, state: State, width: int, height: int) -> NDArray[np.uint8]:
    """uint8 (height, width, 3) BGR."""
    return paint_capture(view, state, width, height).pixels


def paint_capture(view: View, state: State, width: int, height: int) -> Canvas:
    """As draw, with the record of texts."""
    rows = len(state.labels)
    blocks = (
        Block(0, 2.6, 0.0, partial(_head, state)),
        Block(2, VERDICT.least * 0.7, 0.5, VERDICT.paint),
        SCORE,
        Block(1, 1.7 * rows + 0.8, 0.5, partial(_counts, state)),
        Block(1, 1.4 * NOTICE_LINES + 0.4, 0.0, partial(_notice, view.notice)),
        Block(2, 1.4 * len(lines(state)) + 0.8, 0.5, partial(_lines, state)),
        LOSSES,
        NAMES,
    )
    # The keys stay in sight: what a key did is said in the panel instead of over them.
    return paint(replace(view, notice=""), width, height, blocks, caps(state.labels))


def _head(state: State, canvas: Canvas, box: Box, view: View, size: int) -> None:
    """Filled red while frames are being saved by themselves: nobody is recorded unawares."""
    body, _ = box.cut_top(box.height - size // 2)
    if state.recording:
        canvas.fill(body, ALARM)
    elif state.asks:
        canvas.fill(body, YES)
    else:
        canvas.frame(body, FAINT)
    colour = DARK if state.recording or state.asks else TEXT
    canvas.text(head_text(state), body.inset(size // 3), size * 5 // 4, colour, BOLD, align=0.5)


def _notice(text: str, canvas: Canvas, box: Box, view: View, size: int) -> None:
    rest = box
    for part in wrap(text, box.width, size)[:NOTICE_LINES] if text else ():
        line, rest = rest.cut_top(line_height(size))
        canvas.text(part, line, size, TEXT, BOLD)


def _counts(state: State, canvas: Canvas, box: Box, view: View, size: int) -> None:
    most = max(1, *(state.counts[label] for label in state.labels))
    rest = box
    for index, label in enumerate(state.labels, start=1):
        line, rest = rest.cut_top(round(size * 1.7))
        key, after = line.cut_left(2 * size)
        name, after = after.cut_left(after.width * 45 // 100)
        number, after = after.cut_left(3 * size)
        canvas.text(str(index), key, size, QUIET)
        canvas.text(label, name, size, TEXT, BOLD)
        canvas.text(str(state.counts[label]), number, size, TEXT, BOLD, align=1.0)
        high = max(3, size // 2)
        bar = Box(after.x + size, after.y + (after.height - high) // 2, after.width - size, high)
        canvas.fill(bar, PANEL)
        canvas.fill(Box(bar.x, bar.y, bar.width * state.counts[label] // most, high), YES)


def _lines(state: State, canvas: Canvas, box: Box, view: View, size: int) -> None:
    rest = box
    for text in lines(state):
        line, rest = rest.cut_top(line_height(size))
        strong = text == state.balance
        canvas.text(text, line, size, TEXT if strong else QUIET, BOLD if strong else 400)
