"""The view in a terminal: picture and parts side by side, drawn again at every step. `screen` is pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from host.base.resize import averaged, enlarged
from host.viewer import words
from host.viewer.half_blocks import HalfBlocks
from host.viewer.keys import open_keys
from host.viewer.session import Session
from host.viewer.terminal_parts import GAP, Part, help_parts, viewer_parts
from host.viewer.view import View
from host.viewer.window import Show

PANEL_COLUMNS = 30  # what the numbers need
PICTURE_COLUMNS = 16  # below, the picture is left out
WIDEST_PANEL = 56
STEP_S = 0.08


def screen(
    view: View, columns: int, rows: int, parts: Callable[[int], list[Part]] | None = None
) -> RenderableType:
    """Everything, in at most `columns` x `rows` characters. parts: others than the viewer's, for so many columns."""
    if view.helps:  # all of it, over the whole width: on 80 x 24 no line is left out
        return Group(*_panel(help_parts(columns), columns, rows))
    make = parts or partial(viewer_parts, view)
    picture = min(columns - GAP - PANEL_COLUMNS, 2 * rows, columns * 55 // 100)
    if picture < PICTURE_COLUMNS:
        return Group(*_panel(make(columns), columns, rows))
    panel = min(columns - GAP - picture, WIDEST_PANEL)
    grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    grid.add_column(width=picture, no_wrap=True)
    grid.add_column(width=panel, no_wrap=True)
    grid.add_row(HalfBlocks(_shrink(view.image, picture)), Group(*_panel(make(panel), panel, rows)))
    return grid


def _shrink(image: NDArray[np.uint8] | None, columns: int) -> NDArray[np.uint8]:
    """(even rows, columns, 3) RGB; grey where there is no picture yet."""
    if image is None:
        return np.full((columns // 2 * 2, columns, 3), 40, np.uint8)
    height = max(2, columns * image.shape[0] // image.shape[1] // 2 * 2)
    resize = averaged if columns < image.shape[1] else enlarged
    small = resize(image, columns, height)
    return small if small.shape[2] == 3 else np.repeat(small, 3, axis=2)


def _panel(parts: list[Part], columns: int, rows: int) -> list[Text]:
    """At most `rows` lines of at most `columns` characters."""
    while sum(len(part.lines) for part in parts) > rows and len(parts) > 1:
        parts.remove(max(parts, key=lambda part: part.priority))
    lines = [line for part in parts for line in part.lines][:rows]
    for line in lines:
        line.no_wrap = True
        line.truncate(columns, overflow="ellipsis")
    return lines


def run_terminal(session: Session, frames: int | None, console: Console) -> None:
    """Until a key ends it, or `frames` samples came. Plain lines where the output is no terminal."""
    if not console.is_terminal:
        for line in _plain(session, frames):
            console.print(line, highlight=False, soft_wrap=True)
        return
    run_screen(session, frames, console, lambda *size: screen(session.view, *size))


def run_screen(
    session: Show,
    frames: int | None,
    console: Console,
    picture: Callable[[int, int], RenderableType],
) -> None:
    """As run_terminal on a terminal; picture: (columns, rows) -> what is now."""
    with open_keys() as next_key, Live(console=console, screen=True, auto_refresh=False) as live:
        while frames is None or session.frames < frames:
            session.step(STEP_S)
            live.update(picture(console.width, console.height), refresh=True)
            while key := next_key():
                if not session.press(key):
                    return


def _plain(session: Session, frames: int | None) -> Iterator[str]:
    while frames is None or session.frames < frames:
        if session.step(STEP_S):
            yield words.plain_line(session.view)
