"""What the tables of a run look like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from host.base.errors import HostError

ROW_TYPES = ("int64", "float64", "float32", "bool", "text")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_TABLES, MOST_COLUMNS = 32, 256


@dataclass(frozen=True)
class Column:
    """name: with its unit (time_s, inference_cycles). type: one of ROW_TYPES. meaning: a few words."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Layout:
    """One table. csv: False for tables so long that nobody opens them as text (a current trace)."""

    name: str
    columns: tuple[Column, ...]
    csv: bool = True

    @property
    def names(self) -> list[str]:
        """Of the columns, in order."""
        return [column.name for column in self.columns]


def check_layouts(layouts: tuple[Layout, ...], where: str) -> None:
    """Raises HostError for names that are no file names, unknown types, repeated names."""
    names = [layout.name for layout in layouts]
    if len(layouts) > MOST_TABLES or len(set(names)) != len(names):
        raise HostError(f"{where}: too many tables, or two of one name: the file is damaged")
    for layout in layouts:
        columns = layout.names
        if len(columns) > MOST_COLUMNS or len(set(columns)) != len(columns) or not columns:
            raise HostError(
                f"{where}: table {layout.name[:40]} has no columns, too many, or doubles"
            )
        for name in [layout.name, *columns]:
            if not NAME.fullmatch(name):
                raise HostError(f"{where}: {name[:40]!r} is no name of a table or column")
        for column in layout.columns:
            if column.type not in ROW_TYPES:
                raise HostError(f"{where}: {layout.name}.{column.name} is of no known type")
