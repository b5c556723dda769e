"""What a page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Tile:
    """A number to be seen first. note: its spread, or what it is of."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Words. warning: a reader must not miss them."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class Code:
    """A command to copy."""

    text: str


@dataclass(frozen=True)
class Plot:
    """A matplotlib figure. name: of its PNG, as `latency_histogram`. caption: below it, says what is seen."""

    name: str
    figure: Figure
    caption: str


@dataclass(frozen=True)
class Table:
    """Rows of text under a heading. Columns but the first `text_columns` are numbers and stand right."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    text_columns: int = 1
    bold_rows: tuple[int, ...] = ()


Block = Paragraph | Code | Plot | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """verdict: the one line that is read if nothing else is. warnings: stand above everything."""

    title: str
    verdict: str
    tiles: tuple[Tile, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str = ""
