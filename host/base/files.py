"""Writing pictures and manifests: beside their place and renamed there, for the owner's eyes only."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.open_flags import known

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
MOST_NAME = 60  # characters of a label in a folder's name
WRITING = os.O_RDWR | os.O_CREAT | os.O_TRUNC | known("O_NOFOLLOW", "O_BINARY")
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # names Windows keeps


def private_folder(path: Path) -> None:
    """Makes a folder that only its owner reads, and those above it. One that is there stays as it is."""
    try:
        for folder in (*reversed(path.parents), path):
            if not folder.is_dir():
                folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
    except OSError as error:
        raise HostError(f"cannot make {path}: {error.strerror}", "give another folder") from error


def write_private(path: Path, content: bytes) -> None:
    """Replaces `path`, whole or not at all, on the disk when it returns. Raises HostError, leaving nothing behind."""
    with private_file(path) as file:
        file.write(content)


def write_again(path: Path, content: bytes) -> None:
    """As write_private, for a file that one command writes again and again: what a killed one left beside it goes."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if _is_gone(left.suffix[1:]):
            with contextlib.suppress(OSError):
                left.unlink()
    write_private(path, content)


def _is_gone(process: str) -> bool:
    """True of the number of a process that is no more. Windows has no harmless way to ask."""
    if os.name != "posix" or not re.fullmatch(r"[1-9]\d{0,8}", process):
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """As write_private, for what does not fit into memory: it takes the place of `path` when all went well."""
    try:
        with placed_file(path) as file:
            yield file
    except OSError as error:
        raise cannot_write(path, error) from error


@contextlib.contextmanager
def placed_file(path: Path) -> Iterator[BinaryIO]:
    """As private_file, for who has words of their own for an OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        number = os.open(temporary, WRITING, PRIVATE_FILE)
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):  # it is renamed, or was never there
            temporary.unlink()


def require_place(path: Path) -> None:
    """Before long work: raises HostError where no file could be written at `path` after it."""
    if path.is_dir():
        raise HostError(f"{path} is a folder", "give a file's name")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise cannot_write(path, error) from error


def new_private_text(path: Path) -> TextIO:
    """A file to be written line by line, which keeps what was written so far. Raises OSError, also where one is."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    return os.fdopen(os.open(path, flags, PRIVATE_FILE), "w", newline="", encoding="utf-8")


def cannot_write(path: Path, error: OSError) -> HostError:
    """What to raise, with what helps."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return HostError(
            f"the disk is full: {path.name} was not kept, all before it is", "free some space"
        )
    return HostError(f"cannot write {path}: {error.strerror}", "give another folder")


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """uint8 (H, W, 1) grey or (H, W, 3) RGB -> a PNG file, lossless."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).save(file, "PNG")
    return file.getvalue()


def folder_name(label: str, allowed: str = r"\w.+-") -> str:
    """A label as the name of a folder on any system; allowed: characters of a regular expression's set.

    Labels of different classes have different names: where more than white space was replaced, a hash is appended.
    """
    plain = re.sub(r"\s+", "_", label.strip())
    name = re.sub(rf"[^{allowed}]+", "_", plain).strip(".")[:MOST_NAME]
    if not name or RESERVED.match(name.split(".")[0]):
        name = f"_{name}"
    return name if name == plain else f"{name}_{hashlib.sha256(label.encode()).hexdigest()[:8]}"
