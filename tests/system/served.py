"""A virtual board on a TCP port, as `python -m host.virtual` runs one, for tests of tools."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from host.virtual.board import VirtualBoard
from host.virtual.scene import open_scene
from host.virtual.serve import BoardServer, Speed
from tests.system.board import FIRMWARE


@contextmanager
def served_board() -> Iterator[str]:
    """Its URL, while it runs as fast as it can."""
    board = VirtualBoard(FIRMWARE, open_scene("noise:1"), say=lambda line: None)
    server = BoardServer(board, speed=Speed.MAX)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join(10)
