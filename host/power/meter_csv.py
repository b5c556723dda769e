"""A meter's CSV as programs and spreadsheets write it: where its rows begin and end, and how its numbers are written.

Read are commas, semicolons and tabs, decimal commas, UTF-8 and UTF-16, lines in front of the header (Joulescope's
statistics have it behind a `#`), units in a row of their own, and a last line that was cut off.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from host.base.csv_text import SEPARATORS, UTF16, hinted_separator
from host.base.errors import HostError
from host.power.columns import UNITS, Columns, header_names, is_header, parse_header

HEAD_BYTES = 16_384
TAIL_BYTES = 4096
MOST_BYTES_UTF16 = 256 << 20
HEAD_LINES = 100
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
COMMA_NUMBER = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?")
NO_TEXT = (
    "export it as CSV from the meter's program or the spreadsheet (.ppk2, .jls and .xlsx are none)"
)
NAMES = "begin with a line like time_ms,voltage_v,current_ma"


@dataclass(frozen=True)
class Layout:
    """names: of the columns, lower case. first: a row's cells. rows: [start, stop) in bytes. decimals: to be tried."""

    columns: Columns
    names: tuple[str, ...]
    separator: str
    first: tuple[str, ...]
    rows: tuple[int, int]
    decimals: tuple[str, ...]


@dataclass(frozen=True)
class _Header:
    columns: Columns
    names: tuple[str, ...]
    separator: str
    line: int  # the first one behind it


def open_text(path: Path) -> BinaryIO:
    """The file as UTF-8, without a byte order mark in front where it was UTF-16. Raises OSError, HostError."""
    file = path.open("rb")
    if file.read(2) not in UTF16:
        file.seek(0)
        return file
    with file:
        file.seek(0)
        content = file.read(MOST_BYTES_UTF16 + 1)
    if len(content) > MOST_BYTES_UTF16:
        raise HostError(f"{path} is UTF-16 and larger than 256 MB", "save it as UTF-8")
    return io.BytesIO(content.decode("utf-16", errors="replace").encode())


def find_layout(file: BinaryIO, where: str) -> Layout:
    """Raises HostError when it is no CSV of a meter."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    lines = [line for line, _ in _lines(head)]
    if not "".join(lines).strip():
        raise HostError(f"{where} is empty, or no CSV")
    if "\0" in "".join(lines):
        raise HostError(f"{where} is no text", NO_TEXT)
    header = _header(lines, where)
    rows = [cells for line in lines[header.line :] if (cells := _cells(line, header.separator))]
    start = sum(size for _, size in _lines(head)[: header.line])
    first = tuple(rows[0]) if rows else ()
    stop = _stop(file, header.separator, len(first))
    decimals = _decimals(rows[:-1] or rows, header.separator)
    width = max(len(header.names), len(first))
    columns = header.columns.wider(width)
    return Layout(columns, header.names, header.separator, first, (start, stop), decimals)


class Part(io.BufferedIOBase):
    """Bytes start..stop-1 of a file, to be read once."""

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        super().__init__()
        self._file, self._left = file, max(0, stop - start)
        file.seek(start)

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """See io."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        content = self._file.read(wanted)
        self._left -= len(content)
        return content


def _lines(head: bytes) -> list[tuple[str, int]]:
    """(text, bytes with its end) of each line."""
    parts = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", head)
    return [(_text(part), len(part)) for part in parts]


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:  # a micro sign of Windows
        return line.decode("cp1252", errors="replace").rstrip("\r\n")


def _header(lines: list[str], where: str) -> _Header:
    """The last line in front of the first row that names a current."""
    found: _Header | None = None
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
) -> _Header | None:
    """None where the row below has more cells: a line of talk."""
    separator = hinted or max(SEPARATORS, key=text.count)
    names = header_names(text, separator)
    below = [k for k in range(number + 1, len(lines)) if lines[k].strip("\ufeff ,;\t#")]
    units = _units(_cells(lines[below[0]], separator), len(names)) if below else None
    if units:
        names = [
            f"{name} ({unit})" if unit else name for name, unit in zip(names, units, strict=True)
        ]
        below.pop(0)
    columns = parse_header(names, where)
    row = _cells(lines[below[0]], separator) if below else []
    while len(row) > len(names) and not row[-1]:
        row.pop()
    if len(row) > len(names) and is_header(lines[below[0]]) is False:
        raise HostError(
            f"{where}: the header names {len(names)} columns, the first row has {len(row)}"
        )
    return _Header(columns, tuple(names), separator, below[0] if below else len(lines))


def _units(cells: list[str], count: int) -> list[str] | None:
    """A row that holds nothing but units."""
    plain = [cell.strip("()[] ").casefold() for cell in cells]
    is_row = len(plain) == count and any(plain) and all(not cell or cell in UNITS for cell in plain)
    return plain if is_row else None


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def _decimals(rows: list[list[str]], separator: str) -> tuple[str, ...]:
    """What to try between a number's whole part and the rest. With commas between cells a comma may part thousands."""
    if separator != ",":
        return ".", ","
    commas = [cell for cells in rows for cell in cells if "," in cell]
    is_decimal = all(COMMA_NUMBER.fullmatch(cell) for cell in commas)
    return (",",) if commas and is_decimal and not all(map(THOUSANDS.fullmatch, commas)) else (".",)


def _stop(file: BinaryIO, separator: str, count: int) -> int:
    """Where the last whole line ends. One without a line end counts where it is as long as the one before."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read()
    ends = [match.end() for match in re.finditer(rb"\r\n|\r|\n", tail)]
    if not ends or ends[-1] == len(tail):
        return size
    last = _cells(_text(tail[ends[-1] :]), separator)
    before = _cells(_text(tail[ends[-2] if len(ends) > 1 else 0 : ends[-1]]), separator)
    is_whole = len(last) == count and bool(before) and _digits(last[-1]) == _digits(before[-1])
    return size if is_whole else size - len(tail) + ends[-1]


def _digits(cell: str) -> tuple[int, int]:
    """(numbers around the point, digits of the last one)."""
    parts = re.split("[.,]", cell)
    return len(parts), len(parts[-1])
