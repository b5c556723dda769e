"""A virtual board in this process as a Port: reading runs the guest, in its own time, as fast as it can.

Nothing else lets its time pass, so that every run is the same. For tools that measure, and for tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.base.places import PREBUILT
from host.virtual.board import VirtualBoard
from host.virtual.observer import say_on_stderr
from host.virtual.options import BoardOptions
from host.virtual.scene import Scene, Synthetic
from host.virtual.tally import conditions

SLICE_CYCLES = CLOCK_HZ // 1000  # the most that one read lets pass


class LocalPort:
    """See host.link.transport.Port. `board` is for who looks at more than its port."""

    waits_for_reader = True  # the board stands still meanwhile

    def __init__(
        self,
        scene: Scene | None = None,
        options: BoardOptions | None = None,
        elf: Path = PREBUILT,
        slice_cycles: int = SLICE_CYCLES,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        """say: where the board's warnings go."""
        self._arrived, self._sent = bytearray(), list[bytes]()
        self._lock = threading.Lock()
        self._slice_cycles = slice_cycles
        self.board = VirtualBoard(elf, scene or Synthetic(), options, self.arrive, say)
        self.name = f"virtual board in this process ({conditions(self.board)})"

    @property
    def has_bytes(self) -> bool:
        """The board said something that was not read yet: a read lets no time pass."""
        return bool(self._arrived)

    def clock(self) -> float:
        """Guest seconds since the board's start."""
        return self.board.cycles / CLOCK_HZ

    def read(self) -> bytes:
        """What the board says: within a slice of its time, or as soon as it says something."""
        with self._lock:
            sent, self._sent = self._sent, []
        for data in sent:
            self.board.send(data)
        self.board.run_until_output(lambda: bool(self._arrived), self._slice_cycles)
        data = bytes(self._arrived)
        self._arrived.clear()
        return data

    def write(self, data: bytes) -> None:
        """Arrives when the board runs on."""
        with self._lock:
            self._sent.append(data)

    def arrive(self, data: bytes) -> None:
        """The board said this; a read gives it out."""
        self._arrived += data

    def close(self) -> None:
        """There is nothing to free."""
