"""Both ends of a two-wire bus, register by register and without a CPU, as their documents have them.

nRF52840 Product Specification 1.7: TWI (6.31); SCCB Specification 2.2.
"""

from __future__ import annotations

import pytest

from host.virtual.nvic import FIRST_INTERRUPT
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
def test_another_address_or_a_device_without_power_receives_nothing(
    address: int, there: bool
) -> None:
    device = Device()
    master = Master(SccbSlave(0x21, device))
    device.there = there
    master.start()
    assert [master.send(byte) for byte in (address, 0x0A, 0x11)] == [False] * 3
    master.stop()
    assert device.registers == {0x0A: 0x76, 0x0B: 0x73}
    device.there = True
    master.start()
    assert master.send(0x42), "the next one is received again"


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
