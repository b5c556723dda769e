"""The blocks of the window's panel, and the colours of all that is drawn. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.canvas import (
    BOLD,
    Box,
    Canvas,
    Colour,
    line_height,
)
from host.viewer import words
from host.viewer.view import View

BACKGROUND: Colour = (30, 26, 22)
PANEL: Colour = (46, 40, 34)
FAINT: Colour = (92, 84, 74)
QUIET: Colour = (176, 166, 154)
TEXT: Colour = (238, 234, 230)
YES: Colour = (40, 176, 250)  # amber
NO: Colour = (214, 168, 116)  # steel blue; both hold for the colour-blind
DARK: Colour = (26, 20, 14)
ALARM: Colour = (100, 100, 240)
TABLE_CHARACTERS = 26  # numbers further from their names are hard to follow


@dataclass(frozen=True)
class Block:
    """A part of the panel. Heights are in text sizes; `grow` is its share of what is left."""

    priority: int  # 0 stays longest
    least: float
    grow: float
    paint: Callable[[Canvas, Box, View, int], None]


def _verdict(canvas: Canvas, box: Box, view: View, size: int) -> None:
    body, _ = box.cut_top(box.height - size // 2)
    text = body.inset(max(3, size // 2))
    if view.verdict:
        canvas.fill(body, YES)
        canvas.text(view.verdict_text, text, body.height, DARK, BOLD, align=0.5)
    else:
        canvas.frame(body, NO if view.verdict is False else FAINT, max(2, size // 6))
        colour = NO if view.verdict is False else QUIET
        canvas.text(view.verdict_text, text, body.height, colour, BOLD, align=0.5)


def _score(canvas: Canvas, box: Box, view: View, size: int) -> None:
    line, rest = box.cut_top(line_height(size))
    score = view.score
    text = words.score_text(view)
    half, other = line.cut_left(line.width * (60 if view.follows_best else 45) // 100)
    canvas.text(text, half, size, TEXT, BOLD)
    canvas.text(f"threshold {words.percent(view.threshold)}", other, size, QUIET, align=1.0)
    bar, _ = rest.cut_top(max(4, size))
    canvas.fill(bar, PANEL)
    length = round(bar.width * min(1.0, max(0.0, score or 0.0)))
    canvas.fill(Box(bar.x, bar.y, length, bar.height), YES if view.verdict else NO)
    tick = bar.x + round((bar.width - 2) * min(1.0, max(0.0, view.threshold)))
    canvas.fill(Box(tick, bar.y - 2, 2, bar.height + 4), TEXT)


def _history(canvas: Canvas, box: Box, view: View, size: int) -> None:
    plot, _ = box.cut_top(box.height - size // 2)
    canvas.fill(plot, PANEL)
    inside = plot.inset(3)
    level = inside.y + (1 - min(1.0, max(0.0, view.threshold))) * (inside.height - 1)
    for x in range(inside.x, inside.right - 4, 10):
        canvas.fill(Box(x, round(level), 5, 1), QUIET)
    if len(view.history) > 1:
        canvas.lines(_history_points(view, inside), YES, max(1, size // 9))
    if plot.height >= 4 * size:
        foot = Box(inside.x, inside.bottom - line_height(size), inside.width, line_height(size))
        canvas.text(f"score of the last {len(view.history)} frames", foot, size * 3 // 4, QUIET)


def _history_points(view: View, inside: Box) -> NDArray[np.float64]:
    """(n, 2) of x, y; the newest score at the right edge."""
    scores = np.clip(np.array(view.history, dtype=np.float64), 0.0, 1.0)
    step = inside.width / 240
    x = inside.right - 1 - step * np.arange(len(scores) - 1, -1, -1)
    y = inside.y + (1 - scores) * (inside.height - 1)
    return np.stack([x, y], axis=1)


def _rate(canvas: Canvas, box: Box, view: View, size: int) -> None:
    line, rest = box.cut_top(line_height(size))
    canvas.text(words.rate_text(view), line, size, TEXT, BOLD)
    below, _ = rest.cut_top(line_height(size))
    canvas.text(words.clock_text(view), below, size * 7 // 8, QUIET)


def _stages(canvas: Canvas, box: Box, view: View, size: int) -> None:
    rows = view.stages
    if not rows:
        return
    longest = max(1, *(stage.cycles for stage in rows))
    rest = Box(box.x, box.y, min(box.width, TABLE_CHARACTERS * size), box.height)
    for stage in rows:
        line, rest = rest.cut_top(int(line_height(size) * 1.05))
        has_bars = box.width >= 16 * size
        name, after = line.cut_left(line.width * (27 if has_bars else 40) // 100)
        bar, numbers = after.cut_left(line.width * 24 // 100 if has_bars else 0)
        time, cycles = numbers.cut_left(numbers.width * 52 // 100)
        canvas.text(stage.name, name, size, QUIET)
        thin = Box(bar.x, bar.y + bar.height // 3, bar.width * stage.cycles // longest, size // 2)
        canvas.fill(thin, FAINT)
        canvas.text(words.milliseconds(stage), time, size, TEXT, align=1.0)
        canvas.text(words.cycles_text(stage.cycles), cycles, size, QUIET, align=1.0)


def _losses(canvas: Canvas, box: Box, view: View, size: int) -> None:
    rest = box
    colour = ALARM if view.losses.total else QUIET
    for text in words.loss_lines(view):
        line, rest = rest.cut_top(line_height(size))
        canvas.text(text, line, size, colour)
        colour = QUIET


def _names(canvas: Canvas, box: Box, view: View, size: int) -> None:
    rest = box
    for what, which in words.name_lines(view):
        line, rest = rest.cut_top(line_height(size))
        left, right = line.cut_left(min(5 * size, line.width // 3))
        canvas.text(what, left, size, QUIET)
        canvas.text(which, right, size, TEXT)


VERDICT = Block(0, 5.0, 2.5, _verdict)
SCORE = Block(1, 3.3, 0.0, _score)
LOSSES = Block(3, 3.2, 0.3, _losses)
NAMES = Block(5, 5.6, 0.0, _names)
BLOCKS = (
    VERDICT,
    SCORE,
    Block(6, 4.0, 3.0, _history),
    Block(2, 3.2, 0.3, _rate),
    Block(4, 6.2, 0.3, _stages),
    LOSSES,
    NAMES,
)
