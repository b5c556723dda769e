"""A folder that may not be read, for whoever the tests run as: root may read all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest


def forbid(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Listing any folder of that name is refused by the system from now on."""
    scan = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == name:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
