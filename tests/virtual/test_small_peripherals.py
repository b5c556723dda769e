"""RNG, TEMP, WDT, TWI and what is only stored: registers written as start-up code and drivers write them."""

from __future__ import annotations

import pytest

from host.virtual.board import VirtualBoard
from host.virtual.scene import Noise
from host.virtual.sensor_registers import PID, VER
from tests.virtual.bench import Bench
from tests.virtual.build_probes import PROBES
from tests.virtual.test_sensor import camera

MICROSECOND = 64
RNG, TEMP, WDT, TWI0, PWM0 = 0x4000D000, 0x4000C000, 0x40010000, 0x40003000, 0x4001C000
RELOAD, WATCHDOG = 0x6E524635, 1 << 1
STOPPED, RXDREADY, TXDSENT, ERROR, ERRORSRC = 0x104, 0x108, 0x11C, 0x124, 0x4C4


def poke(board: VirtualBoard, page: int, *writes: tuple[int, int]) -> None:
    """Writes registers of one peripheral."""
    for offset, value in writes:
        board.bus.write(page + offset, 4, value)


def peek(board: VirtualBoard, address: int) -> int:
    """Reads one."""
    return board.bus.read(address, 4)


@pytest.fixture
def board() -> VirtualBoard:
    """With a program that sleeps."""
    made = VirtualBoard(PROBES, Noise(1), say=lambda line: None)
    made.run(10_000)
    return made


def random_bytes(board: VirtualBoard, count: int, corrected: int = 0) -> list[int]:
    poke(board, RNG, (0x504, corrected), (0x200, 1))  # stop behind each byte
    found = []
    for _ in range(count):
        poke(board, RNG, (0x100, 0), (0x000, 1))
        assert board.run_until(lambda: bool(peek(board, RNG + 0x100)), 1000 * MICROSECOND)
        found.append(peek(board, RNG + 0x508))
    return found


def test_random_bytes_differ_and_are_the_same_in_another_run(board: VirtualBoard) -> None:
    found = random_bytes(board, 64)
    assert len(set(found)) > 32
    again = VirtualBoard(PROBES, Noise(1), say=lambda line: None)
    assert random_bytes(again, 64) == found


@pytest.mark.parametrize("corrected, microseconds", [(0, 30), (1, 120)])
def test_a_random_byte_takes_its_time(
    board: VirtualBoard, corrected: int, microseconds: int
) -> None:
    start = board.cycles
    random_bytes(board, 1, corrected)
    assert 0 <= board.cycles - start - microseconds * MICROSECOND < 200


def test_the_temperature_comes_in_quarter_degrees(board: VirtualBoard) -> None:
    poke(board, TEMP, (0x000, 1))
    assert not peek(board, TEMP + 0x100)
    board.run(37 * MICROSECOND)
    assert (peek(board, TEMP + 0x100), peek(board, TEMP + 0x508)) == (1, 100)
    assert peek(board, 0x10000404) == peek(board, TEMP + 0x520) == 0x326


def test_a_watchdog_bites_who_forgets_it(board: VirtualBoard) -> None:
    second = 32_768
    poke(board, WDT, (0x504, second - 1), (0x000, 1))
    for _ in range(3):
        board.run(60_000_000)
        poke(board, WDT, (0x600, RELOAD))
    assert peek(board, WDT + 0x400) == 1
    poke(board, WDT, (0x600, 1234), (0x504, 1 << 30))  # no reload; locked while it runs
    board.run(63_000_000)
    assert not peek(board, 0x40000400) & WATCHDOG
    board.run(2_000_000)
    assert peek(board, 0x40000400) & WATCHDOG
    assert peek(board, WDT + 0x400) == 0


def until(board: VirtualBoard, event: int) -> None:
    """Waits for an event of TWI0 and clears it."""
    assert board.run_until(lambda: bool(peek(board, TWI0 + event)), 1000 * MICROSECOND), hex(event)
    poke(board, TWI0, (event, 0))


def twi(bench: Bench, address: int = 0x21) -> VirtualBoard:
    poke(
        bench.board, TWI0, (0x508, 2), (0x50C, 31), (0x524, 0x06680000), (0x588, address), (0x500, 5)
    )  # fmt: skip
    return bench.board


def read_register(board: VirtualBoard, number: int) -> int:
    """As Wire does it: a write of the register's number, a stop, a read of one byte."""
    poke(board, TWI0, (0x008, 1), (0x51C, number))
    until(board, TXDSENT)
    poke(board, TWI0, (0x014, 1))
    until(board, STOPPED)
    poke(board, TWI0, (0x200, 2), (0x000, 1))  # stop behind the byte
    until(board, RXDREADY)
    until(board, STOPPED)
    poke(board, TWI0, (0x200, 0))
    return peek(board, TWI0 + 0x518)


def test_twi_reads_and_writes_the_sensor() -> None:
    board = twi(camera())
    assert [read_register(board, number) for number in (PID, VER)] == [0x76, 0x73]
    poke(board, TWI0, (0x008, 1), (0x51C, 0x55))
    until(board, TXDSENT)
    poke(board, TWI0, (0x51C, 0x2A))
    until(board, TXDSENT)
    poke(board, TWI0, (0x014, 1))
    until(board, STOPPED)
    assert board.sensor.registers[0x55] == 0x2A
    assert read_register(board, 0x55) == 0x2A


def test_twi_takes_its_bits_time() -> None:
    board = twi(camera())
    start = board.cycles
    read_register(board, PID)
    bits = 10 + 9 + 1 + 10 + 9 + 1
    assert 0 <= board.cycles - start - bits * 160 < 2000


@pytest.mark.parametrize("address, reason", [(0x22, 2), (0x21, 0)])
def test_nobody_at_an_address_is_an_error_with_its_reason(address: int, reason: int) -> None:
    board = twi(camera(), address)
    poke(board, TWI0, (0x008, 1), (0x51C, 0))
    until(board, ERROR if reason else TXDSENT)
    assert peek(board, TWI0 + ERRORSRC) == reason
    poke(board, TWI0, (ERRORSRC, reason))
    assert peek(board, TWI0 + ERRORSRC) == 0


def test_settings_are_stored_and_a_task_of_what_is_not_there_is_named() -> None:
    lines: list[str] = []
    board = VirtualBoard(PROBES, Noise(1), say=lines.append)
    poke(board, PWM0, (0x500, 1), (0x560, 13))
    assert (peek(board, PWM0 + 0x500), peek(board, PWM0 + 0x560), lines) == (1, 13, [])
    poke(board, PWM0, (0x008, 1))  # SEQSTART[0]
    assert [line.split(":")[0] for line in lines] == ["PWM0 register 0x008 (0x4001c008)"]
