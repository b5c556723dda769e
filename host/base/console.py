"""The one console. A string is text: no markup, no emoji codes, control characters as pictures.

Rich would read `[red]` in a label as a style, and pass an escape sequence on to the terminal. Styles come from
`style=` and from rich's Text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from host.base.follow_up import as_started
from host.base.readable import readable
from host.base.text import encodable, visible

FILE_COLUMNS = 130  # of a table, when stdout is no terminal


class Console(rich.console.Console):
    """Rich's console, to which strings are text. A printed string is a line that the terminal breaks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"highlight": False} | options, markup=False, emoji=False)

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """See rich."""
        if soft_wrap is None:
            soft_wrap = all(isinstance(each, str) for each in objects)
        super().print(*objects, soft_wrap=soft_wrap, **options)

    def on_broken_pipe(self) -> None:
        """Rich would end the program by itself; host.base.errors.run_main does."""
        raise BrokenPipeError

    def get_style(self, name: str | Style, *, default: Style | str | None = None) -> Style:
        """Rich's, in colours that can be read; the colours of a picture do not come this way."""
        return readable(super().get_style(name, default=default), self.color_system)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a renderable; its commands are those that work here."""
        return super().render_str(visible(as_started(text)), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Rich's own control codes pass; those in text do not."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(encodable(visible(segment.text), self.encoding), segment.style)


def stderr() -> Console:
    """For talk."""
    return Console(stderr=True)


def stdout(file_columns: int = FILE_COLUMNS) -> Console:
    """For tables: as wide as the terminal, or so many columns in a file."""
    return Console(width=None if sys.stdout.isatty() else file_columns)


def words(form: str = "{task.description}") -> TextColumn:
    """A column of a progress bar whose text is no markup."""
    return TextColumn(form, markup=False)


def share_bars() -> Progress:
    """Bars on stderr that vanish: what is done, how much of it, how long it will take. In a file there is nothing."""
    columns = (words(), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = stderr()
    return Progress(*columns, console=console, transient=True, disable=not console.is_interactive)
