"""What connects parts, register by register and without a CPU, as their documents have them.

nRF52840 Product Specification 1.7: TWI (6.31), PPI (6.16), GPIOTE (6.10); SCCB Specification 2.2.
"""

from __future__ import annotations

import pytest

from host.virtual.gpio import Gpio
from host.virtual.gpiote import Gpiote
from host.virtual.nvic import FIRST_INTERRUPT
from host.virtual.pins import Pins
from host.virtual.ppi import Ppi
from host.virtual.sccb import SccbSlave
from host.virtual.twi import Bus, Twi
from tests.virtual.guest import Guest, after


class Device:
    """Registers that answer, while they are there."""

    def __init__(self) -> None:
        self.registers = {0x0A: 0x76, 0x0B: 0x73}
        self.there = True

    def answers(self) -> bool:
        return self.there

    def read_register(self, number: int) -> int:
        return self.registers.get(number, 0)

    def write_register(self, number: int, value: int) -> None:
        self.registers[number] = value


@pytest.fixture
def guest() -> Guest:
    return Guest()


STARTRX, STARTTX, STOP, SUSPEND, RESUME = 0x000, 0x008, 0x014, 0x01C, 0x020
STOPPED, RXDREADY, TXDSENT, ERROR, BB, SUSPENDED = 0x104, 0x108, 0x11C, 0x124, 0x138, 0x148
SHORTS, ERRORSRC, ENABLE, SCL, SDA, RXD, TXD, FREQUENCY, ADDRESS = (
    0x200, 0x4C4, 0x500, 0x508, 0x50C, 0x518, 0x51C, 0x524, 0x588,
)  # fmt: skip
FAST = 160  # cycles of a bit at 400 kHz


def twi_of(guest: Guest, device: Device, index: int = 0) -> Twi:
    """On, at 400 kHz, for the device at 0x21."""
    twi = Twi(index, guest.chip, (Bus(2, 31, {0x21: device}),))
    for offset, value in (
        (SCL, 2), (SDA, 31), (FREQUENCY, 0x06680000), (ADDRESS, 0x21), (ENABLE, 5)
    ):  # fmt: skip
        twi.write(offset, value)
    return twi


@pytest.mark.parametrize(
    ("frequency", "bit"), [(0x01980000, 640), (0x04000000, 256), (0x06680000, 160)]
)
def test_a_byte_behind_its_address_takes_its_bits(guest: Guest, frequency: int, bit: int) -> None:
    twi = twi_of(guest, Device())
    twi.write(FREQUENCY, frequency)
    twi.write(STARTTX, 1)
    twi.write(TXD, 0x0A)
    after(guest, twi, TXDSENT, (1 + 9 + 9) * bit)
    twi.write(STOP, 1)
    after(guest, twi, STOPPED, bit)


def test_bytes_are_read_until_one_is_the_last(guest: Guest) -> None:
    """A register's number, no stop, then reads: with neither short they follow one another."""
    device = Device()
    twi = twi_of(guest, device)
    twi.write(STARTTX, 1)
    twi.write(TXD, 0x0B)
    after(guest, twi, TXDSENT, 19 * FAST)
    twi.write(STARTRX, 1)
    after(guest, twi, RXDREADY, 19 * FAST)
    assert (twi.read(RXD), twi.read(BB)) == (0x73, 1)
    device.registers[0x0B] = 0x99
    after(guest, twi, RXDREADY, 9 * FAST)
    assert twi.read(RXD) == 0x99
    twi.write(SHORTS, 2)
    after(guest, twi, RXDREADY, 9 * FAST)
    after(guest, twi, STOPPED, FAST)
    guest.move_to(guest.now() + 1000 * FAST)
    assert twi.read(RXDREADY) == 0


def test_a_suspended_master_reads_on_when_it_is_resumed(guest: Guest) -> None:
    twi = twi_of(guest, Device())
    twi.write(SHORTS, 1)
    twi.write(RESUME, 1)  # nothing to resume
    twi.write(STARTRX, 1)
    after(guest, twi, RXDREADY, 19 * FAST)
    assert twi.read(SUSPENDED) == 1
    guest.move_to(guest.now() + 1000 * FAST)
    assert twi.read(RXDREADY) == 0
    twi.write(SHORTS, 2)
    twi.write(RESUME, 1)
    after(guest, twi, RXDREADY, 9 * FAST)
    after(guest, twi, STOPPED, FAST)


def test_a_suspended_master_sends_on_when_it_is_resumed(guest: Guest) -> None:
    device = Device()
    twi = twi_of(guest, device)
    twi.write(TXD, 0x0C)  # before the start: it is sent behind the address
    twi.write(STARTTX, 1)
    after(guest, twi, TXDSENT, 19 * FAST)
    twi.write(SUSPEND, 1)
    twi.write(TXD, 0x155)
    guest.move_to(guest.now() + 1000 * FAST)
    assert (twi.read(TXDSENT), twi.read(SUSPENDED)) == (0, 1)
    twi.write(RESUME, 1)
    after(guest, twi, TXDSENT, 9 * FAST)
    assert device.registers[0x0C] == 0x55


@pytest.mark.parametrize(("offset", "value"), [(ADDRESS, 0x22), (SCL, 3), (SDA, 30)])
def test_nobody_there_is_no_acknowledge_of_the_address(
    guest: Guest, offset: int, value: int
) -> None:
    twi = twi_of(guest, Device(), index=1)
    assert twi.start == 0x40004000
    twi.write(0x304, 1 << 9)  # INTENSET: ERROR
    twi.write(offset, value)
    twi.write(STARTRX, 1)
    after(guest, twi, ERROR, 10 * FAST)
    assert twi.read(ERRORSRC) == 2 and guest.nvic.pending == {FIRST_INTERRUPT + 4}
    twi.write(ERRORSRC, 4)
    assert twi.read(ERRORSRC) == 2
    twi.write(ERRORSRC, 2)
    guest.move_to(guest.now() + 1000 * FAST)
    assert twi.read(ERRORSRC) == 0 and twi.read(RXDREADY) == 0


def test_a_device_that_goes_away_acknowledges_no_byte(guest: Guest) -> None:
    device = Device()
    twi = twi_of(guest, device)
    twi.write(STARTTX, 1)
    twi.write(TXD, 0x0A)
    guest.move_to(12 * FAST)
    device.there = False
    after(guest, twi, ERROR, 7 * FAST)
    assert (twi.read(ERRORSRC), twi.read(TXDSENT)) == (4, 0)


def test_a_master_that_is_off_or_reset_says_nothing(guest: Guest) -> None:
    twi = twi_of(guest, Device())
    twi.write(ENABLE, 4)
    twi.write(STARTTX, 1)
    twi.write(TXD, 0x0A)
    guest.move_to(1000 * FAST)
    assert [twi.read(event) for event in (TXDSENT, ERROR, STOPPED)] == [0, 0, 0]
    twi.reset()
    assert (twi.read(SCL), twi.read(SDA)) == (0xFFFFFFFF, 0xFFFFFFFF)
    assert (twi.read(FREQUENCY), twi.read(ENABLE)) == (0x04000000, 0)


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
def test_an_event_is_the_edge_that_was_asked_for(
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


class Master:
    """Both lines of SCCB, moved by hand."""

    def __init__(self, slave: SccbSlave) -> None:
        self.slave, self.scl, self.sda = slave, True, True

    def set(self, scl: bool, sda: bool) -> None:
        self.scl, self.sda = scl, sda
        self.slave.lines(scl, sda and not self.slave.low)

    def start(self) -> None:
        self.set(False, True)
        self.set(True, True)
        self.set(True, False)
        self.set(False, False)

    def stop(self) -> None:
        self.set(False, False)
        self.set(True, False)
        self.set(True, True)

    def bit(self, value: bool) -> bool:
        """Clocks one out; what the line was."""
        self.set(False, value)
        self.set(True, value)
        level = value and not self.slave.low
        self.set(False, value)
        return level

    def send(self, byte: int) -> bool:
        """Whether it was acknowledged."""
        for place in range(7, -1, -1):
            self.bit(bool(byte >> place & 1))
        return not self.bit(True)

    def receive(self) -> int:
        byte = 0
        for _ in range(8):
            byte = byte << 1 | self.bit(True)
        assert self.bit(True), "the ninth bit is the master's: no acknowledge"
        return byte


def test_a_write_has_three_phases_and_a_read_two_transmissions() -> None:
    device = Device()
    master = Master(SccbSlave(0x21, device))
    master.start()
    assert [master.send(byte) for byte in (0x42, 0x0C, 0xA5)] == [True] * 3
    master.stop()
    assert device.registers[0x0C] == 0xA5
    for number, value in ((0x0A, 0x76), (0x0C, 0xA5), (0x0B, 0x73)):
        master.start()
        assert master.send(0x42) and master.send(number)
        master.stop()
        master.start()
        assert master.send(0x43) and master.receive() == value
        assert master.receive() == 0xFF, "it says no more"
        master.stop()


@pytest.mark.parametrize(
    ("address", "there"), [(0x40, True), (0x44, True), (0xC2, True), (0x42, False)]
)
def test_another_address_or_a_device_without_power_hears_nothing(address: int, there: bool) -> None:
    device = Device()
    master = Master(SccbSlave(0x21, device))
    device.there = there
    master.start()
    assert [master.send(byte) for byte in (address, 0x0A, 0x11)] == [False] * 3
    master.stop()
    assert device.registers == {0x0A: 0x76, 0x0B: 0x73}
    device.there = True
    master.start()
    assert master.send(0x42), "the next one is heard again"


def test_a_start_in_mid_byte_begins_anew() -> None:
    device = Device()
    master = Master(SccbSlave(0x21, device))
    master.start()
    master.send(0x42)
    for _ in range(4):
        master.bit(True)
    master.start()
    assert [master.send(byte) for byte in (0x42, 0x0C, 0x3C)] == [True] * 3
    master.stop()
    assert device.registers[0x0C] == 0x3C
