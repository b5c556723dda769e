"""The fast engine tells the time of an access as exactly as the exact one, and without its help after a while."""

from __future__ import annotations

import numpy as np
import pytest

from host.virtual import words
from host.virtual.cycles import CycleModel, new_disassembler, price_block
from host.virtual.engines import Flavour
from host.virtual.hook_ranges import ranges_of
from host.virtual.options import BoardOptions
from tests.virtual.bench import SECOND, Bench
from tests.virtual.test_sensor import camera, captured

ROUNDS = 256
ROUTINE_BYTES, FREE_RAM = 128, 0x30000
RAM = words.RAM_SLOT  # the first halfword there
FRAME_CYCLES, IN_LINES = 510 * 1568 * 16, 34_000_000  # pins move there, at the slowest clock
CASES = [
    ("ldr r0,[r1]", "0868", (0,), ()),
    ("ldr r0,[sp]; ldr r1,[pc]; ldr r2,[r3]", "0098 0049 1a68", (4,), ()),
    ("ldr r0,[r1]; str r0,[r2]; ldrb r3,[r1]", "0868 1060 0b78", (0, 4), (2,)),
    ("push; pop", "70b5 70bd", (), ()),
    ("ldmia r1!,{r2,r3}; stmia r0!,{r2,r3}", "0cc9 0cc0", (0,), (2,)),
]


@pytest.mark.parametrize(("text", "code", "loads", "stores"), CASES)
def test_accesses_that_may_reach_a_device(
    text: str, code: str, loads: tuple[int, ...], stores: tuple[int, ...]
) -> None:
    price = price_block(bytes.fromhex(code), 0x10000, new_disassembler(), CycleModel())
    assert price.reaching == (loads, stores), text


def watched(bench: Bench) -> list[tuple[int, int]]:
    """Ranges of addresses."""
    return bench.board.cpu.sites.hooked


def test_pictures_and_their_time_are_those_of_the_exact_engine() -> None:
    fast, exact = camera(), camera(BoardOptions(always_exact=True))
    for _ in range(2):
        assert np.array_equal(captured(fast), captured(exact))
        assert fast.board.cycles == exact.board.cycles


def test_blocks_with_several_reads_are_exact_from_the_first_run_on() -> None:
    fast, exact = camera(), camera(BoardOptions(always_exact=True))
    moved = []
    for frame in range(4):
        for bench in (fast, exact):
            bench.board.run(IN_LINES + frame * FRAME_CYCLES - bench.board.cycles)
            bench.call("sample_pins", ROUNDS)
        assert np.array_equal(fast.words("samples"), exact.words("samples")), frame
        assert fast.board.cycles == exact.board.cycles
        moved.append(len(np.unique(exact.words("samples"))) > 2)
    assert moved[0] and moved[-1], "the pins do move"
    assert fast.board.cpu.flavour is Flavour.FAST, "it has learned it"


def test_of_a_place_that_was_learned_the_accesses_are_watched() -> None:
    bench = camera()
    for _ in range(2):
        bench.board.run(SECOND // 4)
        bench.call("sample_pins", ROUNDS)
    memory, address = bench.board.memory, bench.board.symbols["sample_pins"][0]
    slots = slice(words.slot_of(address), words.slot_of(address + 0x80))
    assert (memory.accesses[slots] == words.ACCESS_HOOKED).any()
    assert any(first <= address + 0x80 and behind > address for first, behind in watched(bench))


@pytest.mark.parametrize("there", [words.RAM_START, words.CODE_RAM_START])
def test_code_in_ram_is_watched_at_the_address_where_it_runs(there: int) -> None:
    """The code region has RAM at another address (nRF52840 PS 1.7, 4.2): what runs there is timed as exactly."""
    fast, exact = camera(), camera(BoardOptions(always_exact=True))
    for frame, start in enumerate([words.RAM_START] * 3 + [there] * 2):
        for bench in (fast, exact):
            bench.board.run(IN_LINES + frame * FRAME_CYCLES - bench.board.cycles)
            code = bench.board.memory.read(bench.board.symbols["sample_pins"][0], ROUTINE_BYTES)
            assert code and bench.board.memory.write_ram(words.RAM_START + FREE_RAM, code)
            bench.board.symbols["the copy"] = (start + FREE_RAM, ROUTINE_BYTES)
            bench.call("the copy", ROUNDS)
    assert fast.board.cpu.flavour is Flavour.FAST, "it has learned it"
    assert any(a <= there + FREE_RAM + 64 and b > there + FREE_RAM for a, b in watched(fast))
    assert np.array_equal(fast.words("samples"), exact.words("samples"))
    assert len(np.unique(exact.words("samples"))) > 2, "the pins do move"
    assert fast.board.cycles == exact.board.cycles


@pytest.mark.parametrize(
    ("wanted", "ran", "expected"),
    [
        ([4], {}, [(8, 10)]),
        ([4, 40], {}, [(8, 82)]),  # nothing ran between: one range is called without a search
        (
            [4, 40],
            {4: 9, 20: 1, 40: 9},
            [(8, 82)],
        ),  # 19 calls cost less than 18 with two steps each
        ([4, 40], {4: 9, 20: 90, 40: 9}, [(8, 10), (80, 82)]),
        ([4, 40, RAM], {20: 1, RAM: 90}, [(8, 82), (words.RAM_START, words.RAM_START + 2)]),
        ([4, RAM], {}, [(8, 10), (words.RAM_START, words.RAM_START + 2)]),
        ([], {4: 9}, []),
    ],
)
def test_ranges_cost_what_runs_in_them_and_their_number(
    wanted: list[int], ran: dict[int, int], expected: list[tuple[int, int]]
) -> None:
    blocks = [(slot, slot + 1, times) for slot, times in ran.items()]
    assert ranges_of(wanted, np.array(blocks, np.int64).reshape(-1, 3)) == expected
