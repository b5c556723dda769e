"""How events become tasks and pins, register by register and without a CPU, as their document has it.

nRF52840 Product Specification 1.7: PPI (6.16), GPIOTE (6.10).
"""

from __future__ import annotations

import pytest

from host.virtual.gpio import Gpio
from host.virtual.gpiote import Gpiote
from host.virtual.nvic import FIRST_INTERRUPT
from host.virtual.pins import Pins
from host.virtual.ppi import Ppi
from tests.virtual.guest import Guest

CHEN, CHENSET, CHENCLR, EEP, TEP, CHG, FORK = 0x500, 0x504, 0x508, 0x510, 0x514, 0x800, 0x910


class Wired:
    """A PPI; the tasks that it started, with their times."""

    def __init__(self, guest: Guest) -> None:
        self.guest, self.tasks = guest, list[tuple[int, int]]()
        self.ppi = Ppi(guest.chip, lambda task: self.tasks.append((guest.now(), task)))

    def channel(self, number: int, event: int, task: int, fork: int = 0) -> None:
        for offset, value in (
            (EEP + 8 * number, event), (TEP + 8 * number, task), (FORK + 4 * number, fork)
        ):  # fmt: skip
            self.ppi.write(offset, value)

    def happens(self, event: int, cycle: int) -> list[tuple[int, int]]:
        """The tasks that it starts."""
        self.tasks.clear()
        self.guest.move_to(cycle)
        self.ppi.happened(event)
        self.guest.move_to(cycle + 100)
        return self.tasks


@pytest.mark.parametrize(("cycle", "start"), [(1000, 1004), (1001, 1004), (1003, 1004)])
def test_an_event_starts_its_task_and_its_fork_with_the_16_mhz_clock(
    guest: Guest, cycle: int, start: int
) -> None:
    wired = Wired(guest)
    wired.channel(19, 0x40008140, 0x40006000, 0x40009000)
    wired.channel(3, 0x40008144, 0x40006004)
    assert wired.happens(0x40008140, cycle) == [], "off"
    wired.ppi.write(CHENSET, 1 << 19)
    assert wired.happens(0x40008140, cycle + 400) == [
        (start + 400, 0x40006000), (start + 400, 0x40009000)
    ]  # fmt: skip
    assert wired.happens(0x40008144, cycle + 800) == []


def test_channels_are_switched_by_bits_as_a_whole_and_in_groups(guest: Guest) -> None:
    wired = Wired(guest)
    ppi = wired.ppi
    ppi.write(CHENSET, 0b1011)
    ppi.write(CHENCLR, 0b0010)
    assert {ppi.read(each) for each in (CHEN, CHENSET, CHENCLR)} == {0b1001}
    ppi.write(CHEN, 0b0110)
    assert ppi.read(CHEN) == 0b0110
    for group in range(6):
        ppi.write(CHG + 4 * group, 1 << 10 + group)
    ppi.write(8 * 5, 1)  # CHG[5].EN
    ppi.write(8 * 2, 1)
    assert ppi.read(CHEN) == 0b0110 | 1 << 15 | 1 << 12
    ppi.write(8 * 5 + 4, 1)  # CHG[5].DIS
    assert ppi.read(CHEN) == 0b0110 | 1 << 12
    wired.channel(1, 0x40008148, 0x1000)
    listening = guest.memory.ppi_events
    assert (listening[1], listening[0], listening[15]) == (0x40008148, 0, 0)
    ppi.reset()
    assert ppi.read(CHEN) == 0 and not listening.any()


@pytest.mark.parametrize(
    ("channel", "event", "task"),
    [(20, 0x40008140, 0x40001000), (21, 0x40008140, 0x40001004), (22, 0x40008144, 0x40001010),
     (23, 0x40001128, 0x4000F000), (24, 0x40001100, 0x4000F000), (25, 0x40001104, 0x4000F004),
     (26, 0x40001104, 0x40008044), (27, 0x4000110C, 0x40008048), (28, 0x4000B140, 0x40001000),
     (29, 0x4000B140, 0x40001004), (30, 0x4000B140, 0x4000800C), (31, 0x4000B140, 0x40008000)],
)  # fmt: skip
def test_the_last_channels_are_wired_by_the_chip(
    guest: Guest, channel: int, event: int, task: int
) -> None:
    wired = Wired(guest)
    wired.ppi.write(CHENSET, 1 << channel)
    assert [started for _, started in wired.happens(event, 400)] == [task]


CONFIG, PORT, OUT_TASK, SET_TASK, CLR_TASK, PIN_CNF = 0x510, 0x17C, 0x000, 0x030, 0x060, 0x700
EVENT, TASK = 1, 3
RISING, FALLING, TOGGLE = 1 << 16, 2 << 16, 3 << 16


class Wires:
    """Ports and GPIOTE."""

    def __init__(self, guest: Guest) -> None:
        pins = Pins(guest.chip, guest.state)
        self.gpio = Gpio(guest.state, lambda p0, p1: pins.look())
        self.pins, self.gpiote = pins, Gpiote(guest.chip, self.gpio, pins)


@pytest.mark.parametrize(
    ("polarity", "events"),
    [
        (RISING, [True, False]),
        (FALLING, [False, True]),
        (TOGGLE, [True, True]),
        (0, [False, False]),
    ],
)
def test_an_event_is_the_edge_that_was_configured(
    guest: Guest, polarity: int, events: list[bool]
) -> None:
    """A resistor of its port moves the pin."""
    wires = Wires(guest)
    wires.gpiote.write(0x304, 1 << 6)
    wires.gpiote.write(CONFIG + 24, EVENT | 5 << 8 | 1 << 13 | polarity)

    def pulled(up: bool) -> bool:
        wires.gpio.write(0x300 + PIN_CNF + 20, 3 << 2 if up else 1 << 2)
        found = bool(wires.gpiote.read(0x118))
        wires.gpiote.write(0x118, 0)
        return found

    pulled(False)
    assert [pulled(True), pulled(False)] == events
    assert guest.nvic.pending == ({FIRST_INTERRUPT + 6} if any(events) else set())
    wires.gpiote.write(CONFIG + 24, 5 << 8 | 1 << 13 | polarity)  # off
    assert [pulled(True), pulled(False)] == [False, False]


@pytest.mark.parametrize(
    ("polarity", "levels"), [(RISING, [1, 1]), (FALLING, [0, 0]), (TOGGLE, [0, 1]), (0, [1, 1])]
)
def test_a_task_sets_clears_or_toggles_its_pin(
    guest: Guest, polarity: int, levels: list[int]
) -> None:
    wires = Wires(guest)

    def level() -> int:
        return wires.pins.levels[1] >> 9 & 1

    wires.gpiote.write(CONFIG + 12, TASK | 9 << 8 | 1 << 13 | 1 << 20 | polarity)
    assert level() == 1, "OUTINIT"
    for wanted in levels:
        wires.gpiote.write(OUT_TASK + 12, 1)
        assert level() == wanted
    for task, wanted in ((CLR_TASK, 0), (CLR_TASK, 0), (SET_TASK, 1), (SET_TASK, 1)):
        wires.gpiote.write(task + 12, 1)
        assert level() == wanted
    wires.gpiote.write(CLR_TASK + 8, 1)  # of a channel that is off
    assert level() == 1
    wires.gpiote.reset()
    wires.gpio.reset()
    assert level() == 0


def test_the_port_event_is_the_rise_of_detect(guest: Guest) -> None:
    wires = Wires(guest)
    sense_high, sense_low, pull_down, pull_up = 2 << 16, 3 << 16, 1 << 2, 3 << 2

    def happens() -> bool:
        found = bool(wires.gpiote.read(PORT))
        wires.gpiote.write(PORT, 0)
        return found

    for pin, base in ((3, 0), (4, 0x300)):
        place = base + PIN_CNF + 4 * pin
        wires.gpio.write(place, sense_high | pull_down)
        assert not happens()
        wires.gpio.write(place, sense_high | pull_up)
        assert happens()
        wires.gpio.write(place, sense_low | pull_up)
        assert not happens()
        wires.gpio.write(place, sense_low | pull_down)
        assert happens()
        wires.gpio.write(base + PIN_CNF + 4 * 20, sense_low | pull_down)
        assert not happens(), "DETECT is high already"
        wires.gpio.write(base + PIN_CNF + 4 * 20, 2)
        wires.gpio.write(place, 2)
        assert not happens()
