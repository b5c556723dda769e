"""Which programs have a serial port open. Linux tells by /proc, for processes that this user may look at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROC = Path("/proc")
MODEM_MANAGER = "ModemManager"


def programs_holding(path: str, proc: Path = PROC) -> tuple[str, ...]:
    """`name (pid)` of every other process with `path` open; empty where that cannot be known."""
    wanted = os.path.realpath(path)
    found = (f for f in _processes(proc) if f.name != str(os.getpid()) and _holds(f, wanted))
    return tuple(f"{_name(folder)} ({folder.name})" for folder in found)


def modem_manager_runs(proc: Path = PROC) -> bool:
    """ModemManager opens every new serial port of a kind that it does not know."""
    return any(_name(folder) == MODEM_MANAGER for folder in _processes(proc))


def _processes(proc: Path) -> list[Path]:
    if sys.platform != "linux" or not proc.is_dir():
        return []
    return sorted(folder for folder in proc.iterdir() if folder.name.isdigit())


def _holds(folder: Path, wanted: str) -> bool:
    try:
        return any(os.path.realpath(link) == wanted for link in (folder / "fd").iterdir())
    except OSError:  # ended meanwhile, or another user's
        return False


def _name(folder: Path) -> str:
    """What it is called; our own tools by their module."""
    try:
        words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        name = (folder / "comm").read_text(errors="replace").strip()
    except OSError:
        return "a program"
    tools = (word for word in words if word.startswith("host."))
    return next(tools, name)
