"""The RTC counts 32,768 times a second of guest time, matches at the tick, and goes round after 24 bits."""

from __future__ import annotations

import pytest

from host.virtual import words
from host.virtual.memory import Memory
from host.virtual.nvic import FIRST_INTERRUPT, Nvic
from host.virtual.rtc import (
    CC,
    COMPARE,
    COUNTER,
    CPU_HZ,
    EVTEN,
    EVTENCLR,
    EVTENSET,
    OVERFLOW,
    PRESCALER,
    SIZE,
    Rtc,
)
from host.virtual.schedule import Schedule

START, STOP, CLEAR, TRIGGER_OVERFLOW, INTENSET = 0x000, 0x004, 0x008, 0x00C, 0x304
RTC1_INTERRUPT = FIRST_INTERRUPT + 17


class Clock:
    """Guest time that a test moves."""

    def __init__(self) -> None:
        memory = Memory()
        self.state = memory.state
        self.schedule = Schedule(self.state)
        self.nvic = Nvic(memory)
        self.rtc = Rtc(1, self.schedule, self.nvic, lambda: int(self.state[words.CYCLES]))

    def move_to(self, cycle: int) -> None:
        while (event := self.schedule.aim(cycle)) < cycle:
            self.state[words.CYCLES] = event
            self.schedule.run_due()
        self.state[words.CYCLES] = cycle
        self.schedule.run_due()

    @property
    def counter(self) -> int:
        return self.rtc.read(COUNTER)


@pytest.mark.parametrize("prescaler", [0, 7, 4095])
def test_a_second_has_32768_ticks_by_the_prescaler(prescaler: int) -> None:
    clock = Clock()
    clock.rtc.write(PRESCALER, prescaler)
    clock.rtc.write(START, 1)
    clock.move_to(CPU_HZ)
    assert clock.counter == 32768 // (prescaler + 1)


def test_a_match_comes_with_its_tick_and_raises_the_interrupt() -> None:
    clock = Clock()
    clock.rtc.write(START, 1)
    clock.rtc.write(CC, 33)
    clock.rtc.write(INTENSET, 1 << 16)
    exact = -(-33 * CPU_HZ // 32768)
    clock.move_to(exact - 1)
    assert (clock.counter, clock.rtc.read(COMPARE)) == (32, 0)
    clock.move_to(exact)
    assert (clock.counter, clock.rtc.read(COMPARE)) == (33, 1)
    assert RTC1_INTERRUPT in clock.nvic.pending


def test_it_goes_round_after_24_bits_and_matches_again() -> None:
    clock = Clock()
    clock.rtc.write(TRIGGER_OVERFLOW, 1)
    clock.rtc.write(START, 1)
    clock.rtc.write(CC, 5)
    clock.move_to(CPU_HZ // 32768 * 16)
    assert clock.rtc.read(OVERFLOW) == 0
    clock.move_to(CPU_HZ // 1000)
    assert (clock.rtc.read(OVERFLOW), clock.rtc.read(COMPARE)) == (1, 1)
    clock.rtc.write(COMPARE, 0)
    clock.move_to(CPU_HZ // 1000 + SIZE * CPU_HZ // 32768)
    assert clock.rtc.read(COMPARE) == 1


def test_stopped_it_stands_and_cleared_it_is_zero() -> None:
    clock = Clock()
    clock.rtc.write(START, 1)
    clock.move_to(CPU_HZ)
    clock.rtc.write(STOP, 1)
    clock.move_to(2 * CPU_HZ)
    assert clock.counter == 32768
    clock.rtc.write(CLEAR, 1)
    assert clock.counter == 0
    assert clock.schedule.aim(words.NEVER) == words.NEVER


def test_a_match_in_the_middle_of_a_block_comes_once() -> None:
    """The time of an access can lie before the end of its block, where the schedule is looked at."""
    clock = Clock()
    clock.rtc.write(START, 1)
    clock.rtc.write(CC, 10)
    late = Rtc(1, clock.schedule, clock.nvic, lambda: int(clock.state[words.CYCLES]) - 50)
    late.write(START, 1)
    late.write(CC, 10)
    clock.move_to(CPU_HZ // 1000)
    assert late.read(COMPARE) == 1


def test_an_event_reaches_the_ppi_where_evten_lets_it() -> None:
    clock, received = Clock(), list[int]()
    clock.rtc.happened = received.append
    clock.rtc.write(START, 1)
    clock.rtc.write(CC, 10)
    clock.rtc.write(CC + 4, 20)
    clock.rtc.write(EVTENSET, 1 << 17)
    clock.move_to(CPU_HZ // 1000)
    assert received == [0x40011144]
    assert clock.rtc.read(EVTEN) == 1 << 17
    clock.rtc.write(EVTEN, 0)
    assert clock.rtc.read(EVTENCLR) == 0
