"""What the firmware costs while it holds the inference marker pin high: counters at its edges and at chosen calls.

In: a virtual board. Out: a Window for each time the marker was high. Instructions and reads of exceptions are left out,
as they are not the watched code's. Their cycles are in: the firmware's own clock tells them apart. Counters are those
of the *profile* engine: cycles of the model in cycles.py (estimated), instructions, and data reads of flash, all taken
at the end of a block.
"""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from unicorn.unicorn_const import UC_HOOK_BLOCK

from host.virtual import words
from host.virtual.board import VirtualBoard
from host.virtual.engines import Flavour
from host.virtual.observer import Observer
from host.virtual.registers import SP
from host.virtual.window import Reading, Window

PAINT = 0xA5
FLASH_READS = 2  # column of the table of counts
NOTHING = Reading(0, 0, 0)


class Profile(Observer):
    """`with Profile(board) as profile:` watches the board; it runs slower meanwhile. Windows gather in `windows`.

    watched: a function of one block, as the one that reads the cycle counter is.
    """

    def __init__(self, board: VirtualBoard, watched: str = "board_work_cycles") -> None:
        self.windows: list[Window] = []
        self._board = board
        self._watched = board.symbols[watched][0]
        self._code = _code_slots(board)
        self._start: Reading | None = None
        self._calls: list[Reading] = []
        self._painted = (0, 0)
        self._left_out = NOTHING  # of exceptions that ended
        self._began: Reading | None = None  # the counters when the exception began that is active

    def __enter__(self) -> Profile:
        board = self._board
        board.memory.counts[:] = 0
        board.cpu.use(Flavour.PROFILE)
        self._engine = board.cpu.engine
        self._hook = self._engine.hook_add(
            UC_HOOK_BLOCK, self._called, begin=self._watched, end=self._watched
        )
        self._engine.ctl_flush_tb()  # blocks translated before the hook would not call it
        board.marked = self._marked
        board.observer, self._others = self, board.observer
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.hook_del(self._hook)
        self._board.marked = lambda _: None
        self._board.observer = self._others
        self._board.cpu.use(Flavour.FAST)

    def read(self) -> Reading:
        """The counters now, instructions and reads without those of exceptions."""
        counted = self._counters()
        left_out = self._left_out
        if self._began:
            left_out += counted - self._began
        return replace(counted - left_out, cycles=counted.cycles)

    def changed(self) -> None:
        """See Observer: whether an exception began or ended."""
        active = bool(self._board.nvic.active)
        if active and self._began is None:
            self._began = self._counters()
        elif not active and self._began:
            self._left_out += self._counters() - self._began
            self._began = None
        self._others.changed()

    def sent(self, data: bytes) -> None:
        """See Observer."""
        self._others.sent(data)

    def _counters(self) -> Reading:
        reads = sum(int(self._board.memory.counts[s, FLASH_READS].sum()) for s in self._code)
        return Reading(self._board.cycles, self._board.instructions, reads)

    def cycles_of_call(self) -> float:
        """What one call of the watched function costs, on average, its return not counted."""
        runs, cycles = self._board.memory.counts[words.slot_of(self._watched), :2]
        return float(cycles / max(runs, 1))

    def _called(self, *_: Any) -> None:
        """The block hook before this one has charged the block, unless it stopped the CPU in front of it."""
        if self._start and self._board.memory.state[words.BLOCK] == self._watched:
            self._calls.append(self.read())

    def _marked(self, high: bool) -> None:
        if high:
            self._calls = []
            self._painted = self._paint()
            self._start = self.read()
        elif self._start:
            depth = self._painted[1] - deepest_write(self._stack(), self._painted[0])
            self.windows.append(Window(self._start, tuple(self._calls), self.read(), depth))
            self._start = None

    def _paint(self) -> tuple[int, int]:
        """Paints the free stack; the addresses it begins and ends at."""
        self._painted = self._board.symbols["stack_limit"][0], self._board.cpu.read(SP)[0]
        self._stack()[:] = PAINT
        return self._painted

    def _stack(self) -> NDArray[np.uint8]:
        first, end = (address - words.RAM_START for address in self._painted)
        return self._board.memory.ram[first:end]


def deepest_write(stack: NDArray[np.uint8], address: int) -> int:
    """The address of the lowest byte of a painted stack (uint8, lying at `address`) that was overwritten."""
    written = np.flatnonzero(stack != PAINT)
    return address + (int(written[0]) if len(written) else len(stack))


def _code_slots(board: VirtualBoard) -> tuple[slice, slice]:
    """Rows of the table of counts where code can lie: flash up to the model, and initialised RAM."""
    end = board.symbols["default_model"][0]
    first_ram, end_ram = (words.slot_of(board.symbols[n][0]) for n in ("data_start", "data_end"))
    return slice(words.slot_of(board.image.start), words.slot_of(end)), slice(first_ram, end_ram)
