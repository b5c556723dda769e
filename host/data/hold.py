"""One writer at a time in a folder of pictures: two would lose each other's rows of the manifest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from host.base.errors import HostError
from host.base.files import write_private

LOCK = ".capturing"


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is ours meanwhile. Raises HostError when another process writes into it."""
    lock = take(folder)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def take(folder: Path) -> Path:
    """The lock file, now ours. One whose process is gone is taken over. Raises HostError."""
    import psutil

    path = folder / LOCK
    try:
        owner = int(path.read_text()) if path.exists() else 0
    except (OSError, ValueError):
        owner = 0
    if owner and owner != os.getpid() and psutil.pid_exists(owner):
        raise HostError(f"process {owner} writes into {folder}: end it, or give another folder")
    write_private(path, str(os.getpid()).encode())
    return path
