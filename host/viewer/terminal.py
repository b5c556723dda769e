"""The same view in a terminal: the picture in half-blocks, two pixels a character. `screen` is pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from host.base.colour import luma_of
from host.base.resize import averaged, enlarged
from host.base.sparkline import level
from host.viewer import words
from host.viewer.help import FIGURES
from host.viewer.keys import open_keys
from host.viewer.session import Session
from host.viewer.view import View
from host.viewer.window import Show

# 4.5:1 and more on a white terminal as on a black one: which one it is, nobody says
YES = "#a16a04"
NO = "#3679b6"
QUIET = "#687784"
ALARM = "#e61f1f"
INK = "#000000"  # on YES and ALARM
SHADES, ASCII_SHADES = " ░▒▓█", " .:-=+*#%@"  # of a picture without colours, from dark to light
PANEL_COLUMNS = 30  # what the numbers need
PICTURE_COLUMNS = 16  # below, the picture is left out
WIDEST_PANEL = 56
GAP = 2
STEP_S = 0.08


@lru_cache(maxsize=1 << 16)
def _cell(upper: int, lower: int) -> Style:
    """Style of ▀ for two colours 0xRRGGBB."""
    return Style.parse(f"#{upper:06x} on #{lower:06x}")


@dataclass(frozen=True)
class HalfBlocks:
    """uint8 (2 * rows, columns, 3) RGB as rows of ▀."""

    pixels: NDArray[np.uint8]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        is_plain = console.no_color or (console.is_terminal and console.color_system is None)
        if options.ascii_only or is_plain:
            yield from self._shaded(ASCII_SHADES if options.ascii_only else SHADES)
            return
        packed = self.pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
        for upper, lower in zip(packed[0::2].tolist(), packed[1::2].tolist(), strict=True):
            for above, below in zip(upper, lower, strict=True):
                yield Segment("▀", _cell(above, below))
            yield Segment.line()

    def _shaded(self, shades: str) -> Iterator[Segment]:
        """Two pixels a character, as a shade of their light."""
        rows, columns = self.pixels.shape[0] // 2, self.pixels.shape[1]
        light = averaged(luma_of(self.pixels)[..., None], columns, rows)[..., 0]
        for row in (light.astype(np.uint16) * len(shades) // 256).tolist():
            yield Segment("".join(shades[place] for place in row))
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self.pixels.shape[1], self.pixels.shape[1])


NAME_COLUMNS = 6  # of `model`, `board`, `port`, `scene`


@dataclass(frozen=True)
class Part:
    """Lines that belong together; those of the highest priority number leave first on a low screen."""

    priority: int
    lines: tuple[Text, ...]


def screen(
    view: View, columns: int, rows: int, parts: Callable[[int], list[Part]] | None = None
) -> RenderableType:
    """Everything, in at most `columns` x `rows` characters. parts: others than the viewer's, for so many columns."""
    if view.helps:  # all of it, over the whole width: on 80 x 24 no line is left out
        return Group(*_panel(_help_parts(columns), columns, rows))
    make = parts or partial(_parts, view)
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


def _parts(view: View, columns: int) -> list[Part]:
    return [
        *verdict_parts(view, columns),
        Part(6, (_history(view, columns),)),
        Part(2 if view.paused else 8, (_pause(view),)),
        Part(3, _phrases(words.rate_text(view), columns, "bold")),
        Part(4, wrapped(words.clock_text(view), columns, QUIET)),
        Part(4, _stages(view, columns)),
        Part(8, (Text(""),)),
        Part(3, _losses(view)),
        Part(7, tuple(line for pair in words.name_lines(view) for line in _pair(*pair, columns))),
        *foot_parts(view, columns, words.keys_of(view)),
    ]


def _help_parts(columns: int) -> list[Part]:
    """What the figures mean; the last ones leave first on a low screen."""
    head = Part(0, (Text("what the figures mean (h: back)", "bold"),))
    parts = [head]
    for place, (figure, meaning) in enumerate(FIGURES, 1):
        text = Text()
        lines = textwrap.wrap(f"{figure}: {meaning}", columns)
        text.append(lines[0][: len(figure)], "bold")
        text.append(lines[0][len(figure) :], QUIET)
        parts.append(Part(place, (text, *(Text(line, QUIET) for line in lines[1:]))))
    return parts


def verdict_parts(view: View, columns: int) -> list[Part]:
    """What the model says."""
    return [Part(0, _verdict(view, columns)), Part(1, _score(view, columns))]


def foot_parts(view: View, columns: int, keys: Sequence[tuple[str, str]]) -> list[Part]:
    """What needs an eye, and the keys."""
    foot = [Part(2, _alarm(view, columns)), Part(5, _keys(view, columns, keys))]
    return [Part(1, _recording_status(view)), *foot]


def _panel(parts: list[Part], columns: int, rows: int) -> list[Text]:
    """At most `rows` lines of at most `columns` characters."""
    while sum(len(part.lines) for part in parts) > rows and len(parts) > 1:
        parts.remove(max(parts, key=lambda part: part.priority))
    lines = [line for part in parts for line in part.lines][:rows]
    for line in lines:
        line.no_wrap = True
        line.truncate(columns, overflow="ellipsis")
    return lines


def _pause(view: View) -> Text:
    """An empty line has no style: reversed, it would be a bar across the screen."""
    return Text("PAUSED", "bold reverse") if view.paused else Text("")


def _recording_status(view: View) -> tuple[Text, ...]:
    if view.recording is None:
        return ()
    mark, style = ("● ", f"bold {ALARM}") if view.recording.is_recording else ("", "bold")
    return (Text(f"{mark}{view.recording.text}", style),)


def _verdict(view: View, columns: int) -> tuple[Text, ...]:
    """Filled for yes, a frame for no: told apart without colour, too."""
    if view.verdict:
        blank = Text(" " * columns, f"on {YES}")
        return (
            blank,
            Text(view.verdict_text.center(columns), f"bold {INK} on {YES}"),
            blank.copy(),
        )
    colour = NO if view.verdict is False else QUIET
    edge = "─" * (columns - 2)
    middle = "│" + view.verdict_text.center(columns - 2) + "│"
    return Text(f"┌{edge}┐", colour), Text(middle, f"bold {colour}"), Text(f"└{edge}┘", colour)


def _score(view: View, columns: int) -> tuple[Text, ...]:
    score = 0.0 if view.score is None else min(1.0, max(0.0, view.score))
    left = words.score_text(view)
    right = f"threshold {words.percent(view.threshold)}"
    head = Text(left, "bold")
    head.append(right.rjust(max(1, columns - len(left))), QUIET)
    bar = Text()
    tick = round(min(1.0, max(0.0, view.threshold)) * (columns - 1))
    for column in range(columns):
        if column == tick:
            bar.append("┃", "bold")
        elif column < round(score * columns):
            bar.append("█", YES if view.verdict else NO)
        else:
            bar.append("─", QUIET)
    return head, bar


def _history(view: View, columns: int) -> Text:
    scores = view.history[-columns:]
    line = Text(" " * (columns - len(scores)))
    for score in scores:
        line.append(level(score), YES if score >= view.threshold else NO)
    return line


def _stages(view: View, columns: int) -> tuple[Text, ...]:
    longest = max((stage.cycles for stage in view.stages), default=1) or 1
    room = min(16, columns - 11 - 9 - 9)
    lines = []
    for stage in view.stages:
        line = Text(f"{stage.name:<11}", QUIET)
        if room > 3:
            line.append(("━" * round(room * stage.cycles / longest)).ljust(room), QUIET)
        line.append(f"{words.milliseconds(stage):>9}", "bold")
        line.append(f"{words.cycles_text(stage.cycles):>9}", QUIET)
        lines.append(line)
    return tuple(lines)


def _losses(view: View) -> tuple[Text, ...]:
    first, second = words.loss_lines(view)
    return Text(first, ALARM if view.losses.total else QUIET), Text(second, QUIET)


def _pair(what: str, which: str, columns: int) -> tuple[Text, ...]:
    """A name behind what it is the name of; a long one goes on below."""
    first, *more = textwrap.wrap(which, max(1, columns - NAME_COLUMNS), max_lines=2) or [""]
    lines = [Text.assemble((f"{what:<{NAME_COLUMNS}}", QUIET), first)]
    return (*lines, *(Text(" " * NAME_COLUMNS + line) for line in more))


def _alarm(view: View, columns: int) -> tuple[Text, ...]:
    alarm = words.banner(view)
    if alarm is None:
        return ()
    return Text(f"! {alarm[0]}", f"bold {ALARM}"), *wrapped(alarm[1], columns, "")


def wrapped(text: str, columns: int, style: str) -> tuple[Text, ...]:
    """A text as lines of at most so many characters."""
    return tuple(Text(line, style) for line in textwrap.wrap(text, columns))


def _phrases(text: str, columns: int, style: str) -> tuple[Text, ...]:
    """The same, broken behind commas where that is enough: a figure keeps its words."""
    lines = [""]
    for piece in re.split("(?<=, )", text):
        if lines[-1] and len(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return tuple(each for line in lines for each in wrapped(line, columns, style))


def _keys(view: View, columns: int, keys: Sequence[tuple[str, str]]) -> tuple[Text, ...]:
    if view.notice:
        return wrapped(view.notice, columns, "bold")
    lines = [Text()]
    for key, word in keys:
        cap = Text.assemble((key, "bold"), (f" {word}  ", QUIET))
        if lines[-1].cell_len + cap.cell_len - GAP > columns:
            lines.append(Text())
        lines[-1].append_text(cap)
    for line in lines:
        line.rstrip()  # or the gap behind the last key costs its end
    return tuple(lines)


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
