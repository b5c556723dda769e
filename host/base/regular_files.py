"""Files that others made: opened so that none can hang a tool, fill its memory, or lead out of its folder."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from host.base.errors import HostError
from host.base.open_flags import known
from host.base.refusals import remedy_of

LINK_OUT = "links that lead out of the folder (copy what they point to: cp -rL)"
LINKED_FOLDER = "links to a folder of the same set"
SAVED_LINK = "links that were saved as text (copy what they point to)"
NOT_UTF8 = "whose name is not UTF-8 (rename them: convmv -f cp1252 -t utf8 -r --notest FOLDER)"
NO_RIGHT = "that you may not read (chmod, their owner)"
NO_FOLDER = "folders that cannot be read"
NO_FILE = "pipes, sockets or devices"
NAMED = "give a file; save there what a pipe brings"
MOST_LINK_BYTES = 1024
MOST_MODEL_BYTES = 1 << 30
FLAGS = os.O_RDONLY | known("O_BINARY", "O_NONBLOCK")  # a FIFO without a writer would wait for ever
NO_LINK = known("O_NOFOLLOW")


class UnreadableError(HostError):
    """A file that cannot be read whole; the line says which and why."""


@dataclass(frozen=True)
class Listing:
    """names: the regular files below a folder, with forward slashes, sorted. left_out: why -> how many are not."""

    names: tuple[str, ...]
    left_out: Counter[str]


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a file that the user named; a link is followed. Raises UnreadableError, also beyond `most`."""
    return _read(path, str(path), most, 0)


def read_below(root: Path, name: str, most: int) -> bytes:
    """The bytes of a file of a set. Raises UnreadableError, also when a link leads out of `root`."""
    return _read(_inside(root, name), str(root / name), most, NO_LINK)


def model_bytes(path: Path) -> bytes:
    """As read_file, of a model: at most MOST_MODEL_BYTES."""
    return read_file(path, MOST_MODEL_BYTES)


def open_regular(path: Path) -> BinaryIO:
    """Unbuffered, of any size, for who reads piece by piece. Raises UnreadableError."""
    try:
        number = os.open(path, FLAGS)
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}", remedy_of(error)) from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UnreadableError(f"{path} is no regular file", NAMED)
    return os.fdopen(number, "rb", buffering=0)


@contextmanager
def open_file(path: Path, most: int) -> Iterator[BinaryIO]:
    """As read_file, for what does not fit into memory."""
    with _open(path, str(path), most, 0) as file:
        yield file


@contextmanager
def open_below(root: Path, name: str, most: int) -> Iterator[BinaryIO]:
    """As read_below, for what does not fit into memory."""
    with _open(_inside(root, name), str(root / name), most, NO_LINK) as file:
        yield file


def list_files(root: Path) -> Listing:
    """Every regular file below a folder. Links are followed to files inside it alone; no folder is entered twice."""
    top = os.path.realpath(root)
    names: list[str] = []
    left_out: Counter[str] = Counter()

    def refused(error: OSError) -> None:
        left_out[NO_RIGHT if isinstance(error, PermissionError) else NO_FOLDER] += 1

    for folder, folders, files in os.walk(root, onerror=refused):  # enters no linked folder
        for name in [*folders, *files]:
            path = Path(folder, name)
            reason = _reason(path, top)
            if reason is None and not _is_text(path.relative_to(root).as_posix()):
                reason = NOT_UTF8
            if reason:
                left_out[reason] += 1
            elif reason is None:
                names.append(path.relative_to(root).as_posix())
    return Listing(tuple(sorted(names)), left_out)


def _reason(path: Path, top: str) -> str | None:
    """Why an entry is no file of the set; None for one that is, "" for a folder."""
    try:
        if path.is_symlink():
            real = os.path.realpath(path)
            if not _is_below(real, top):
                return LINK_OUT
            if Path(real).is_dir():
                return LINKED_FOLDER
        mode = path.stat().st_mode
    except PermissionError:
        return NO_RIGHT
    except OSError:
        return "links to nothing"
    if stat.S_ISDIR(mode):
        return ""
    if not stat.S_ISREG(mode):
        return NO_FILE
    return SAVED_LINK if not path.suffix and _is_saved_link(path) else None


def _is_saved_link(path: Path) -> bool:
    """Git and zip programs without links write the target's name into a file."""
    try:
        text = path.read_bytes() if path.stat().st_size <= MOST_LINK_BYTES else b""
        target = text.decode().strip()
        return bool(target) and "\n" not in target and (path.parent / target).exists()
    except (OSError, ValueError):
        return False


def _is_text(name: str) -> bool:
    """False where Python had to keep bytes as halves of letters, which no manifest can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_below(path: str, top: str) -> bool:
    return Path(path).is_relative_to(top)


def _inside(root: Path, name: str) -> Path:
    top = os.path.realpath(root)
    path = os.path.realpath(Path(top, name))
    if not _is_below(path, top):
        raise UnreadableError(f"{root / name} leads out of {root}", "put the file itself there")
    return Path(path)


def _read(path: Path, name: str, most: int, flags: int) -> bytes:
    with _open(path, name, most, flags) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableError(f"{name} grows while it is read")
    return content


@contextmanager
def _open(path: Path, name: str, most: int, flags: int) -> Iterator[BinaryIO]:
    try:
        number = os.open(path, FLAGS | flags)
        with os.fdopen(number, "rb") as file:
            found = os.fstat(number)
            if not stat.S_ISREG(found.st_mode):
                remedy = "take it out of the folder" if flags & NO_LINK else NAMED
                raise UnreadableError(f"{name} is no regular file", remedy)
            if found.st_size > most:
                raise UnreadableError(
                    f"{name} has {found.st_size >> 20} MB: at most {most >> 20} are read"
                )
            yield file
    except OSError as error:
        raise UnreadableError(f"cannot read {name}: {error.strerror}", remedy_of(error)) from error
