"""A zip as files: names as their makers meant them, sizes bounded, damage in one line.

Windows programs wrote backslashes; macOS writes UTF-8 without the flag that says so (APPNOTE.TXT, section 4.4.4,
bit 11), which zipfile reads as code page 437.
"""

from __future__ import annotations

import contextlib
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from host.base.errors import HostError
from host.base.regular_files import Listing, UnreadableError

OUT = "whose path leads out of the zip"
ABSOLUTE = re.compile(r"/|[A-Za-z]:/")
TWICE = "whose name another file of the zip has, too"
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
DAMAGE = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
)


class Zip:
    """An open one. Names have forward slashes."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self._entries: dict[str, zipfile.ZipInfo] = {}
        left_out: Counter[str] = Counter()
        for entry in archive.infolist():
            name = _meant(entry)
            reason = _reason(entry) or (
                OUT if ABSOLUTE.match(name) or ".." in name.split("/") else ""
            )
            if not reason and name in self._entries:
                reason = TWICE
            if reason:
                left_out[reason] += 1
            elif not name.endswith("/"):
                self._entries[name] = entry
        self.listing = Listing(tuple(sorted(self._entries)), left_out)

    def read(self, name: str, most: int) -> bytes:
        """Raises UnreadableError, also when there are more than `most` bytes."""
        with self.open(name, most) as file:
            return file.read()

    @contextmanager
    def open(self, name: str, most: int) -> Iterator[IO[bytes]]:
        """As read, piece by piece."""
        entry = self._entries.get(name)
        if entry is None:
            lacks = f"{self._path} lacks {name}, which its manifest names"
            raise UnreadableError(lacks) from FileNotFoundError(name)
        if entry.file_size > most:
            size = entry.file_size >> 20
            raise UnreadableError(
                f"{self._path}: {name} has {size} MB: at most {most >> 20} are read"
            )
        try:
            with self._archive.open(entry) as file:
                yield file
        except DAMAGE as error:
            raise UnreadableError(
                f"{self._path}: {name} cannot be read ({error})", "copy the zip again"
            ) from error


@contextmanager
def open_zip(path: Path) -> Iterator[Zip]:
    """Raises HostError when it is none."""
    try:
        archive = zipfile.ZipFile(path) if path.is_file() else None
    except (*DAMAGE, ValueError) as error:
        raise HostError(
            f"{path} is neither a folder nor a zip that can be read: {error}"
        ) from error
    if archive is None:
        raise HostError(f"{path} is neither a folder nor a zip that can be read")
    with archive:
        yield Zip(archive, path)


def _meant(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & UTF8_FLAG and not name.isascii():
        with contextlib.suppress(UnicodeError):  # of a code page: 437, as the format has it
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _reason(entry: zipfile.ZipInfo) -> str:
    """Why an entry is none of the files; "" for one that is."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "links inside the zip (zip the files themselves)"
    return "encrypted (zip them without a password)" if entry.flag_bits & ENCRYPTED_FLAG else ""
