"""Everything that runs on the PC. `from host import open_board` is its Python API (docs/API.md).

To import it changes and loads nothing: the names below are looked up when they are used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from host.base.errors import HostError
    from host.board import Board, Inference, open_board
    from host.samples import Sample

__all__ = ["Board", "HostError", "Inference", "Sample", "open_board"]

_HOMES = {
    "Board": "host.board",
    "HostError": "host.base.errors",
    "Inference": "host.board",
    "Sample": "host.samples",
    "open_board": "host.board",
}


def __getattr__(name: str) -> object:
    """The public names, on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'host' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
