"""Machine code on disk, in a folder named after all files that take part and after the machine.

When one of them changes, all is compiled anew, and what was compiled before goes. Others may use or remove the same
folder at any time: what cannot be read is compiled, what cannot be written is compiled again the next time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from host.virtual.native import machine

HERE = Path(__file__).resolve().parent
NAME_DIGITS = 16
FOLDER = re.compile(f"[0-9a-f]{{{NAME_DIGITS}}}")
# folders in the temporary one: each checkout and environment of a user has its own
MOST_ELSEWHERE = 4
WRITTEN_S = 3600  # no file takes so long to be written: who wrote it was killed


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
        is_here = parent.parent == HERE
        if os.access(parent / name, os.W_OK) and (is_here or _is_ours(parent)):
            _sweep(parent / name, 1 if is_here else MOST_ELSEWHERE)
            return parent / name
    return None


def _sweep(present: Path, most: int) -> None:
    """Leaves so many folders, the present one and those used last, and nothing half written in it."""
    with contextlib.suppress(OSError):
        os.utime(present)
        others = [p for p in present.parent.iterdir() if FOLDER.fullmatch(p.name) and p != present]
        for old in sorted(others, key=_used, reverse=True)[most - 1 :]:
            shutil.rmtree(old, ignore_errors=True)
        for file in present.iterdir():
            if file.suffix != ".o" and _used(file) < time.time() - WRITTEN_S:
                file.unlink()


def _used(path: Path) -> float:
    """When, in seconds since 1970; 0 when another swept it just now."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


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
    data = _read(path) if path else b""
    digest, code = data[:32], data[32:]
    if code and hashlib.sha256(code).digest() == digest:
        return code
    code = machine.compile_module(write())
    if path:
        _keep(path, hashlib.sha256(code).digest() + code)
    return code


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _keep(path: Path, data: bytes) -> None:
    """Whole or not at all: others may start at the same time."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
    except OSError:
        pass  # compiled again the next time
