"""TIMER, CLOCK, UARTE, NVMC, GPIO, identity, reset, and what happens at registers nobody modelled."""

from __future__ import annotations

import pytest

from host.virtual.options import BoardOptions
from tests.virtual.bench import SECOND, Bench

BYTE_CYCLES = 640  # 10 bits at 1 Mbaud
SLACK = 200


@pytest.fixture
def bench() -> Bench:
    """A fresh board."""
    return Bench(BoardOptions(serial_number=0x1122334455667788))


def test_timer_matches_at_its_period_and_captures(bench: Bench) -> None:
    cycles, captured = bench.call("time_with_timer", 2500)
    cycles += bench.board.slept_cycles  # it waits in WFI, where the cycle counter stands still
    assert 3 * 2500 * 64 < cycles < 3 * 2500 * 64 + SLACK
    assert captured <= 2, "the match cleared it"


def test_crystal_takes_its_time(bench: Bench) -> None:
    cycles, status = bench.call("start_crystal")
    assert 360 * 64 <= cycles < 360 * 64 + SLACK
    assert status == 0x10001


def test_identity(bench: Bench) -> None:
    low, high, core, flash = bench.call("read_identity")
    assert (high << 32 | low) == 0x1122334455667788
    assert core == 0x410FC241
    assert flash == 1024


def test_unknown_registers_are_warned_about_once_by_name(bench: Bench) -> None:
    assert bench.call("touch_unknown") == [0, 0]
    assert len(bench.warnings) == 3
    start, size = bench.board.symbols["touch_unknown"]
    first, second, third = bench.warnings
    assert first.startswith("RADIO register 0x508 (0x40001508): read: not modelled")
    assert second.startswith("UARTE0 register 0xffc (0x40002ffc): read: not modelled")
    assert third.startswith("UARTE0 register 0xffc (0x40002ffc): write: not modelled")
    for line in bench.warnings:
        program_counter = int(line.rsplit("PC ", 1)[1].rstrip(")"), 16)
        assert start <= program_counter < start + size


def test_sending_takes_ten_bits_a_byte(bench: Bench) -> None:
    cycles, amount = bench.call("uarte_send", 1000)
    cycles += bench.board.slept_cycles
    assert 1000 * BYTE_CYCLES <= cycles < 1000 * BYTE_CYCLES + SLACK
    assert amount == 1000
    assert bytes(bench.sent) == bytes((i * 7 + 1) & 0xFF for i in range(1000))


def test_easydma_does_not_reach_flash(bench: Bench) -> None:
    assert bench.call("uarte_send_from_flash") == [0]
    assert not bench.sent
    assert any("EasyDMA reaches RAM only, not 0x00010000" in line for line in bench.warnings)


def test_a_buffer_fills_at_the_baud_rate(bench: Bench) -> None:
    bench.start("uarte_receive", 20)
    bench.board.run(SECOND // 1000)
    start = bench.board.cycles
    bench.board.send(bytes(range(20)))
    recorded = bench.wait()
    assert recorded == [20, *range(20)]
    assert 20 * BYTE_CYCLES <= bench.board.cycles - start < 20 * BYTE_CYCLES + 4000


def test_bytes_before_the_port_is_enabled_are_lost(bench: Bench) -> None:
    bench.board.send(b"early")
    bench.start("uarte_receive", 3)
    bench.board.run(SECOND // 100)
    bench.board.send(b"now")
    assert bench.wait() == [3, *b"now"]


def test_the_fifo_keeps_six_bytes_and_reports_the_seventh_lost(bench: Bench) -> None:
    bench.start("uarte_overrun", 4, 20 * BYTE_CYCLES)
    bench.board.run(SECOND // 1000)
    bench.board.send(bytes(range(14)))
    recorded = bench.wait()
    assert recorded[:5] == [4, 0, 1, 2, 3]
    error, source, *stacked = recorded[5:]
    assert (error, source) == (1, 1)
    assert stacked == [4, 5, 6, 7, 8, 9]


def test_stopping_reports_how_much_came(bench: Bench) -> None:
    bench.start("uarte_stop", 30 * BYTE_CYCLES)
    bench.board.run(100)
    bench.board.send(b"eleven byte")
    assert bench.wait() == [1, 11]


def test_a_stopped_receiver_holds_the_host_back(bench: Bench) -> None:
    bench.start("uarte_held_back", 60, 20 * BYTE_CYCLES)
    bench.board.run(100)
    bench.board.send(bytes(range(60)))
    ended, first, *recorded = bench.wait()
    assert ended and 16 <= first <= 20
    assert recorded == [*range(first), 60 - first, *range(first, 60)]
    assert bench.board.uarte.bytes_lost == 0


def test_flash_bits_only_fall_and_take_their_time(bench: Bench) -> None:
    erase, erased, write, both, second = bench.call("flash_write", 0x40000, 0xFF00FF0F, 0x0FF0FFFF)
    assert erased == 0xFFFFFFFF
    assert both == 0xFF00FF0F & 0x0FF0FFFF
    assert second == 0x0FF0FFFF
    assert 85_000 * 64 <= erase < 85_000 * 64 + SLACK
    assert 41 * 64 <= write < 41 * 64 + SLACK
    assert bench.board.memory.flash[0x40000:0x40004].tobytes() == both.to_bytes(4, "little")


def test_code_written_to_flash_runs(bench: Bench) -> None:
    assert bench.call("change_code") == [1, 2]


def test_pins_read_back_only_with_their_input_buffer(bench: Bench) -> None:
    assert bench.call("pins") == [1, 0, 1, 0, 1]


def test_a_software_reset_starts_again_and_says_so(bench: Bench) -> None:
    bench.start("reset_with", 0)
    bench.board.run(SECOND // 1000)
    assert bench.finished(), "reset came to its end again"
    reason, cleared, retained = bench.call("read_reset_reason")
    assert reason & 4
    assert (cleared, retained) == (0, 0)


def test_gpregret_and_a_reset_enter_the_bootloader(bench: Bench) -> None:
    bench.start("reset_with", 0x57)
    bench.board.run(SECOND // 1000)
    assert bench.board.in_bootloader
    instructions = bench.board.instructions
    bench.board.send(b"anybody there?")
    bench.board.run(SECOND // 10)
    assert bench.board.instructions == instructions, "the application does not run"
    bench.board.reset()
    assert not bench.board.in_bootloader
    bench.board.run(SECOND // 1000)
    assert bench.finished()


def test_a_pulled_cable_loses_both_directions(bench: Bench) -> None:
    bench.board.cable_pulled = True
    bench.call("uarte_send", 10)
    assert not bench.sent
    bench.start("uarte_receive", 3)
    bench.board.run(SECOND // 1000)
    bench.board.send(b"abc")
    bench.board.run(SECOND // 1000)
    assert not bench.finished()
    bench.board.cable_pulled = False
    bench.board.send(b"def")
    assert bench.wait() == [3, *b"def"]
