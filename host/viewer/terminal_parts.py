"""What stands beside the picture in a terminal, as parts of which the least important leave first. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from host.base.sparkline import level
from host.viewer import words
from host.viewer.help import FIGURES
from host.viewer.view import View

# 4.5:1 and more on a white terminal as on a black one: which one it is, nobody says
YES = "#a16a04"
NO = "#3679b6"
QUIET = "#687784"
ALARM = "#e61f1f"
INK = "#000000"  # on YES and ALARM
GAP = 2
NAME_COLUMNS = 6  # of `model`, `board`, `port`, `scene`


@dataclass(frozen=True)
class Part:
    """Lines that belong together; those of the highest priority number leave first on a low screen."""

    priority: int
    lines: tuple[Text, ...]


def viewer_parts(view: View, columns: int) -> list[Part]:
    """All of the viewer's, for so many columns."""
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


def help_parts(columns: int) -> list[Part]:
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
    bar = min(16, columns - 11 - 9 - 9)
    lines = []
    for stage in view.stages:
        line = Text(f"{stage.name:<11}", QUIET)
        if bar > 3:
            line.append(("━" * round(bar * stage.cycles / longest)).ljust(bar), QUIET)
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
