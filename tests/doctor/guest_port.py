"""A Port to a virtual board in this process: reading runs the guest, whose clock is the doctor's."""

from __future__ import annotations

import threading
from pathlib import Path

from host.doctor.examine import examine_port
from host.doctor.finding import Finding, Verdict, completed
from host.virtual.board import CLOCK_HZ, VirtualBoard
from host.virtual.options import BoardOptions
from host.virtual.scene import open_scene
from host.virtual.server import PREBUILT

SLICE_CYCLES = CLOCK_HZ // 500


class GuestPort:
    """The board runs while the link's thread reads, and only then."""

    def __init__(
        self, options: BoardOptions | None = None, elf: Path = PREBUILT, scene: str = "default"
    ) -> None:
        self.name = "guest"
        self._out = bytearray()
        self._in: list[bytes] = []
        self._lock = threading.Lock()
        self.board = VirtualBoard(elf, open_scene(scene), options, self._out.extend)

    def clock(self) -> float:
        """Seconds since the board's start."""
        return self.board.cycles / CLOCK_HZ

    def read(self) -> bytes:
        """What the board says within two of its milliseconds."""
        with self._lock:
            waiting, self._in = self._in, []
        for data in waiting:
            self.board.send(data)
        self.board.run(SLICE_CYCLES)
        said = bytes(self._out)
        self._out.clear()
        return said

    def write(self, data: bytes) -> None:
        """Arrives with the next slice."""
        with self._lock:
            self._in.append(data)

    def close(self) -> None:
        """Nothing to free."""


def examine(options: BoardOptions | None = None, elf: Path = PREBUILT) -> dict[str, Finding]:
    """The findings of such a board, by check."""
    port = GuestPort(options, elf)
    found = examine_port(lambda: port, False, lambda line: None, port.clock)
    return {finding.name: finding for finding in completed(found)}


def failures(findings: dict[str, Finding]) -> list[str]:
    """The checks that failed."""
    return [f.name for f in findings.values() if f.verdict is Verdict.FAIL]
