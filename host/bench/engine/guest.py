"""The firmware on a virtual board in this process, spoken to over its wire in guest time: every run is the same."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.records import Message
from host.bench.engine.memory import NEEDED as FOOTPRINT_SYMBOLS
from host.bench.engine.response import Answer
from host.compiler.model import built_in_blob
from host.link.fault_advice import fault_text
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import (
    INJECT_CHUNK_BYTES,
    Ack,
    Fault,
    Hello,
    Inject,
    Profile,
    Result,
    Set,
    Setting,
    Status,
)
from host.virtual.board import CLOCK_HZ, VirtualBoard
from host.virtual.options import BoardOptions
from host.virtual.scene import Synthetic

START_CYCLES = CLOCK_HZ
ANSWER_CYCLES = CLOCK_HZ // 10
INFERENCE_CYCLES = 60 * CLOCK_HZ
NEEDED = (
    "default_model",
    "board_cycles",
    "stack_limit",
    "data_start",
    "data_end",
    *FOOTPRINT_SYMBOLS,
)

M = TypeVar("M", bound=Message)


class Guest:
    """A virtual board whose camera sleeps; it infers what it is given."""

    hello: Hello

    def __init__(self, elf: Path) -> None:
        self._inbox = Inbox()
        self._heard: list[Message] = []
        self._sequence = 0
        # Cycles of the engine, and of nothing beside it.
        alone = BoardOptions(core_load=False)
        self.board = VirtualBoard(elf, Synthetic(), alone, received=self._receive)
        missing = [name for name in NEEDED if name not in self.board.symbols]
        if missing:
            raise HostError(
                f"{elf} has no symbol {missing[0]}: give the virtual board's firmware, "
                "as python -m tools.firmware builds it"
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
        self.hello = self._wait(Hello, START_CYCLES)
        if self.hello.model_hash == 0:
            fault = self._wait(Fault, ANSWER_CYCLES)
            raise HostError(f"the firmware refuses the model: {fault_text(fault)}")
        self._command(Set(Setting.PROFILE, 1))

    def infer(self, image: NDArray[np.uint8]) -> Answer:
        """Injects an image, uint8 (height, width, channels) as the model's input."""
        pixels = image.tobytes()
        for offset in range(0, len(pixels), INJECT_CHUNK_BYTES):
            piece = pixels[offset : offset + INJECT_CHUNK_BYTES]
            self._command(Inject(offset, len(pixels), piece))
        result = self._wait(Result, INFERENCE_CYCLES)
        return Answer(result, self._wait(Profile, ANSWER_CYCLES))

    def _command(self, command: Message) -> None:
        self.board.send(encode_packet(command.ID, self._sequence, command.pack()))
        self._sequence += 1
        ack = self._wait(Ack, ANSWER_CYCLES)
        if ack.status != Status.OK:
            raise HostError(f"the firmware refuses {command}: {Status(ack.status).name}")

    def _wait(self, kind: type[M], cycles: int) -> M:
        """The next message of that kind."""
        found: list[M] = []

        def arrived() -> bool:
            found.extend(m for m in self._heard if isinstance(m, kind))
            return bool(found)

        if not self.board.run_until(arrived, cycles):
            raise HostError(
                f"the virtual board sent no {kind.__name__} in {cycles / CLOCK_HZ:.1f} s of its time"
            )
        self._heard.remove(found[0])
        return found[0]

    def _receive(self, data: bytes) -> None:
        self._heard += self._inbox.feed(data)
