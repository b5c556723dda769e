"""manifest.csv as bytes: ours, and what a spreadsheet makes of it.

Read are commas, semicolons and tabs, any line ends, UTF-8 and UTF-16; another encoding where it finds the files that
the rows name; rows without their empty last cells. What could be read in two ways is refused by its line's number.
"""

from __future__ import annotations

import csv
import locale
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from host.base.csv_text import SEPARATORS, UTF16, csv_row, hinted_separator, unescaped
from host.base.errors import HostError
from host.data.manifest import (
    COLUMNS,
    Picture,
    Rows,
    is_cut_hash,
    picture_of,
    row_of,
    unread_hash,
    unread_line,
)

CSV_NAME = "manifest.csv"
MOST_BYTES = 256 << 20  # a million rows
CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gbk", "mac_roman")
Exists = Callable[[str], bool]


def parse_csv(content: bytes, name: str, exists: Exists = lambda path: False) -> Rows:
    """The rows of a CSV file. exists: whether a path of it is a file of the set.

    A last line that a write left unfinished is given as `torn`. Raises HostError naming the line that makes no sense.
    """
    if len(content) > MOST_BYTES:
        raise HostError(f"{name} has {len(content) >> 20} MB: a manifest has at most 256")
    text = _plain_ends(_unicode(content))
    if text is not None:
        return _rows(text, name)
    for page in dict.fromkeys((locale.getpreferredencoding(False), *CODE_PAGES)):
        rows = _as_code_page(content, page, name, exists)
        if rows is not None:
            note = f"{name} is not UTF-8: read as {page}, in which it names files that are there"
            return replace(rows, notes=(note, *rows.notes))
    line = content[: _first_not_utf8(content)].count(b"\n") + 1
    raise HostError(
        f"{name} line {line} is not UTF-8, and its encoding cannot be told",
        'save it in the spreadsheet as "CSV UTF-8"',
    )


def header_line(pictures: Iterable[Picture] = ()) -> bytes:
    """The first line of a CSV for these pictures, with its line break."""
    extra = tuple((name, "") for name in extra_columns(pictures))
    return csv_row(row_of(Picture("", "", more=extra))).encode()


def csv_line(picture: Picture, extra: Sequence[str] = ()) -> bytes:
    """A picture's row with its line break; extra: the columns that are not ours, as in the header."""
    have = dict(picture.more)
    filled = tuple((name, have.get(name, "")) for name in extra)
    return csv_row(row_of(replace(picture, more=filled)).values()).encode()


def csv_bytes(pictures: Sequence[Picture]) -> bytes:
    """A whole manifest.csv, in the order given."""
    extra = extra_columns(pictures)
    return header_line(pictures) + b"".join(csv_line(picture, extra) for picture in pictures)


def extra_columns(pictures: Iterable[Picture]) -> list[str]:
    """Columns that are not ours, in the order of their first appearance."""
    return list(dict.fromkeys(name for picture in pictures for name, _ in picture.more))


def _unicode(content: bytes) -> str | None:
    """The text where its encoding is beyond doubt. The end of a write that was cut off may be half a character."""
    try:
        if content.startswith(UTF16):
            return content.decode("utf-16")
        whole = content.rfind(b"\n") + 1
        if not whole:
            return content.decode("utf-8-sig")
        tail = content[whole:].decode("utf-8", errors="ignore")
        return content[:whole].decode("utf-8-sig") + tail
    except UnicodeDecodeError:
        return None


def _as_code_page(content: bytes, page: str, name: str, exists: Exists) -> Rows | None:
    """The rows, where every path with letters beyond ASCII is a file in this encoding, and there is such a path."""
    try:
        rows = _rows(_plain_ends(content.decode(page)) or "", name)
    except (UnicodeDecodeError, LookupError, HostError):
        return None
    telling = [p.path for p in rows.pictures if not p.path.isascii()]
    return rows if telling and all(exists(path) for path in telling) else None


def _first_not_utf8(content: bytes) -> int:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _plain_ends(text: str | None) -> str | None:
    return text.replace("\r\n", "\n").replace("\r", "\n") if text is not None else None


def _rows(text: str, name: str) -> Rows:
    lines = text.split("\n")
    tail = lines.pop()  # "" where the last line has its end
    if not lines:
        lines, tail = [tail], ""
    separator, skipped = _separator(lines, name)
    columns = _columns(lines[skipped], separator, name)
    rows = _cells(lines[skipped + 1 :], separator, name, skipped + 2)
    read = [(n, _named(cells, columns, f"{name} line {n}")) for n, cells in rows]
    last = _last(tail, separator, columns, name)
    pictures: dict[str, Picture] = {}
    named = 0
    unread: list[tuple[str, str]] = []
    for number, row in (*read, (len(lines) + 1, last)):
        if row is None:
            continue
        named += 1
        picture = _picture(row, f"{name} line {number}")
        same = pictures.setdefault(picture.path, picture)
        if same != picture:
            what = "two labels" if same.label != picture.label else "two rows that differ"
            raise HostError(f"{name} line {number}: {picture.path} has {what}", "delete one row")
        if (text := unread_hash(row)) and not (row is last and is_cut_hash(text)):
            unread.append((f"line {number}", text))
    twice = named - len(pictures)
    lost = unread_line(unread, name)
    notes = (f"{name} has {twice} rows twice: taken once" if twice else "", lost)
    torn = "" if last else tail.strip("\0 ")
    return Rows(tuple(pictures.values()), torn, tuple(note for note in notes if note), lost)


def _separator(lines: Sequence[str], name: str) -> tuple[str, int]:
    """(separator, lines before the header)."""
    skipped = int(hinted_separator(lines[0]) is not None)
    header = lines[skipped] if skipped < len(lines) else ""
    found = max(SEPARATORS, key=header.count)
    names = [] if "\0" in header else _names(header, found)
    if not {"path", "label"} <= set(names):
        raise HostError(
            f"{name} is no manifest: its first line must name the columns, path and label among "
            f"them, and is {header[:60]!r}"
        )
    return found, skipped


def _names(header: str, separator: str) -> list[str]:
    """Of the columns; ours are known in any case."""
    cells = [
        unescaped(cell.strip()) for cell in next(csv.reader([header], delimiter=separator), [])
    ]
    return [cell.lower() if cell.lower() in COLUMNS else cell for cell in cells]


def _columns(header: str, separator: str, name: str) -> list[str]:
    columns = _names(header, separator)
    twice = [column for column in columns if column and columns.count(column) > 1]
    if twice:
        raise HostError(f"{name} names the column {twice[0]} twice", "rename one")
    return columns


def _cells(
    lines: Sequence[str], separator: str, name: str, first: int
) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, cells) of each row. Raises HostError for a quote that does not end."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator, strict=True)
    while True:
        number = first + reader.line_num
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise HostError(f"{name} line {number} is no row that can be read: {error}") from error


def _named(cells: list[str], columns: Sequence[str], where: str) -> dict[str, str] | None:
    """Column -> text; None for an empty line. A spreadsheet leaves out empty last cells, and adds some."""
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) > len(columns):
        raise HostError(
            f"{where} has {len(cells)} cells, the first line {len(columns)}: "
            "a separator inside a text needs quotes around it"
        )
    if any("\0" in cell for cell in cells):
        raise HostError(f"{where} holds zero bytes", "restore the line, or delete it")
    filled = [unescaped(cell) for cell in cells] + [""] * (len(columns) - len(cells))
    return dict(zip(columns, filled, strict=True))


def _picture(row: dict[str, str], where: str) -> Picture:
    try:
        return picture_of(row)
    except ValueError as error:
        raise HostError(f"{where}: {error}") from error


def _last(tail: str, separator: str, columns: Sequence[str], name: str) -> dict[str, str] | None:
    """The row of a last line that does not end; None for one that was cut off, or is empty."""
    try:
        rows = list(_cells([tail], separator, name, 1)) if tail.strip() else []
        if rows and len(rows[0][1]) == len(columns):
            row = _named(rows[0][1], columns, name)
            return row if row and _picture(row, name) else None
    except HostError:
        return None
    return None
