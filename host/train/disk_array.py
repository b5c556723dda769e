"""A run's pictures lie in a file without a name, not in memory: a million of them train in what a thousand need."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError

AT_ONCE = 4096  # pictures


def disk_array(shape: tuple[int, ...], folder: Path) -> NDArray[np.uint8]:
    """uint8 zeros of `shape`, mapped from a file that is gone when nobody holds the array any more, or is killed.

    folder: whose disk is taken; it need not be there yet. The pages are the system's cache of that file, so they are
    given back where memory is short. All of it is reserved now: a full disk is an error here and not SIGBUS later.
    Raises HostError with the size when the disk has not that much.
    """
    size = math.prod(shape)
    if not size:
        return np.zeros(shape, np.uint8)
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            _reserve(file.fileno(), size, place)
            mapped = np.memmap(file, np.uint8, "r+", shape=shape)
    except OSError as error:
        raise HostError(
            f"{place}: no room for {size / 1e9:.1f} GB of pictures ({error.strerror})",
            "free some, or give an --output on another disk",
        ) from error
    return mapped.view(np.ndarray)


def pixel_digest(pixels: NDArray[np.uint8], before: bytes = b"") -> hashlib._Hash:
    """SHA-256 of `before` and of every 64th pixel of uint8 (n, h, w, c), which names a set of pictures."""
    digest = hashlib.sha256(before)
    for start in range(0, len(pixels), AT_ONCE):
        digest.update(pixels[start : start + AT_ONCE, ::8, ::8].tobytes())
    return digest


def _reserve(file: int, size: int, place: Path) -> None:
    """Raises OSError."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
        return
    free = shutil.disk_usage(place).free  # macOS and Windows reserve nothing
    if free < size:
        raise OSError(28, f"{free / 1e9:.1f} GB are free")
    os.truncate(file, size)
