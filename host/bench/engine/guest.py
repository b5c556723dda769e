"""The firmware on a virtual board in this process, spoken to over its wire in guest time: every run is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.bench.engine.memory import NEEDED as FOOTPRINT_SYMBOLS
from host.bench.engine.response import Answer
from host.compiler.model import built_in_blob
from host.link.client import Client
from host.link.fault_advice import fault_text
from host.link.line import GUEST, Line
from host.link.messages import Fault, Hello, Profile, Setting
from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions

ANSWER_S = 0.1  # of the guest's time
NEEDED = (
    "default_model",
    "board_work_cycles",
    "stack_limit",
    "data_start",
    "data_end",
    *FOOTPRINT_SYMBOLS,
)


class Guest:
    """A virtual board whose camera sleeps; it infers what it is given."""

    hello: Hello

    def __init__(self, elf: Path) -> None:
        # Cycles of the engine, and of nothing beside it.
        port = LocalPort(options=BoardOptions(core_load=False), elf=elf)
        self.board = port.board
        self._client = Client(Line(port, GUEST, port.clock))
        missing = [name for name in NEEDED if name not in self.board.symbols]
        if missing:
            raise HostError(
                f"{elf} has no symbol {missing[0]}",
                "give the virtual board's firmware, as python -m tools.firmware builds it",
            )

    def built_in(self) -> bytes:
        """The packed model that the firmware brings."""
        return built_in_blob(
            self.board.memory.flash[self.board.symbols["default_model"][0] :].tobytes()
        )

    def start(self, model: bytes) -> None:
        """Boots with `model`. Raises HostError with the firmware's words when it refuses it."""
        if model != self.built_in():
            self.board.load_model(model)
        self.hello = self._client.meet()
        if self.hello.model_hash == 0:
            fault = self._client.expect(Fault, ANSWER_S)
            raise HostError(f"the firmware refuses the model: {fault_text(fault)}")
        self._client.set(Setting.PROFILE, 1)

    def infer(self, image: NDArray[np.uint8]) -> Answer:
        """Injects an image, uint8 (height, width, channels) as the model's input."""
        result = self._client.inject(image)
        return Answer(result, self._client.expect(Profile, ANSWER_S))
