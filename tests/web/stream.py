"""A scripted board that streams on request: as many frames as a test hands out, or at a pace."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from host.link.messages import Mode
from host.link.transport import PortLostError
from tests.link.fake_board import FakeBoard

ENDLESS_S = 0.05  # a page on the slowest machine keeps up, so that none of its answers is dropped
TURN_S = 0.002  # of frames that are counted: fewer than a page's queue holds
Shoot = Callable[[FakeBoard], bytes]


def wave(board: FakeBoard) -> bytes:
    """A frame whose score goes up and down."""
    return board.shoot(int(100 * math.sin(board.frame / 15)))


class StreamPort:
    """See host.link.transport.Port. A frame each turn while the board streams, at most `frames` of them."""

    def __init__(
        self,
        board: FakeBoard | None = None,
        frames: float = math.inf,
        turn_s: float | None = None,
        shoot: Shoot = wave,
    ) -> None:
        self.name = "a test"
        self.board = board or FakeBoard()
        self.output = bytearray()  # everything that left it
        self._left, self._shoot = frames, shoot
        self._turn_s = turn_s or (ENDLESS_S if frames == math.inf else TURN_S)
        self._answers = b""
        self._lock, self._there, self._lost = threading.Lock(), threading.Event(), False

    def read(self) -> bytes:
        """Answers, then a frame."""
        self._there.wait(self._turn_s)
        with self._lock:
            self._there.clear()
            if self._lost:
                raise PortLostError("the cable is out")
            data, self._answers = self._answers, b""
            if self.board.mode == Mode.STREAM and self._left > 0:
                self._left -= 1
                data += self._shoot(self.board)
            self.output += data
            return data

    def write(self, data: bytes) -> None:
        """The board answers at once."""
        with self._lock:
            if self._lost:
                raise PortLostError("the cable is out")
            self._answers += self.board.hear(data)
            self._there.set()

    @property
    def is_done(self) -> bool:
        """All frames were handed over."""
        return self._left <= 0

    def hand_out(self, frames: int) -> None:
        """So many more."""
        with self._lock:
            self._left += frames

    def restart(self) -> None:
        """Its reset button."""
        with self._lock:
            self._answers += self.board.restart()

    def pull(self) -> None:
        """The cable comes out, for good."""
        with self._lock:
            self._lost = True

    def close(self) -> None:
        """Nothing to free."""
