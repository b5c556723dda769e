"""A folder or a zip as files: their names, what is none of its files and why, and how to read one."""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from host.base.errors import HostError
from host.base.pictures import MOST_FILE_BYTES, SUFFIXES
from host.base.regular_files import Listing, UnreadableError, list_files, open_below, read_below

ReadName = Callable[[str], bytes]
TEXTS = (
    "txt",
    "xml",
    "json",
    "jsonl",
    "csv",
    "tsv",
    "md",
    "rst",
    "yaml",
    "yml",
    "toml",
    "ini",
    "log",
)
TABLES = ("parquet", "db", "npy", "npz", "cache", "cbor", "names", "data", "labels", "bib")
PROGRAMS = ("py", "ipynb", "sh", "cfg", "html", "pdf")
SIDECARS = frozenset(f".{suffix}" for suffix in (*TEXTS, *TABLES, *PROGRAMS))  # nobody misses them
CONVERT = "export them as JPEG or PNG"


def tree_files(path: Path) -> Listing:
    """Every file of a folder or zip that is no hidden one. Raises HostError when it is neither."""
    if path.is_dir():
        found = list_files(path)
        return Listing(tuple(n for n in found.names if not is_hidden(n)), found.left_out)
    with _open_zip(path) as archive:
        names, left_out = [], Counter[str]()
        for entry in archive.infolist():
            reason = _zip_reason(entry)
            if reason:
                left_out[reason] += 1
            elif not entry.is_dir() and not is_hidden(entry.filename):
                names.append(entry.filename)
        return Listing(tuple(sorted(set(names))), left_out)


@contextmanager
def reader(path: Path) -> Iterator[ReadName]:
    """A function name -> bytes, at most MOST_FILE_BYTES, for as long as the zip is open. It raises UnreadableError."""
    if path.is_dir():
        yield lambda name: read_below(path, name, MOST_FILE_BYTES)
        return
    with _open_zip(path) as archive:
        yield lambda name: _zip_bytes(archive, path, name)


@contextmanager
def stream(path: Path, name: str, most: int) -> Iterator[IO[bytes]]:
    """One file, opened for reading piece by piece. Raises UnreadableError, also when it is larger than `most`."""
    if path.is_dir():
        with open_below(path, name, most) as file:
            yield file
        return
    with _open_zip(path) as archive:
        _entry_info(archive, path, name, most)
        with archive.open(name) as packed:
            yield packed


def is_hidden(name: str) -> bool:
    """.DS_Store, ._a.jpg, __MACOSX/..., Thumbs.db: what systems leave behind."""
    parts = PurePosixPath(name).parts
    return any(p.startswith(".") or p == "__MACOSX" for p in parts) or ".." in parts


def not_a_picture(name: str) -> str | None:
    """Why a file is no picture that is read here; None for one that is, "" for what nobody takes for a picture."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in SUFFIXES:
        return None
    if suffix in SIDECARS:
        return ""
    return f"{suffix or 'without a suffix'} ({CONVERT})"


def left_out_line(left_out: Counter[str]) -> str:
    """For people, the most frequent first; "" when nothing was left out."""
    parts = [f"{count} {reason}" for reason, count in left_out.most_common()]
    return f"left out: {'; '.join(parts)}" if parts else ""


def _zip_reason(entry: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "links inside the zip (zip the files themselves)"
    return "encrypted (zip them without a password)" if entry.flag_bits & 1 else ""


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path) if path.is_file() else None
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise HostError(
            f"{path} is neither a folder nor a zip that can be read: {error}"
        ) from error
    if archive is None:
        raise HostError(f"{path} is neither a folder nor a zip that can be read")
    with archive:
        yield archive


def _zip_bytes(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    _entry_info(archive, path, name, MOST_FILE_BYTES)
    try:
        return archive.read(name)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise UnreadableError(
            f"{path}: {name} cannot be read ({error}): copy the zip again"
        ) from error


def _entry_info(archive: zipfile.ZipFile, path: Path, name: str, most: int) -> None:
    try:
        size = archive.getinfo(name).file_size
    except KeyError as error:
        raise UnreadableError(f"{path} lacks {name}, which its manifest names") from error
    if size > most:
        raise UnreadableError(f"{path}: {name} has {size >> 20} MB: at most {most >> 20} are read")
