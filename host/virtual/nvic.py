"""The exceptions' states, as peripherals and registers see them; what follows from them is in native/nvic.py."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.memory import Memory
from host.virtual.native import nvic as native

RESET, NMI, HARD_FAULT, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SVC, DEBUG_MONITOR, PENDSV, SYSTICK, FIRST_INTERRUPT = 11, 12, 14, 15, 16
EXCEPTIONS = words.EXCEPTIONS
INTERRUPTS = EXCEPTIONS - FIRST_INTERRUPT
PRIORITY_MASK = words.PRIORITY_BITS
FIXED = {RESET: -3, NMI: -2, HARD_FAULT: -1}


class Nvic:
    """Pending, enabled and active exceptions, and their priorities."""

    def __init__(self, memory: Memory) -> None:
        self._state, self._table = memory.state, memory.nvic
        self._lines: dict[int, Callable[[], bool]] = {}
        self.enabled: npt.NDArray[np.int64] = self._table[:, words.ENABLED]
        self.reset()

    def reset(self) -> None:
        """Nothing pending, enabled or active; all priorities 0."""
        table, state = self._table, self._state
        table[:, [words.PENDING, words.FULL_PRIORITY]] = 0
        self.enabled[:] = np.arange(EXCEPTIONS) < FIRST_INTERRUPT
        for exception, priority in FIXED.items():
            table[exception, words.FULL_PRIORITY] = priority
        state[words.ARRIVED] = state[words.ACTIVE_COUNT] = state[words.GROUP_SHIFT] = 0

    @property
    def pending(self) -> set[int]:
        """The exceptions that are pending."""
        return set(np.flatnonzero(self._table[:, words.PENDING]).tolist())

    @property
    def active(self) -> list[int]:
        """The exceptions whose handlers run, the first one first."""
        count = int(self._state[words.ACTIVE_COUNT])
        return [int(number) for number in self._table[:count, words.ACTIVE]]

    @active.setter
    def active(self, exceptions: list[int]) -> None:
        self._table[: len(exceptions), words.ACTIVE] = exceptions
        self._state[words.ACTIVE_COUNT] = len(exceptions)

    @property
    def group_shift(self) -> int:
        """AIRCR.PRIGROUP."""
        return int(self._state[words.GROUP_SHIFT])

    @group_shift.setter
    def group_shift(self, shift: int) -> None:
        self._state[words.GROUP_SHIFT] = shift

    def priority(self, exception: int) -> int:
        """Full priority: lower is more urgent."""
        return int(self._table[exception, words.FULL_PRIORITY])

    def set_priority(self, exception: int, priority: int) -> None:
        """The priority of an exception that has no fixed one."""
        self._table[exception, words.FULL_PRIORITY] = priority & PRIORITY_MASK

    def group_priority(self, exception: int) -> int:
        """The part of the priority that decides preemption."""
        return int(native.group_priority(self._state, exception))

    def pend(self, exception: int) -> None:
        """Makes an exception pending."""
        native.pend(self._state, exception)

    def pend_interrupt(self, number: int) -> None:
        """A peripheral's interrupt line went high."""
        self.pend(FIRST_INTERRUPT + number)

    def unpend(self, exception: int) -> None:
        """An exception is not pending any more."""
        self._table[exception, words.PENDING] = 0

    def next(self) -> int | None:
        """The most urgent exception that is pending and enabled."""
        found = int(native.most_urgent_pending(self._state))
        return None if found < 0 else found

    def execution_priority(self) -> int:
        """Priority of what runs now, masks left aside."""
        return int(native.execution_priority(self._state))

    def masked_priority(self, masks: int) -> int:
        """Priority of what runs now with the mask registers (native/clock.py packs them) applied."""
        return int(native.masked_priority(self._state, masks))

    def wakes(self, masks: int) -> bool:
        """Whether something pending ends a WFI: of the masks only BASEPRI counts (B1.5.19)."""
        exception = self.next()
        if exception is None:
            return False
        return self.group_priority(exception) < self.masked_priority(masks & ~0xFF)

    def add_line(self, number: int, level: Callable[[], bool], timer: int = 0) -> None:
        """A peripheral's interrupt line, looked at when its handler ends: still high means pending again.

        timer: number of the TIMER whose line it is, counted from 1.
        """
        exception = FIRST_INTERRUPT + number
        self._lines[exception] = level
        self._table[exception, [words.HAS_LINE, words.LINE_OF_TIMER]] = 1, timer

    def line(self, exception: int) -> bool:
        """Level of an exception's interrupt line; low without one."""
        level = self._lines.get(exception)
        return level is not None and level()
