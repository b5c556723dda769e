"""Exceptions: order, nesting, masks, stack frames, faults, sleep."""

from __future__ import annotations

import struct

import pytest

from host.virtual.options import BoardOptions
from host.virtual.registers import IPSR, LR, MSP, PSP
from tests.virtual.bench import Bench

UNDEFINED, PRECISE_BUS_FAULT = 1 << 16, 0x8200


@pytest.fixture(params=[False, True], ids=["fast", "exact"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Both engines must agree."""
    return Bench(BoardOptions(always_exact=request.param))


def test_a_more_urgent_interrupt_comes_in_between(bench: Bench) -> None:
    assert bench.call("nested_interrupts") == [1, 3, 2, 9]


def test_masks_hold_interrupts_back_and_the_most_urgent_comes_first(bench: Bench) -> None:
    assert bench.call("masked_interrupts") == [10, 3, 4, 11, 12, 3, 13]


def test_supervisor_call_returns_behind_itself(bench: Bench) -> None:
    assert bench.call("supervisor_call") == [5, 14]


def test_registers_flags_and_floats_survive_an_interrupt(bench: Bench) -> None:
    recorded = bench.call("registers_survive")
    flags, total, register = recorded[-3:]
    assert recorded[:-3] == [3]
    assert flags >> 14 & 1, "Z of the comparison"
    assert flags & 0xF == 0b1110, "GE of sadd8 0x7f017fff twice: the lowest byte is negative"
    assert total == 0x40400000, "2.5 + 0.5"
    assert register == 77


def test_thread_mode_on_the_process_stack(bench: Bench) -> None:
    assert bench.call("on_process_stack") == [3, 5, 1, 1]


def test_faults_name_the_instruction_and_the_reason(bench: Bench) -> None:
    recorded = bench.call("faults")
    start = bench.board.symbols["faults"][0]
    places = [address - start for address in recorded[0::2]]
    assert places == [6, 12, 14, 20]
    assert recorded[1::2] == [PRECISE_BUS_FAULT, PRECISE_BUS_FAULT, UNDEFINED, PRECISE_BUS_FAULT]
    assert any("flash store at 0x00030000" in line for line in bench.warnings)


def test_a_fault_in_a_fault_handler_locks_up_and_resets(bench: Bench) -> None:
    bench.start("fault_in_fault")
    assert bench.board.run_until(lambda: bench.board.lockups == 1, 64_000)
    assert bench.board.run_until(bench.finished, 64_000), "the firmware starts again"
    assert bench.call("read_reset_reason")[0] & 8


NO_MEMORY = 0x5000_0000  # a stack pointer there


def branch_to(bench: Bench, link: int, registers: dict[int, int]) -> None:
    """A `bx lr` with this in LR, and what else it finds."""
    start = bench.board.symbols["supervisor_call"][0] & ~1
    code = bench.board.memory.read(start, 0x400)
    assert code is not None
    place = next(at for at in range(0, 0x400, 2) if code[at : at + 2] == b"\x70\x47")
    bench.board.cpu.write({LR: link} | registers)
    bench.board.jump(start + place | 1)


@pytest.mark.parametrize(
    ("active", "link", "stacks", "reason"),
    [
        ([15], 0xFFFFFFF9, {MSP: NO_MEMORY}, "no stack at 0x50000000"),
        ([15], 0xFFFFFFFD, {PSP: NO_MEMORY}, "no stack at 0x50000000"),
        (
            [15],
            0xFFFFFFE9,
            {MSP: 0x2003FFF0},
            "no stack at 0x2003fff0",
        ),  # the frame's end is cut off
        ([], 0xFFFFFFF9, {}, "no exception to return from"),
        ([15], 0xFFFFFFF5, {}, "no exception to return from with 0xfffffff5"),
    ],
)
def test_a_return_that_cannot_be_locks_up(
    bench: Bench, active: list[int], link: int, stacks: dict[int, int], reason: str
) -> None:
    bench.board.nvic.active = active
    branch_to(bench, link, stacks)
    assert bench.board.run_until(lambda: bench.board.lockups == 1, 64_000)
    assert any(reason in line for line in bench.warnings), bench.warnings


@pytest.mark.parametrize("link", [0xFFFFFFF9, 0xFFFFFFFD])
def test_only_the_stack_that_is_used_must_be_there(bench: Bench, link: int) -> None:
    """A frame of 32 bytes that ends with RAM's last byte, and no memory under the other stack."""
    top = 0x20040000
    frame = struct.pack("<8I", *range(6), bench.board.symbols["probe_finished"][0], 1 << 24)
    assert bench.board.memory.write_ram(top - len(frame), frame)
    bench.board.nvic.active = [15]
    used, other = (MSP, PSP) if link == 0xFFFFFFF9 else (PSP, MSP)
    branch_to(bench, link, {used: top - len(frame), other: NO_MEMORY})
    bench.board.run(20)
    assert bench.board.lockups == 0
    assert list(bench.board.cpu.read(used, IPSR)) == [top, 0]


def test_no_room_for_a_frame_locks_up(bench: Bench) -> None:
    bench.start("supervisor_call")
    bench.board.cpu.write({MSP: 0x2000_0010})
    assert bench.board.run_until(lambda: bench.board.lockups == 1, 64_000)
    assert any("no stack at 0x1ff" in line for line in bench.warnings), bench.warnings


def test_floating_point_without_permission_faults(bench: Bench) -> None:
    bench.call("use_float")
    bench.call("forbid_float")
    bench.start("use_float")
    bench.board.run(6400)
    address, reason = bench.words("results")[:2].tolist()
    assert address == bench.board.symbols["use_float"][0]
    assert reason == 1 << 19, "UsageFault NOCP"


@pytest.mark.parametrize("reload", [999, 63_999, 6_399_999])
def test_wfi_skips_guest_time_to_the_next_tick(bench: Bench, reload: int) -> None:
    before = bench.board.cycles
    (awake,) = bench.call("sleep_one_tick", reload)
    assert reload < bench.board.cycles - before < reload + 1500
    assert awake < 120, "the cycle counter stands still in sleep, as on the nRF52840"
    assert bench.board.slept_cycles > reload - 120
    assert bench.board.instructions < 3000, "sleeping runs no instructions"


def test_systick_counts_and_pends_once_while_masked(bench: Bench) -> None:
    ticks, cycles, masked, after = bench.call("count_ticks", 999, 5000)
    assert abs(ticks - cycles / 1000) <= 2
    assert masked == 0
    assert after == 1


def test_an_event_before_wfe_keeps_it_from_sleeping(bench: Bench) -> None:
    assert bench.call("events_are_remembered") == [1, 1, 3]


def test_with_sevonpend_an_interrupt_that_is_not_let_through_wakes_wfe(bench: Bench) -> None:
    slept = bench.board.slept_cycles
    count, event = bench.call("pending_is_an_event", 500)
    assert (count, event) == (500, 1)
    assert bench.board.slept_cycles - slept > 490 * 64


def test_sleep_on_exit_goes_back_to_sleep_behind_every_handler(bench: Bench) -> None:
    assert bench.call("sleep_on_exit", 4) == [4]


def test_the_float_context_is_stacked_where_fpcar_says(bench: Bench) -> None:
    link, distance, lazy = bench.call("float_frame", 1)
    assert link == 0xFFFFFFE9
    assert 0x48 <= distance <= 0x4C, "18 words of it lie above, and perhaps one to align"
    assert lazy == 0


def test_without_aspen_the_float_context_is_the_programs_own(bench: Bench) -> None:
    assert bench.call("float_frame", 0)[0] == 0xFFFFFFF9
