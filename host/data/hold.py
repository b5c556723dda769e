"""One writer at a time in a folder of pictures: two would lose each other's rows of the manifest.

The lock file is made by O_EXCL, so that of two who come at once one gets it, and names its process by number and start
(a number is used again). One whose process is gone is taken over, under a second lock: of two who find it dead, the
slower must not remove what the faster made.
"""

from __future__ import annotations

import contextlib
import enum
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from host.base.errors import HostError
from host.base.files import PRIVATE_FILE, cannot_write

LOCK = ".capturing"
TAKEOVER = ".capturing-takeover"
BEING_WRITTEN_S = 5.0  # an empty lock so young has an owner who has not signed yet
SAME_START_S = 2.0  # two readings of a process's start differ by less


class State(enum.Enum):
    """Of a lock: there is none, its process runs, its process is gone."""

    FREE = enum.auto()
    LIVE = enum.auto()
    DEAD = enum.auto()


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
    lock = folder / LOCK
    try:
        if _make(lock):
            return lock
        if _state(lock) is State.LIVE:
            raise HostError(
                f"{_owner(lock)} writes into {folder}", "end it, or give another folder"
            )
        return _take_over(lock, folder / TAKEOVER)
    except OSError as error:
        raise cannot_write(lock, error) from error


def _take_over(lock: Path, guard: Path) -> Path:
    """In place of a dead owner. Raises HostError when another process does the same now."""
    if not _make(guard):
        is_live = _state(guard) is not State.DEAD
        whose = "another process takes it over" if is_live else f"{guard} was left behind"
        raise HostError(f"{lock.parent} is locked, and {whose}", "try again, or delete that file")
    try:
        if _state(lock) is State.DEAD:  # and stays it: who makes one needs that there is none
            lock.unlink()
        if not _make(lock):
            raise HostError(
                f"{_owner(lock)} writes into {lock.parent}", "end it, or give another folder"
            )
    finally:
        guard.unlink(missing_ok=True)
    return lock


def _make(path: Path) -> bool:
    """The file in our name; False when it is there already."""
    # found before the file is made, as it takes a while: a kill leaves no lock without a name
    name = f"{os.getpid()} {_start_of(os.getpid()):.2f}".encode()
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return False
    try:
        os.write(number, name)
    finally:
        os.close(number)
    return True


def _state(path: Path) -> State:
    """By the process that a lock names; one that names none is dead."""
    try:
        text, age_s = path.read_text(), time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return State.FREE
    try:
        pid, _, started = text.partition(" ")
        found = _start_of(int(pid))
        is_live = bool(found) and (not started or abs(found - float(started)) < SAME_START_S)
    except ValueError:
        # a clock that was set back makes it young
        is_live = not text and abs(age_s) < BEING_WRITTEN_S
    return State.LIVE if is_live else State.DEAD


def _owner(path: Path) -> str:
    with contextlib.suppress(OSError):
        if pid := path.read_text().partition(" ")[0]:
            return f"process {pid}"
    return "another process"


def _start_of(pid: int) -> float:
    """Seconds, by a clock that nobody sets; 0 when there is no such process.

    Linux knows a process's start as seconds since the machine's, and makes a date of it by the clock of the moment.
    """
    import psutil

    booted = psutil.boot_time() if sys.platform == "linux" else 0.0
    try:
        return float(psutil.Process(pid).create_time()) - booted
    except psutil.Error:
        return 0.0
