"""Which exception comes next: pending, enabled and active ones, and their priorities (ARM DDI 0403, B1.5 and B3.4)."""

from __future__ import annotations

from collections.abc import Callable

RESET, NMI, HARD_FAULT, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SVC, DEBUG_MONITOR, PENDSV, SYSTICK, FIRST_INTERRUPT = 11, 12, 14, 15, 16
INTERRUPTS = 48
EXCEPTIONS = FIRST_INTERRUPT + INTERRUPTS
PRIORITY_MASK = 0xE0  # the nRF52840 implements 3 priority bits
THREAD_PRIORITY = 0x100
FIXED = {RESET: -3, NMI: -2, HARD_FAULT: -1}


class Nvic:
    """The exceptions' states. `attention` is called when one may have become ready."""

    def __init__(self, attention: Callable[[], None]) -> None:
        self._attention = attention
        self._lines: dict[int, Callable[[], bool]] = {}
        self.reset()

    def reset(self) -> None:
        """Nothing pending, enabled or active; all priorities 0."""
        self.pending: set[int] = set()
        self.arrived = False  # one became pending since somebody looked
        self.active: list[int] = []
        self.enabled = [number < FIRST_INTERRUPT for number in range(EXCEPTIONS)]
        self.priorities = bytearray(EXCEPTIONS)
        self.group_shift = 0  # AIRCR.PRIGROUP

    def priority(self, exception: int) -> int:
        """Full priority: lower is more urgent."""
        return FIXED.get(exception, self.priorities[exception])

    def group_priority(self, exception: int) -> int:
        """The part of the priority that decides preemption."""
        priority = self.priority(exception)
        return priority if priority < 0 else priority & (0xFF << (self.group_shift + 1)) & 0xFF

    def pend(self, exception: int) -> None:
        """Makes an exception pending."""
        self.arrived = self.arrived or exception not in self.pending
        self.pending.add(exception)
        self._attention()

    def pend_interrupt(self, number: int) -> None:
        """A peripheral's interrupt line went high."""
        self.pend(FIRST_INTERRUPT + number)

    def next(self) -> int | None:
        """The most urgent exception that is pending and enabled."""
        ready = [e for e in self.pending if self.enabled[e]]
        return min(ready, key=lambda e: (self.priority(e), e)) if ready else None

    def execution_priority(self) -> int:
        """Priority of what runs now, masks left aside."""
        return min((self.group_priority(e) for e in self.active), default=THREAD_PRIORITY)

    def masked_priority(self, primask: int, basepri: int, faultmask: int) -> int:
        """Priority of what runs now with the mask registers applied."""
        priority = self.execution_priority()
        if basepri & PRIORITY_MASK:
            mask = 0xFF << (self.group_shift + 1) & 0xFF
            priority = min(priority, basepri & PRIORITY_MASK & mask)
        if primask & 1:
            priority = min(priority, 0)
        return min(priority, -1) if faultmask & 1 else priority

    def wakes(self, basepri: int) -> bool:
        """Whether something pending ends a WFI: PRIMASK does not count (B1.5.19)."""
        exception = self.next()
        if exception is None:
            return False
        return self.group_priority(exception) < self.masked_priority(0, basepri, 0)

    def add_line(self, number: int, level: Callable[[], bool]) -> None:
        """A peripheral's interrupt line, looked at when its handler ends: still high means pending again."""
        self._lines[FIRST_INTERRUPT + number] = level

    def ended(self, exception: int) -> None:
        """The handler of `exception` returned."""
        level = self._lines.get(exception)
        if level and level():
            self.pend(exception)
