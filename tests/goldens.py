"""Screens, pages and figures as text, compared whole with the files of tests/golden/texts.

Each number, unit, order and column of theirs is held that way. Where a change is meant, WRITE_GOLDEN=1 in the
environment of pytest writes the files again; git shows what has changed.
"""

from __future__ import annotations

import io
import itertools
import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import RenderableType

from host.base.console import Console
from host.report.blocks import Page, Plot, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

FOLDER = Path(__file__).parent / "golden" / "texts"
WRITE = "WRITE_GOLDEN"
FEW = 12  # numbers of a curve that are written out


def check_golden(name: str, text: str) -> None:
    """text is what tests/golden/texts/NAME.txt holds. Blanks at the ends of lines do not count."""
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    path = FOLDER / f"{name}.txt"
    if os.environ.get(WRITE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is missing: {WRITE}=1 pytest writes it"
    assert text == path.read_text(encoding="utf-8"), f"if it is meant: {WRITE}=1 pytest"


def check_golden_near(name: str, text: str, within: float) -> None:
    """As check_golden, where numbers with a point may be so far off: another processor rounds in another order."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get(WRITE):
        check_golden(name, text)
    found, wanted = (each.split() for each in (text, path.read_text(encoding="utf-8")))
    assert len(found) == len(wanted), f"if it is meant: {WRITE}=1 pytest"
    for word, expected in zip(found, wanted, strict=True):
        near = "." in word and "." in expected and abs(_float(word) - _float(expected)) <= within
        assert word == expected or near, f"{word} for {expected}; if it is meant: {WRITE}=1 pytest"


def _float(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def screen_text(*shown: RenderableType, width: int = 130, styles: bool = False) -> str:
    """As a terminal shows it. styles: with its colours, as escape sequences that can be read."""
    file = io.StringIO()
    colours: Any = {"force_terminal": True, "color_system": "truecolor"} if styles else {}
    console = Console(file=file, width=width, height=40, **colours)
    for each in shown:
        console.print(each)
    return file.getvalue().replace("\x1b", "~")


def check_rows_are_lines(*shown: RenderableType) -> None:
    """In a terminal that is far too narrow a row of a table is still one line: figures are read down a column."""

    def rows(width: int) -> int:
        return sum(
            line.startswith(("│", "┃")) for line in screen_text(*shown, width=width).splitlines()
        )

    assert rows(36) == rows(300) > 0


def printed_json(text: str) -> Any:
    """The object that a tool has printed: in lines, two blanks for each level."""
    assert re.match(r"[\[{]\n  [^ ]", text), text[:40]
    return json.loads(text)


def json_text(figures: dict[str, Any]) -> str:
    """A line for each key; nine digits of a number: the last ones may be another machine's."""
    return "\n".join(f"{key}: {json.dumps(_rounded(value))}" for key, value in figures.items())


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def page_text(page: Page) -> str:
    """All that it says, and what its figures draw."""
    return "\n".join(_lines(page))


def _lines(value: Any, indent: str = "", name: str = "") -> Iterator[str]:
    head = indent + (f"{name}: " if name else "")
    if isinstance(value, Table):
        yield f"{head}Table, {value.text_columns} columns of text, bold {value.bold_rows}"
        yield from (f"{indent}  {' | '.join(row)}" for row in (value.heading, *value.rows))
        yield f"{indent}  {value.caption}"
    elif isinstance(value, Plot):
        yield f"{head}Plot {value.name}: {value.caption}"
        yield from (f"{indent}  {line}" for line in figure_lines(value.figure))
    elif is_dataclass(value):
        yield f"{head}{type(value).__name__}"
        for field in fields(value):
            yield from _lines(getattr(value, field.name), indent + "  ", field.name)
    elif isinstance(value, tuple | list):
        yield f"{head}{len(value)}"
        for each in value:
            yield from _lines(each, indent + "  ")
    else:
        yield f"{head}{value}"


def figure_lines(figure: Figure) -> Iterator[str]:
    """Size, and of all axes: texts, scales, limits, curves, bars."""
    yield f"figure {' x '.join(map(number, figure.get_size_inches()))}"
    yield from (f"  {_legend(legend)}" for legend in figure.legends)
    for axes in figure.axes:
        yield from (f"  {line}" for line in _axes(axes))


def _legend(legend: Legend) -> str:
    """Matplotlib has no public way to the place and to the columns."""
    texts = legend.get_texts()
    sizes = {number(text.get_fontsize()) for text in [*texts, legend.get_title()]}
    place = f"place {legend._loc}, {legend._ncols} columns"  # type: ignore[attr-defined]
    return (
        f"legend {legend.get_title().get_text()} {' | '.join(text.get_text() for text in texts)}, "
        f"size {' '.join(sorted(sizes))}, {place}, frame {legend.get_frame_on()} "
        f"{_colour(legend.get_frame())}"
    )


def _axes(axes: Axes) -> Iterator[str]:
    title = axes._left_title if axes.get_title("left") else axes.title  # type: ignore[attr-defined]
    yield f"axes {title.get_text()!r} size {number(title.get_fontsize())} {title.get_fontweight()}"
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        low, high = map(number, axis.get_view_interval())
        ticks = [tick.get_text() for tick in axis.get_ticklabels()]
        grid = any(line.get_visible() for line in axis.get_gridlines())
        yield f"  {name} {axis.get_label_text()!r} {axis.get_scale()} {low}..{high}, grid {grid}"
        sizes = sorted({number(tick.get_fontsize()) for tick in axis.get_ticklabels()})
        yield f"    ticks {' '.join(ticks)}, size {' '.join(sizes)}"
    seen = [name for name, spine in axes.spines.items() if spine.get_visible()]
    yield f"  spines {' '.join(seen)}"
    for artist in [*axes.lines, *axes.collections, *axes.texts]:
        yield f"  {_artist(artist)}"
    for (kind, colour), patches in itertools.groupby(
        axes.patches, lambda each: (type(each).__name__, _colour(each))
    ):
        places = [_place(each) for each in patches]
        few = [numbers(place) for place in places] if len(places) <= FEW else []
        yield f"  {len(places)} {kind} {colour}: {'; '.join(few) or columns(places)}"
    legend = axes.get_legend()
    if legend is not None:
        yield f"  {_legend(legend)}"


def _artist(artist: Any) -> str:
    kind, label = type(artist).__name__, str(artist.get_label())
    words = [kind, "" if label.startswith("_") else label, f"z {number(artist.get_zorder())}"]
    if hasattr(artist, "get_xydata"):
        x, y = artist.get_data()
        words += [str(artist.get_color()), artist.get_linestyle(), artist.get_marker() or "-"]
        words += [f"mark {number(artist.get_markersize())}"]
        words += [f"width {number(artist.get_linewidth())}", f"x {numbers(x)}", f"y {numbers(y)}"]
    elif hasattr(artist, "get_text"):
        words += [repr(artist.get_text()), *map(number, artist.get_position())]
        words += [f"size {number(artist.get_fontsize())}, {number(artist.get_rotation())} degrees"]
        words += [artist.get_horizontalalignment(), artist.get_verticalalignment()]
        words += [str(artist.get_color())]
    else:
        points = [path.vertices for path in artist.get_paths()]
        words += [numbers(np.concatenate(points).ravel()) if points else "nothing"]
        words += [numbers(np.asarray(artist.get_offsets()).ravel()), _colour(artist)]
        words += [f"width {numbers(np.asarray(artist.get_linewidth()).ravel())}"]
    return " ".join(word for word in words if word)


def _place(patch: Any) -> list[float]:
    """Of a rectangle its corner, width and height, of another shape the ends of its outline."""
    if hasattr(patch, "get_width"):
        return [patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()]
    corners = patch.get_path().vertices
    return [*corners.min(axis=0), *corners.max(axis=0)]


def _colour(artist: Any) -> str:
    return f"colour {numbers(np.asarray(artist.get_facecolor()).ravel())}"


def number(value: Any) -> str:
    """Five digits: the same on every machine."""
    return f"{float(value):.5g}"


def columns(rows: list[list[float]]) -> str:
    """Of many rows, each column by itself."""
    return "; ".join(numbers(column) for column in zip(*rows, strict=True))


def numbers(values: Any) -> str:
    """All of a few; of many their count, ends, extremes and sum."""
    of = np.asarray(values, np.float64)
    if of.size <= FEW:
        return " ".join(map(number, of))
    ends = " ".join(map(number, (of[0], of[-1], np.nanmin(of), np.nanmax(of), np.nansum(of))))
    return f"[{of.size}: {ends}]"
