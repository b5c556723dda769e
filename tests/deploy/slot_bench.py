"""A virtual board that takes models, message by message and without threads, and whose power can be cut."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from host.base.records import Message
from host.link.messages import (
    MODEL_SLOTS,
    SLOT_CHUNK_BYTES,
    Ack,
    Hello,
    SlotBegin,
    SlotCommit,
    SlotInfo,
    SlotSelect,
    SlotStatus,
    SlotWrite,
    Status,
)
from host.virtual.nvmc import ERASEPAGE
from host.virtual.options import BoardOptions
from host.virtual.scene import Scene
from tests.system.board import Bench


class PowerCutError(Exception):
    """The board is off."""


class SlotBench(Bench):
    """operations: of flash, since the last start or cut."""

    def __init__(self, scene: str | Scene = "noise:1", options: BoardOptions | None = None) -> None:
        super().__init__(scene, options)
        self.operations = 0
        self._power: int | None = None
        nvmc = self.board.nvmc
        self._store, self._erase = nvmc.store, nvmc._erase_page
        nvmc.store = self._watched_store  # type: ignore[method-assign] # the power is the test's
        nvmc.on_write(ERASEPAGE, self._watched_erase)

    def cut_power_after(self, operations: int) -> None:
        """So many flash operations from now on still happen."""
        self.operations, self._power = 0, operations

    def power_on(self) -> Hello:
        """The board starts again, with the flash that it has."""
        self._power = None
        self.operations = 0
        self.board.reset()
        return self.restarted()

    @property
    def is_off(self) -> bool:
        """Whether the power failed."""
        return self._power is not None and self.operations >= self._power

    def _watched_store(self, address: int, size: int, value: int) -> bool:
        # without power the CPU "writes" ones, which change nothing: it has to be answered
        return self._store(address, size, 0xFFFFFFFF if self._count() else value)

    def _watched_erase(self, address: int) -> None:
        if not self._count():
            self._erase(address)

    def _count(self) -> bool:
        """True when this operation does not happen."""
        off = self.is_off
        self.operations += not off
        return off

    def ask(self, command: Message) -> Ack:
        """As Bench.ask; raises PowerCutError when no power is left behind it."""
        answer = super().ask(command)
        if self.is_off:
            raise PowerCutError
        if isinstance(command, SlotCommit | SlotSelect) and answer.status == Status.OK:
            self.greet()  # another model: what can be true of it, its Hello says
        return answer

    def slot(self, which: int) -> SlotInfo:
        """What a slot holds."""
        self.tell(SlotStatus(which))
        return self.wait(SlotInfo)

    def slots(self) -> list[SlotInfo]:
        """All of them."""
        return [self.slot(which) for which in range(MODEL_SLOTS + 1)]

    def write(self, blob: bytes, up_to: int | None = None) -> None:
        """Sends what the board does not hold, but nothing behind `up_to`."""
        held = self.ask(SlotBegin(len(blob), zlib.crc32(blob))).value
        end = len(blob) if up_to is None else up_to - up_to % 4  # pieces are of whole words
        while held < end:
            piece = blob[held : min(end, held + SLOT_CHUNK_BYTES)]
            answer = self.ask(SlotWrite(held, piece))
            assert answer.status == Status.OK and answer.value > held
            held = answer.value

    def commit(self, blob: bytes) -> Ack:
        """The last word."""
        return self.ask(SlotCommit(zlib.crc32(blob)))

    def deploy(self, blob: bytes) -> Ack:
        """All of it."""
        self.write(blob)
        return self.commit(blob)

    def until_power_cut(self, action: Callable[[], object]) -> None:
        """Does it as far as the power lasts."""
        try:
            action()
        except PowerCutError:
            return
