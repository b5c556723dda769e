"""A meter's file as text: its bytes, its lines, their cells, and where the last whole line ends."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from host.base.csv_text import UTF16
from host.base.errors import HostError
from host.base.regular_files import open_regular

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TAIL_BYTES = 4096
MOST_BYTES_UTF16 = 256 << 20


def open_text(path: Path) -> BinaryIO:
    """The file as UTF-8, without a byte order mark in front where it was UTF-16. Raises OSError, HostError."""
    file = open_regular(path)
    if file.read(2) not in UTF16:
        file.seek(0)
        return file
    with file:
        if file.seek(0, os.SEEK_END) > MOST_BYTES_UTF16:
            raise HostError(f"{path} is UTF-16 and larger than 256 MB", "save it as UTF-8")
        file.seek(0)
        content = file.read(MOST_BYTES_UTF16)
    return io.BytesIO(content.decode("utf-16", errors="replace").encode())


class Part(io.RawIOBase):
    """Bytes start..stop-1 of a file, to be read once."""

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        super().__init__()
        self._file, self._left = file, max(0, stop - start)
        file.seek(start)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """See io."""
        room = memoryview(buffer)
        content = self._file.read(min(len(room), self._left))
        room[: len(content)] = content
        self._left -= len(content)
        return len(content)


def lines_of(head: bytes) -> list[tuple[str, int]]:
    """(text, bytes with its end) of each line."""
    parts = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", head)
    return [(text_of(part), len(part)) for part in parts]


def text_of(line: bytes) -> str:
    """Without its end. UTF-8, else Windows' code page; nothing is refused."""
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:  # a micro sign of Windows
        return line.decode("cp1252", errors="replace").rstrip("\r\n")


def cells_of(line: str, separator: str) -> list[str]:
    """Without blanks around them; none where a quoted cell has no end."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def rows_end(file: BinaryIO, separator: str, count: int) -> int:
    """Where the last whole line ends. One without a line end counts where it is as long as the one before."""
    size = file.seek(0, os.SEEK_END)
    file.seek(-min(size, TAIL_BYTES), os.SEEK_END)
    tail = file.read()
    lines = lines_of(tail)
    if len(lines) < 2 or tail.endswith((b"\r", b"\n")):
        return size
    before, last = (cells_of(text, separator) for text, _ in lines[-2:])
    is_whole = len(last) == count and bool(before) and _digits(last[-1]) == _digits(before[-1])
    return size if is_whole else size - lines[-1][1]


def _digits(cell: str) -> tuple[int, int]:
    """(numbers around the point, digits of the last one)."""
    parts = re.split("[.,]", cell)
    return len(parts), len(parts[-1])
