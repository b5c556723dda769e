"""What blocks cost: the rules one by one, and the same numbers through CYCCNT."""

from __future__ import annotations

import pytest

from host.virtual.cycles import CycleModel, new_disassembler, price_block
from host.virtual.engines import Flavour
from host.virtual.options import BoardOptions
from tests.virtual.bench import Bench

MACHINE = new_disassembler()
BLOCKS = [
    ("movs r0,#1; adds r0,r0,r1; smlad r2,r0,r1,r2", "0120 4018 20fb0122", 3),
    ("ldr r0,[r1]", "0868", 2),
    ("ldr r0,[r1]; ldr r2,[r1,#4]: the second pipelines", "0868 4a68", 3),
    ("ldr r0,[r1]; ldr r2,[r0]: it waits for the first", "0868 0268", 4),
    ("ldr r0,[r1]; str r2,[r1,#4]", "0868 4a60", 3),
    ("str r2,[r1]", "0a60", 1),
    ("str r2,[r1,r3]", "ca50", 2),
    ("adds r1,r1,r2; ldr r0,[r1]: a fresh address", "8918 0868", 4),
    ("ldrd r0,r1,[r2]", "d2e90001", 3),
    ("push {r4,r5,r6,lr}", "70b5", 5),
    ("sdiv r0,r1,r2", "91fbf2f0", 6),
    ("vfma.f32 s0,s1,s2", "a0ee810a", 3),
    ("vdiv.f32 s0,s1,s2", "80ee810a", 14),
    ("movs r0,#1; it eq: folded into a 16-bit neighbour", "0120 08bf", 1),
    ("isb", "bff36f8f", 4),
    ("strd r0,r1,[r2]", "c2e90001", 3),
    ("ldm r1!,{r2,r3}: 1 + N", "0cc9", 3),
    ("stm r1!,{r2,r3,r4}: 1 + N", "1cc1", 4),
    ("pop {r4,pc}: 1 + N, and the branch", "10bd", 3),
    ("tbb [pc,r1]: 2, and the branch", "dfe801f0", 2),
    ("mrs r0,primask", "eff31080", 2),
    ("msr primask,r0", "80f31088", 2),
    ("vmov s0,r1", "00ee101a", 1),
    ("vmov.f32 s0,s1", "b0ee600a", 1),
    ("vmov s0,s1,r2,r3: two registers", "43ec102a", 2),
    ("vmov r2,r3,s0,s1: two registers", "53ec102a", 2),
    ("vmov d0,r2,r3: two registers", "43ec102b", 2),
    ("vldr s0,[r1]", "91ed000a", 2),
    ("vldr d0,[r1]: two words", "91ed000b", 3),
    ("vstr s0,[r1]", "81ed000a", 2),
    ("vstr d0,[r1]: two words", "81ed000b", 3),
    ("vldr s0,[r1]; vldr s1,[r1,#4]: the second pipelines", "91ed000a d1ed010a", 3),
    ("vldm r1,{s0-s3}: 1 + N", "91ec040a", 5),
    ("vpush {s16-s19}: 1 + N", "2ded048a", 5),
    ("vadd.f32 s0,s1,s2", "30ee810a", 1),
    ("vmla.f32 s0,s1,s2", "00ee810a", 3),
    ("vsqrt.f32 s0,s1", "b1eee00a", 14),
    ("add.w r0,r0,r1; it eq: not folded into a wide one", "00eb0100 08bf", 2),
]


@pytest.mark.parametrize(("text", "code", "cycles"), BLOCKS)
def test_price_of_a_block(text: str, code: str, cycles: int) -> None:
    price = price_block(bytes.fromhex(code), 0x10000, MACHINE, CycleModel())
    assert price.cycles == cycles, text
    assert price.unknown == ()


def test_branches_cost_when_taken() -> None:
    model = CycleModel()
    direct = price_block(bytes.fromhex("fed1"), 0x10000, MACHINE, model)  # bne
    indirect = price_block(bytes.fromhex("7047"), 0x10000, MACHINE, model)  # bx lr
    assert (direct.cycles, direct.taken_penalty) == (1, 1)
    assert (indirect.cycles, indirect.taken_penalty) == (1, 2)


def test_a_misaligned_wide_target_costs_one_more() -> None:
    wide = bytes.fromhex("91fbf2f0")
    assert price_block(wide, 0x10002, MACHINE, CycleModel()).entry_penalty == 1
    assert price_block(wide, 0x10000, MACHINE, CycleModel()).entry_penalty == 0


def test_prefix_says_when_each_instruction_starts() -> None:
    price = price_block(bytes.fromhex("0868 0268 0120"), 0x10000, MACHINE, CycleModel())
    assert price.prefix[:3] == (0, 2, 4)


def test_exact_engine_times_straight_code() -> None:
    bench = Bench(BoardOptions(always_exact=True))
    # LDR 2, ten NOPs, then the second LDR.
    assert bench.call("straight_line") == [12]


@pytest.mark.parametrize("rounds", [1, 10, 1000, 100_000])
@pytest.mark.parametrize("exact", [False, True])
def test_a_loop_costs_three_cycles_a_round(rounds: int, exact: bool) -> None:
    bench = Bench(BoardOptions(always_exact=exact))
    board = bench.board
    bench.call("count_down", 1)
    cycles, instructions = board.cycles, board.instructions
    bench.call("count_down", 1)
    shortest = board.cycles - cycles, board.instructions - instructions
    cycles, instructions = board.cycles, board.instructions
    bench.call("count_down", rounds)
    assert board.cycles - cycles - shortest[0] == 3 * (rounds - 1)
    assert board.instructions - instructions - shortest[1] == 2 * (rounds - 1)


def test_a_stop_at_a_deadline_charges_no_block_twice() -> None:
    """Unicorn calls the block hook again for the block it stopped at."""
    whole, sliced = Bench(), Bench()
    start = whole.board.cycles, whole.board.instructions
    assert start == (sliced.board.cycles, sliced.board.instructions)
    whole.call("count_down", 20_000)
    sliced.start("count_down", 20_000)
    while not sliced.finished():
        sliced.board.run(37)
    whole.board.run(sliced.board.cycles - whole.board.cycles)
    assert sliced.board.instructions == whole.board.instructions
    assert sliced.word("returned") == whole.word("returned") == 0


def test_profile_mode_charges_misaligned_loads_and_names_those_that_silicon_refuses() -> None:
    bench = Bench()
    bench.board.cpu.use(Flavour.PROFILE)
    bench.call("misaligned_loads", 0)
    start = bench.board.cycles
    bench.call("misaligned_loads", 0)
    slow = bench.board.cycles - start
    assert bench.warnings == []
    bench.call("misaligned_loads", 1)
    bench.board.run(1000)
    assert len(bench.warnings) == 1
    assert "silicon faults" in bench.warnings[0]
    fast = Bench()
    fast.call("misaligned_loads", 0)
    start = fast.board.cycles
    fast.call("misaligned_loads", 0)
    assert slow - (fast.board.cycles - start) == 1
