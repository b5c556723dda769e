"""The line of a meter's CSV that names its columns: behind lines of talk or a `#`, with units in it or below it."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.csv_text import SEPARATORS, hinted_separator
from host.base.errors import HostError
from host.power.columns import UNITS, Columns, header_names, is_header, parse_header
from host.power.meter_text import cells_of

HEAD_LINES = 100
NAMES = "begin with a line like time_ms,voltage_v,current_ma"


@dataclass(frozen=True)
class Header:
    """names: of the columns, as they are written, units added. line: number of the first one behind it."""

    columns: Columns
    names: tuple[str, ...]
    separator: str
    line: int


def find_header(lines: list[str], where: str) -> Header:
    """The last line in front of the first row that names a current. Raises HostError."""
    found: Header | None = None
    wrong: HostError | None = None
    hinted: str | None = None
    for number, line in enumerate(lines[:HEAD_LINES]):
        if hint := hinted_separator(line):
            hinted = hint
            continue
        text = line.strip().lstrip("#").strip()
        if not text:
            continue
        if not is_header(text):
            break
        try:
            found = _parsed(text, number, lines, hinted, where) or found
        except HostError as error:
            wrong = wrong or (None if line.startswith("#") else error)
        if found and not line.startswith("#"):
            break
    if found:
        return found
    raise wrong or HostError(f"{where}: nothing names the columns", NAMES)


def _parsed(
    text: str, number: int, lines: list[str], hinted: str | None, where: str
) -> Header | None:
    """None where the row below has more cells: a line of talk."""
    separator = hinted or max(SEPARATORS, key=text.count)
    names = header_names(text, separator)
    below = [k for k in range(number + 1, len(lines)) if lines[k].strip("\ufeff ,;\t#")]
    units = _units(cells_of(lines[below[0]], separator), len(names)) if below else None
    if units:
        names = [
            f"{name} ({unit})" if unit else name for name, unit in zip(names, units, strict=True)
        ]
        below.pop(0)
    columns = parse_header(names, where)
    row = cells_of(lines[below[0]], separator) if below else []
    while len(row) > len(names) and not row[-1]:
        row.pop()
    if len(row) > len(names) and is_header(lines[below[0]]) is False:
        raise HostError(
            f"{where}: the header names {len(names)} columns, the first row has {len(row)}"
        )
    return Header(columns, tuple(names), separator, below[0] if below else len(lines))


def _units(cells: list[str], count: int) -> list[str] | None:
    """A row that holds nothing but units."""
    plain = [cell.strip("()[] ").casefold() for cell in cells]
    is_row = len(plain) == count and any(plain) and all(not cell or cell in UNITS for cell in plain)
    return plain if is_row else None
