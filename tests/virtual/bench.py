"""A virtual board with the probes in its flash: calls one probe, returns what it recorded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions
from host.virtual.registers import GENERAL, LR
from host.virtual.scene import Scene, open_scene
from tests.virtual.build_probes import PROBES

SECOND = 64_000_000


class Bench:
    """One board, shared by the tests within a test function."""

    def __init__(self, options: BoardOptions | None = None, scene: Scene | None = None) -> None:
        self.warnings: list[str] = []
        self.port = LocalPort(
            scene or open_scene("noise:1"), options, PROBES, say=self.warnings.append
        )
        self.board = self.port.board
        assert self.board.run_until(self.finished, SECOND // 100)

    @property
    def sent(self) -> bytes:
        """What the board sent since the last call."""
        return self.port.read() if self.port.has_bytes else b""

    def finished(self) -> bool:
        """Whether the probe returned."""
        return self.word("finished") == 1

    def word(self, name: str) -> int:
        """A variable of 4 bytes."""
        return int.from_bytes(self.board.read_symbol(name), "little")

    def words(self, name: str) -> npt.NDArray[np.uint32]:
        """A variable as uint32s."""
        return np.frombuffer(self.board.read_symbol(name), "<u4")

    def poke(self, name: str, data: bytes) -> None:
        """Writes a variable."""
        assert self.board.memory.write_ram(self.board.symbols[name][0], data)

    def start(self, probe: str, *arguments: int) -> None:
        """Calls a probe without waiting for it."""
        self.poke("finished", bytes(4))
        self.poke("result_count", bytes(4))
        symbols = self.board.symbols
        link = {LR: symbols["probe_finished"][0] | 1}
        self.board.cpu.write(link | dict(zip(GENERAL, arguments, strict=False)))
        self.board.jump(symbols[probe][0])

    def call(self, probe: str, *arguments: int, seconds: float = 1.0) -> list[int]:
        """Calls a probe and waits, in guest time; what it recorded."""
        self.start(probe, *arguments)
        return self.wait(probe, seconds)

    def wait(self, probe: str = "the probe", seconds: float = 1.0) -> list[int]:
        """Waits for a started probe."""
        assert self.board.run_until(self.finished, int(seconds * SECOND)), f"{probe} did not return"
        return [int(word) for word in self.words("results")[: self.word("result_count")]]

    def value(self, probe: str, *arguments: int, seconds: float = 1.0) -> int:
        """Calls a probe; what it returned in R0."""
        self.call(probe, *arguments, seconds=seconds)
        return self.word("returned")
