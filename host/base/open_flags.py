"""Flags of os.open that not every system has."""

from __future__ import annotations

import os


def known(*names: str) -> int:
    """Those that this system has, together: O_BINARY is Windows', O_NOFOLLOW and O_NONBLOCK are the others'."""
    return sum(getattr(os, name, 0) for name in names)
