"""TIMER against one that is advanced tick by tick (nRF52840 Product Specification 1.7, 6.30): any settings and tasks.

The schedule is looked at late, as the board does at the end of a block: what happens must be as if it were not.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.virtual import words
from host.virtual.bus import Warnings
from host.virtual.chip import Chip
from host.virtual.memory import Memory
from host.virtual.native import compiled
from host.virtual.nvic import FIRST_INTERRUPT, Nvic
from host.virtual.schedule import Schedule
from host.virtual.timer import Timer

START, STOP, COUNT, CLEAR, SHUTDOWN, CAPTURE = 0x000, 0x004, 0x008, 0x00C, 0x010, 0x040
COMPARE, SHORTS, INTENSET, MODE, BITMODE = 0x140, 0x200, 0x304, 0x504, 0x508
PRESCALER, CC = 0x510, 0x540
SIZES = {0: 1 << 16, 1: 1 << 8, 2: 1 << 24, 3: 1 << 32}
INTERRUPTS = (8, 9, 10, 26, 27)
CHANNELS = (4, 4, 4, 6, 6)
TASKS = {"start": START, "stop": STOP, "count": COUNT, "clear": CLEAR, "shutdown": SHUTDOWN}


class Clock:
    """Guest time that a test moves, and one timer in it."""

    def __init__(self, index: int = 3) -> None:
        memory = Memory()
        self.state = memory.state
        self.schedule, self.nvic = Schedule(self.state), Nvic(memory)
        warnings = Warnings(print, lambda: 0)
        chip = Chip(memory, self.schedule, self.nvic, warnings, self.now)
        self.timer = Timer(index, chip)
        self.seen: list[tuple[int, int]] = []
        self._listen(memory, self.timer.start + COMPARE)

    def _listen(self, memory: Memory, start: int) -> None:
        """A PPI whose channels are all on, one for each event."""

        def replaced(address: int, _: int) -> int:
            self.seen.append((self.now(), (address - start) // 4))
            return 0

        self._replaced = compiled.PYTHON_FUNCTION(replaced)
        memory.ppi_events[:6] = start + 4 * np.arange(6)
        self.state[words.PPI_FUNCTION] = ctypes.cast(self._replaced, ctypes.c_void_p).value or 0

    def now(self) -> int:
        return self.schedule.time(lambda: int(self.state[words.CYCLES]))

    def move_to(self, cycle: int) -> None:
        """At once: whatever was due on the way is late."""
        self.state[words.CYCLES] = cycle
        self.schedule.run_due()

    def counter(self, channel: int = 5) -> int:
        captured = self.timer.read(CC + 4 * channel)
        self.timer.write(CAPTURE + 4 * channel, 1)
        found = self.timer.read(CC + 4 * channel)
        self.timer.write(CC + 4 * channel, captured)
        return found


@dataclass
class Naive:
    """The document's words, one tick after the other."""

    tick: int
    size: int
    shorts: int
    counts_tasks: bool
    compare: list[int]
    count: int = 0
    running: bool = False
    next_tick: int = 0
    seen: list[tuple[int, int]] = field(default_factory=list)

    def move_to(self, cycle: int) -> None:
        while self.running and not self.counts_tasks and self.next_tick <= cycle:
            at = self.next_tick
            self.next_tick += self.tick
            self.step(at)

    def step(self, at: int) -> None:
        self.count = (self.count + 1) % self.size
        matched = [n for n, value in enumerate(self.compare) if value == self.count]
        self.seen += [(at, n) for n in matched]
        if any(self.shorts >> n & 1 for n in matched):
            self.count, self.next_tick = 0, at + self.tick
        if any(self.shorts >> 8 + n & 1 for n in matched):
            self.running = False

    def task(self, name: str, at: int) -> None:
        if name == "start" and not self.running:
            self.running, self.next_tick = True, at + self.tick
        elif name in ("stop", "shutdown"):
            self.running = False
        elif name == "count" and self.running and self.counts_tasks:
            self.step(at)
        if name in ("clear", "shutdown"):
            self.count, self.next_tick = 0, at + self.tick


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    prescaler=st.sampled_from((0, 1, 4, 9, 12)),
    bits=st.sampled_from((0, 1, 1, 3)),
    mode=st.sampled_from((0, 0, 1, 2)),
    shorts=st.integers(0, 0x3F3F),
    compare=st.lists(st.integers(0, 300), min_size=6, max_size=6),
    tasks=st.lists(
        st.tuples(st.integers(0, 90_000), st.sampled_from(("start", *TASKS))), max_size=7
    ),
)
def test_it_is_the_timer_of_the_document(
    prescaler: int,
    bits: int,
    mode: int,
    shorts: int,
    compare: list[int],
    tasks: list[tuple[int, str]],
) -> None:
    clock, tick = Clock(), 4 << min(prescaler, 9)
    naive = Naive(tick, SIZES[bits], shorts, mode != 0, compare)
    values = {PRESCALER: prescaler, BITMODE: bits, MODE: mode, SHORTS: shorts}
    for register, value in values.items():
        clock.timer.write(register, value)
    for channel, value in enumerate(compare):
        clock.timer.write(CC + 4 * channel, value)
    at = 0
    for wait, name in ((0, "start"), *tasks, (50_000, "clear")):
        at += wait
        clock.move_to(at)
        naive.move_to(at)
        assert clock.counter() == naive.count
        clock.timer.write(TASKS[name], 1)
        naive.task(name, at)
    assert clock.seen == naive.seen


@pytest.mark.parametrize("index", range(5))
def test_each_channel_has_its_event_and_its_interrupt(index: int) -> None:
    for channel in range(CHANNELS[index]):
        clock = Clock(index)
        clock.timer.write(PRESCALER, 4)
        clock.timer.write(BITMODE, 3)
        clock.timer.write(CC + 4 * channel, 1000)
        clock.timer.write(INTENSET, 1 << 16 + channel)
        clock.timer.write(START, 1)
        clock.move_to(64_000 - 1)
        assert not clock.nvic.pending
        clock.move_to(64_000)
        assert clock.nvic.pending == {FIRST_INTERRUPT + INTERRUPTS[index]}
        events = [clock.timer.read(COMPARE + 4 * n) for n in range(CHANNELS[index])]
        assert events == [int(n == channel) for n in range(CHANNELS[index])]


def test_out_of_the_box_it_counts_at_a_megahertz_to_16_bits() -> None:
    clock = Clock()
    clock.timer.write(START, 1)
    clock.move_to(64 * 65_535 + 63)
    assert clock.counter() == 65_535
    clock.move_to(64 * 65_536)
    assert clock.counter() == 0


def test_a_reset_stops_it_at_zero() -> None:
    clock = Clock()
    clock.timer.write(START, 1)
    clock.move_to(64 * 100)
    clock.timer.reset()
    clock.move_to(64 * 300)
    assert clock.counter() == 0
    clock.timer.write(START, 1)
    clock.move_to(64 * 307)
    assert clock.counter() == 7
