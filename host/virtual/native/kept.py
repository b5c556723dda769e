"""Machine code on disk, in a folder named after all files that take part and after the machine.

When one of them changes, all is compiled anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from host.virtual.native import machine

HERE = Path(__file__).resolve().parent
NAME_DIGITS = 16


@functools.cache
def cache_folder() -> Path | None:
    """Beside this file, or in the user's own temporary folder; None: nowhere."""
    digest = hashlib.sha256(repr((machine.version, machine.target())).encode())
    for path in [*sorted(HERE.glob("*.py")), HERE.parent / "words.py"]:
        digest.update(path.read_bytes())
    name = digest.hexdigest()[:NAME_DIGITS]
    for parent in (HERE / "__pycache__", _own_temporary()):
        try:
            (parent / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent / name, os.W_OK) and (parent.parent == HERE or _is_ours(parent)):
            return parent / name
    return None


def _own_temporary() -> Path:
    """A folder that is ours alone, if nobody was there first."""
    if not hasattr(os, "getuid"):
        return Path(tempfile.gettempdir()) / "virtual-board"  # Windows has a folder for each user
    path = Path(tempfile.gettempdir()) / f"virtual-board-{os.getuid()}"
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700)
    return path


def _is_ours(folder: Path) -> bool:
    """What lies in it is run: in a folder for everybody another may have made it, or may write there."""
    if not hasattr(os, "getuid"):
        return True
    about = folder.lstat()
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o022


def machine_code(name: str, write: Callable[[], str]) -> bytes:
    """An object file: the one that was kept under this name, else that of the module that `write` gives."""
    folder = cache_folder()
    path = folder / f"{name}.o" if folder else None
    if path and path.is_file():
        digest, code = path.read_bytes()[:32], path.read_bytes()[32:]
        if hashlib.sha256(code).digest() == digest:
            return code
    code = machine.compile_module(write())
    if path:
        _keep(path, hashlib.sha256(code).digest() + code)
    return code


def _keep(path: Path, data: bytes) -> None:
    """Whole or not at all: others may start at the same time."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
    except OSError:
        pass  # compiled again the next time
