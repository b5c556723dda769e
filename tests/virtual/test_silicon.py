"""Slower silicon: wait states move the sample, branches and flash cost more, the instruction cache hits and misses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from host.virtual import words
from host.virtual.memory import Memory
from host.virtual.native import flash
from host.virtual.options import BoardOptions
from host.virtual.silicon import NAMED, Silicon, parse_silicon
from tests.virtual.bench import SECOND, Bench
from tests.virtual.test_sensor import camera

IN_LINES, STARTS = 34_000_000, 24


def samples(wait: int, later: int) -> npt.NDArray[np.uint32]:
    """What single reads of the data pins give that begin at fixed cycles, plus so many."""
    bench = camera()
    bench.board.memory.state[words.PIN_WAIT] = wait  # only now: starting the sensor reads pins, too
    found = []
    for start in range(STARTS):
        bench.board.run(IN_LINES + 10_007 * start + later - bench.board.cycles)
        found.append(bench.value("sample_once"))
    return np.array(found)


def test_wait_states_move_the_sample_not_only_the_time() -> None:
    ideal = [samples(0, later) for later in range(4)]
    assert any(not np.array_equal(ideal[0], other) for other in ideal[1:]), "the pins do move"
    for wait in (1, 2, 3):
        assert np.array_equal(samples(wait, 0), ideal[wait])
        board = Bench(BoardOptions(silicon=Silicon(wait=wait))).board
        assert board.memory.state[words.PIN_WAIT] == wait


def loop_cycles(silicon: Silicon, cache: bool = False, rounds: int = 1000) -> tuple[int, int]:
    """Cycles of a loop of two instructions, and lines of flash that it missed."""
    bench = Bench(BoardOptions(silicon=silicon))
    bench.board.nvmc.write(0x540, int(cache))
    misses = int(bench.board.memory.state[words.CACHE_MISSES])
    began = bench.board.cycles
    bench.call("count_down", rounds)
    return bench.board.cycles - began, int(bench.board.memory.state[words.CACHE_MISSES]) - misses


def test_taken_branches_cost_what_is_configured() -> None:
    for branch in (1, 2, 3):
        short, long = (loop_cycles(Silicon(branch=branch), rounds=n)[0] for n in (1000, 2000))
        assert long - short == 1000 * (2 + branch)


def test_a_loop_in_the_cache_waits_for_flash_at_first_only() -> None:
    ideal = [loop_cycles(Silicon(), rounds=n)[0] for n in (1000, 2000)]
    cached = [loop_cycles(Silicon(flash=3), True, n) for n in (1000, 2000)]
    assert cached[0][1] == cached[1][1] < 20
    assert cached[1][0] - cached[0][0] == ideal[1] - ideal[0]
    assert cached[0][0] - ideal[0] >= 3 * cached[0][1] > 0


def test_data_in_flash_waits_every_time() -> None:
    def sweep(silicon: Silicon) -> int:
        bench = Bench(BoardOptions(silicon=silicon))
        began = bench.board.cycles
        assert bench.value("sum_flash", 500) == bench.value("sum_flash", 500)
        return bench.board.cycles - began

    ideal, waits = sweep(Silicon()), [sweep(Silicon(flash=n)) for n in (1, 2, 3)]
    assert waits[0] - ideal >= 2 * 500
    assert waits[1] - waits[0] == waits[2] - waits[1] == waits[0] - ideal


TRACES = [
    (
        "lines of one set: two ways, the older one goes",
        True,
        [0, 64, 0, 128, 64, 128, 0],
        "mmhmmhm",
    ),
    ("lines of other sets do not meet", True, [0, 1, 2, 63, 0, 1, 2, 63], "mmmmhhhh"),
    ("2 KB and a line more, again and again: one set thrashes", True, [*range(129)] * 2, None),
    ("cache off: the last line is at hand", False, [5, 5, 6, 5, 5], "mhmmh"),
]


@pytest.mark.parametrize(("text", "on", "lines", "wanted"), TRACES)
def test_cache_against_traces_by_hand(
    text: str, on: bool, lines: list[int], wanted: str | None
) -> None:
    memory = Memory()
    memory.switch_cache(on)
    found = "".join("h" if flash.line_is_there(memory.state, line) else "m" for line in lines)
    if (
        wanted is None
    ):  # 0 and 64 fill set 0, 128 puts out 0, which puts out 64, which puts out 128, all missed
        missed = [lines[i] for i in range(129, 258) if found[i] == "m"]
        assert found[:129] == "m" * 129
        assert missed == [0, 64, 128]
    else:
        assert found == wanted, text


def test_blocks_fetch_all_lines_they_lie_in() -> None:
    memory = Memory()
    memory.state[words.FLASH_WAIT] = 3
    memory.switch_cache(True)
    assert flash.fetch_block(memory.state, 0x1000E, 2) == 3, "one line"
    assert flash.fetch_block(memory.state, 0x1000E, 4) == 3, "the next one; the first is there"
    assert flash.fetch_block(memory.state, 0x10000, 0x40) == 2 * 3
    assert memory.state[words.CACHE_MISSES] == 4
    assert memory.state[words.CACHE_HITS] == 3


def test_interrupts_of_the_core_cost_more() -> None:
    cheap, dear = (
        Bench(BoardOptions(core_load=True, silicon=Silicon(interrupt=extra))) for extra in (0, 1000)
    )
    means = []
    for bench in (cheap, dear):
        bench.call("count_down", SECOND // 30)
        counts = bench.board.core_load.counts()
        means.append(sum(c.cycles for c in counts) / sum(c.taken for c in counts))
    assert means[1] - means[0] == pytest.approx(1000, abs=60)


def test_ideal_silicon_is_the_model_itself() -> None:
    plain, ideal = Bench(), Bench(BoardOptions(silicon=parse_silicon("ideal")))
    for bench in (plain, ideal):
        bench.call("count_down", 10_000)
    assert plain.board.cycles == ideal.board.cycles
    assert plain.board.memory.state[words.CACHE_MISSES] == 0


@pytest.mark.parametrize(
    ("text", "silicon"),
    [
        ("ideal", Silicon()),
        ("pessimistic", NAMED["pessimistic"]),
        ("wait=2,branch=3", Silicon(wait=2, branch=3)),
        ("pessimistic,wait=1,flash=0", Silicon(1, 3, 0, 1000)),
    ],
)
def test_silicon_by_name_and_by_number(text: str, silicon: Silicon) -> None:
    assert parse_silicon(text) == silicon
    assert parse_silicon(silicon.text()) == silicon


@pytest.mark.parametrize(
    "text", ["slow", "wait=4", "branch=0", "wait=", "wait=1,ideal", "flash=-1"]
)
def test_other_silicon_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give ideal or pessimistic"):
        parse_silicon(text)
