"""A folder or a zip as files: their names, what is none of its files and why, and how to read one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from host.base.pictures import MOST_FILE_BYTES, SUFFIXES
from host.base.regular_files import Listing, list_files, open_below, read_below
from host.data.zip_files import open_zip

ReadName = Callable[[str], bytes]
TEXTS = ("txt", "xml", "json", "jsonl", "csv", "tsv", "md", "rst", "yaml", "yml", "toml", "log")
TABLES = ("parquet", "db", "npy", "npz", "cache", "cbor", "names", "data", "labels", "bib")
PROGRAMS = ("ini", "py", "ipynb", "sh", "cfg", "html", "pdf")
SIDECARS = frozenset(f".{suffix}" for suffix in (*TEXTS, *TABLES, *PROGRAMS))  # nobody misses them
CONVERT = "export them as JPEG or PNG"


def tree_files(path: Path) -> Listing:
    """Every file of a folder or zip that is no hidden one. Raises HostError when it is neither."""
    if path.is_dir():
        found = list_files(path)
        return Listing(tuple(n for n in found.names if not is_hidden(n)), found.left_out)
    with open_zip(path) as archive:
        names = tuple(name for name in archive.listing.names if not is_hidden(name))
        return Listing(names, archive.listing.left_out)


@contextmanager
def reader(path: Path) -> Iterator[ReadName]:
    """A function name -> bytes, at most MOST_FILE_BYTES, for as long as the zip is open. It raises UnreadableError."""
    if path.is_dir():
        yield lambda name: read_below(path, name, MOST_FILE_BYTES)
        return
    with open_zip(path) as archive:
        yield lambda name: archive.read(name, MOST_FILE_BYTES)


@contextmanager
def stream(path: Path, name: str, most: int) -> Iterator[IO[bytes]]:
    """One file, opened for reading piece by piece. Raises UnreadableError, also when it is larger than `most`."""
    if path.is_dir():
        with open_below(path, name, most) as file:
            yield file
        return
    with open_zip(path) as archive, archive.open(name, most) as packed:
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
