"""A meter's CSV as programs and spreadsheets write it: where its rows begin and end, and how its numbers are written.

Read are commas, semicolons and tabs, decimal commas, UTF-8 and UTF-16, lines in front of the header (Joulescope's
statistics have it behind a `#`), units in a row of their own, and a last line that was cut off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from host.base.errors import HostError
from host.power.columns import Columns
from host.power.meter_header import find_header
from host.power.meter_text import cells_of, lines_of, rows_end

HEAD_BYTES = 16_384
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
COMMA_NUMBER = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?")
NO_TEXT = (
    "export it as CSV from the meter's program or the spreadsheet (.ppk2, .jls and .xlsx are none)"
)


@dataclass(frozen=True)
class Layout:
    """names: of the columns, lower case. first: a row's cells. rows: [start, stop) in bytes. decimals: to be tried."""

    columns: Columns
    names: tuple[str, ...]
    separator: str
    first: tuple[str, ...]
    rows: tuple[int, int]
    decimals: tuple[str, ...]


def find_layout(file: BinaryIO, where: str) -> Layout:
    """Raises HostError when it is no CSV of a meter."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    lines = [line for line, _ in lines_of(head)]
    if not "".join(lines).strip():
        raise HostError(f"{where} is empty, or no CSV")
    if "\0" in "".join(lines):
        raise HostError(f"{where} is no text", NO_TEXT)
    header = find_header(lines, where)
    rows = [cells for line in lines[header.line :] if (cells := cells_of(line, header.separator))]
    start = sum(size for _, size in lines_of(head)[: header.line])
    first = tuple(rows[0]) if rows else ()
    stop = rows_end(file, header.separator, len(first))
    decimals = decimals_in(rows[:-1] or rows, header.separator)
    width = max(len(header.names), len(first))
    columns = header.columns.wider(width)
    return Layout(columns, header.names, header.separator, first, (start, stop), decimals)


def decimals_in(rows: list[list[str]], separator: str) -> tuple[str, ...]:
    """What to try between a number's whole part and the rest. With commas between cells a comma may part thousands."""
    if separator != ",":
        return ".", ","
    commas = [cell for cells in rows for cell in cells if "," in cell]
    is_decimal = all(COMMA_NUMBER.fullmatch(cell) for cell in commas)
    return (",",) if commas and is_decimal and not all(map(THOUSANDS.fullmatch, commas)) else (".",)
