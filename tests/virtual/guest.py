"""A chip without a CPU, whose time a test moves."""

from __future__ import annotations

from host.virtual import words
from host.virtual.bus import RegisterBank, Warnings
from host.virtual.chip import Chip
from host.virtual.memory import Memory
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule


class Guest:
    """Its parts, and what it warned of."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.state = self.memory.state
        self.schedule, self.nvic = Schedule(self.state), Nvic(self.memory)
        self.output: list[str] = []
        self.warnings = Warnings(self.output.append, lambda: 0)
        self.chip = Chip(self.memory, self.schedule, self.nvic, self.warnings, self.now)

    def now(self) -> int:
        """Cycles."""
        return self.schedule.time(lambda: int(self.state[words.CYCLES]))

    def move_to(self, cycle: int) -> None:
        """What was due on the way happens at its own time."""
        self.state[words.CYCLES] = cycle
        self.schedule.run_due()


def after(guest: Guest, bank: RegisterBank, event: int, cycles: int) -> None:
    """The event comes so many cycles from now, and not one sooner."""
    start = guest.now()
    guest.move_to(start + cycles - 1)
    assert bank.read(event) == 0
    guest.move_to(start + cycles)
    assert bank.read(event) == 1
    bank.write(event, 0)
