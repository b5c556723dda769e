"""The one console: text of boards, models, files and people is shown, never obeyed.

Rich would read `[red]` in a label as a style and pass an escape sequence on to the terminal. Here a string is text:
no markup, no emoji codes; a control character is shown as its picture. Styles come from `style=` and rich's Text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

FILE_COLUMNS = 130  # of a table, when stdout is no terminal
SHOWN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
SHOWN |= {0x7F: 0x2421} | {code: 0xFFFD for code in range(0x80, 0xA0)}
# what turns the direction of a line, or hides in it: U+200B..200F, 2028..202E, 2066..2069
SHOWN |= {
    code: 0xFFFD
    for low, high in ((0x200B, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
    for code in range(low, high + 1)
}


def visible(text: str) -> str:
    """The same text with every control character but tab and line end as a picture of it."""
    return text.translate(SHOWN)


def one_line(text: str) -> str:
    """As `visible`, and line ends as pictures, too."""
    return visible(text).replace("\n", "␤").replace("\t", " ")


class Console(rich.console.Console):
    """Rich's console, to which strings are text. Never highlights numbers by itself."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"highlight": False} | options, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a renderable."""
        return super().render_str(visible(text), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Rich's own control codes pass; those in text do not."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)


def stderr() -> Console:
    """For talk. Long lines are the terminal's to break."""
    return Console(stderr=True, soft_wrap=True)


def stdout(file_columns: int = FILE_COLUMNS) -> Console:
    """For tables: as wide as the terminal, or so many columns in a file."""
    return Console(width=None if sys.stdout.isatty() else file_columns)
