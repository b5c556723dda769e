"""A Port to a virtual board in this process. The cable can be pulled after any number of bytes, in either direction.

The guest runs while the host reads, as fast as it can: no test here may say anything about time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from host.link.transport import PortLostError
from host.virtual.local_port import LocalPort


class Cable:
    """What stays when a port dies: the board, and how many bytes the cable carries before it is pulled next."""

    def __init__(self, board: LocalPort, next_pull: Callable[[], int]) -> None:
        """next_pull: bytes until the cable is pulled, called at each new connection."""
        self.pulled = 0  # times
        self._board = board
        self._lock = threading.RLock()
        self._next_pull = next_pull
        self._left = 0

    def plug(self) -> CablePort:
        """A new connection; what the board said meanwhile is lost."""
        with self._lock:
            while self._board.has_bytes:
                self._board.read()
            self._left = self._next_pull()
        return CablePort(self)

    def to_host(self) -> bytes:
        """Lets the board run, and takes what it said."""
        with self._lock:
            return self._carry(self._board.read())

    def to_board(self, data: bytes) -> None:
        """Sends, as far as the cable goes."""
        with self._lock:
            self._board.write(self._carry(data))

    def _carry(self, data: bytes) -> bytes:
        carried = data[: self._left]
        self._left -= len(carried)
        return carried

    @property
    def is_pulled(self) -> bool:
        """Nothing goes through any more."""
        return self._left == 0


class CablePort:
    """One connection."""

    name = "cable"

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self._dead = False

    def read(self) -> bytes:
        """What arrived in a moment of guest time."""
        self._check()
        return self._cable.to_host()

    def write(self, data: bytes) -> None:
        """As far as the cable goes."""
        self._check()
        self._cable.to_board(data)

    def _check(self) -> None:
        if self._cable.is_pulled and not self._dead:
            self._dead = True
            self._cable.pulled += 1
        if self._dead:
            raise PortLostError(f"{self.name}: pulled")

    def close(self) -> None:
        """Nothing to free."""
        self._dead = True
