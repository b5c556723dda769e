"""The fast engine tells the time of an access as exactly as the exact one, and without its help after a while."""

from __future__ import annotations

import numpy as np
import pytest

from host.virtual import words
from host.virtual.cycles import CycleModel, new_disassembler, price_block
from host.virtual.engines import Flavour
from host.virtual.options import BoardOptions
from tests.virtual.bench import SECOND
from tests.virtual.test_sensor import camera, captured

ROUNDS = 256
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


def test_pictures_and_their_time_are_those_of_the_exact_engine() -> None:
    fast, exact = camera(), camera(BoardOptions(always_exact=True))
    for _ in range(2):
        assert np.array_equal(captured(fast), captured(exact))
        assert fast.board.cycles == exact.board.cycles


def test_blocks_with_several_reads_are_learned_then_exact() -> None:
    fast, exact = camera(), camera(BoardOptions(always_exact=True))
    flavours, same = [], []
    for frame in range(4):
        for bench in (fast, exact):
            bench.board.run(IN_LINES + frame * FRAME_CYCLES - bench.board.cycles)
            bench.call("sample_pins", ROUNDS)
        same.append(np.array_equal(fast.words("samples"), exact.words("samples")))
        flavours.append(fast.board.cpu.flavour)
    assert flavours[0] is Flavour.EXACT, "it does not know such a block"
    assert flavours[-1] is Flavour.FAST, "it has learned it"
    assert same[-1] and same[-2]
    assert len(np.unique(exact.words("samples"))) > 2, "the pins do move"


def test_a_place_that_was_learned_is_watched_with_its_neighbours() -> None:
    bench = camera()
    for _ in range(2):
        bench.board.run(SECOND // 4)
        bench.call("sample_pins", ROUNDS)
    memory, address = bench.board.memory, bench.board.symbols["sample_pins"][0]
    slots = slice(words.slot_of(address), words.slot_of(address + 0x80))
    assert (memory.accesses[slots] == words.ACCESS_HOOKED).any()
    (around,) = [r for r in bench.board.cpu.sites.hooked if r[0] <= address < r[1]]
    assert around[1] - address > 0x80


def test_more_places_than_hooks_keep_the_exact_engine() -> None:
    bench = camera()
    sites, memory = bench.board.cpu.sites, bench.board.memory
    memory.wanted[words.slot_of(0x40000) : words.slot_of(0x50000) : 0x200] = 1
    bench.board.run(IN_LINES - bench.board.cycles)
    for _ in range(3):
        bench.call("sample_pins", ROUNDS)
        bench.board.run(SECOND // 4)
    assert sites.full
    assert bench.board.cpu.flavour is Flavour.EXACT
