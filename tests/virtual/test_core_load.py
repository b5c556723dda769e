"""The time that Arduino's core takes from our bare-metal image: how much, when, and who goes first."""

from __future__ import annotations

from itertools import pairwise

import pytest

from host.base.places import PREBUILT
from host.virtual import options, words
from host.virtual.board import VirtualBoard
from host.virtual.core_load import HIGH, LOW
from host.virtual.options import BoardOptions
from host.virtual.scene import open_scene
from tests.virtual.bench import SECOND, Bench

ROUND = 3  # cycles of a probe's busy loop
MILLISECOND = SECOND // 1000


def loaded(always_exact: bool = False) -> Bench:
    """A bench whose board is charged the core's interrupts."""
    return Bench(BoardOptions(core_load=True, always_exact=always_exact))


def taken(bench: Bench) -> dict[str, int]:
    """Handlers that ran, by name."""
    return {count.name: count.taken for count in bench.board.core_load.counts()}


@pytest.mark.parametrize("exact", [False, True])
def test_rates_and_costs_are_those_counted_on_the_real_image(exact: bool) -> None:
    bench = loaded(always_exact=exact)
    start = {c.name: c for c in bench.board.core_load.counts()}
    began = bench.board.cycles
    bench.call("count_down", SECOND // ROUND // 2, seconds=2)
    seconds = (bench.board.cycles - began) / SECOND
    for count in bench.board.core_load.counts():
        rate = (count.taken - start[count.name].taken) / seconds
        mean = (count.cycles - start[count.name].cycles) / (count.taken - start[count.name].taken)
        wanted = {"USBD": (2_268, 696), "RTC1": (993, 937), "SysTick": (980, 200)}[count.name]
        # Some come while the same one is pending, and are one with it.
        assert rate == pytest.approx(wanted[0], rel=0.03), count.name
        assert mean == pytest.approx(wanted[1], rel=0.03), count.name


def test_a_busy_loop_takes_longer_by_exactly_what_was_stolen() -> None:
    idle, busy = Bench(BoardOptions(core_load=False)), loaded()
    cycles = []
    for bench in (idle, busy):
        began = bench.board.cycles
        stolen = sum(c.cycles for c in bench.board.core_load.counts())
        bench.call("count_down", 1_000_000)
        stolen = sum(c.cycles for c in bench.board.core_load.counts()) - stolen
        cycles.append(bench.board.cycles - began - stolen)
    assert cycles[0] == cycles[1]
    assert idle.board.instructions == busy.board.instructions


def test_every_run_is_the_same() -> None:
    first, second = loaded(), loaded()
    for bench in (first, second):
        bench.call("count_down", 1_000_000)
    assert first.board.cycles == second.board.cycles
    assert first.board.core_load.counts() == second.board.core_load.counts()


def test_primask_holds_them_back_and_they_come_behind_it() -> None:
    """3,400 cycles were counted on the real image behind 3.2 ms of masked interrupts."""
    bench, times = loaded(), 100
    (delay,) = bench.call("masked_repeatedly", times, int(3.2 * MILLISECOND / ROUND))
    assert delay / times == pytest.approx(3_400, rel=0.05)


def test_nothing_runs_while_masked() -> None:
    bench = loaded()
    bench.start("masked_repeatedly", 1, 10 * MILLISECOND // ROUND)
    bench.board.run(MILLISECOND // 10)
    before = taken(bench)
    bench.board.run(9 * MILLISECOND)
    assert taken(bench) == before
    bench.wait()
    assert all(count > before[name] for name, count in taken(bench).items())


def test_basepri_holds_back_what_is_not_more_urgent() -> None:
    bench = loaded()
    bench.start("with_base_priority", 0x80, 20 * MILLISECOND // ROUND)
    bench.board.run(MILLISECOND // 10)
    before = taken(bench)
    bench.board.run(10 * MILLISECOND)
    during = {name: count - before[name] for name, count in taken(bench).items()}
    assert during["RTC1"] in (9, 10, 11), "priority 2 passes a BASEPRI of 4"
    assert during["USBD"] == during["SysTick"] == 0


@pytest.mark.parametrize(
    ("priority", "passing"), [(0x00, set()), (HIGH, set()), (0x80, {"RTC1"}), (LOW, {"RTC1"})]
)
def test_a_handler_lets_only_more_urgent_ones_in(priority: int, passing: set[str]) -> None:
    bench = loaded()
    bench.start("in_a_handler", priority, 20 * MILLISECOND // ROUND)
    assert bench.board.run_until(lambda: bench.word("result_count") == 1, MILLISECOND * 9)
    before = taken(bench)
    bench.board.run(10 * MILLISECOND)
    assert {n for n, count in taken(bench).items() if count > before[n]} == passing


def ticks_lost(bench: Bench, priority: int) -> float:
    """Part of the guest's own timer ticks, 1,000 cycles apart, that came too late to be counted one by one."""
    bench.board.nvic.set_priority(15, priority)
    ticks, cycles, *_ = bench.call("count_ticks", 999, 50_000)
    return 1 - ticks / (cycles / 1000)


def test_the_guests_more_urgent_handler_interrupts_the_cores() -> None:
    assert ticks_lost(loaded(), 0x00) < 0.005
    assert ticks_lost(loaded(), LOW) > 0.01, "a handler of the core holds it back"


def test_the_core_wakes_a_sleeping_cpu_and_the_time_is_not_slept() -> None:
    bench = loaded()  # the probes sleep in a loop when they have returned
    slept, began = bench.board.slept_cycles, bench.board.cycles
    stolen = sum(c.cycles for c in bench.board.core_load.counts())
    bench.board.run(SECOND // 10)
    awake = bench.board.cycles - began - (bench.board.slept_cycles - slept)
    stolen = sum(c.cycles for c in bench.board.core_load.counts()) - stolen
    assert stolen > 0.04 * SECOND / 10
    assert stolen <= awake < stolen * 1.1


def test_a_reset_forgets_what_was_pending() -> None:
    bench = loaded()
    bench.start("masked_repeatedly", 1, 10 * MILLISECOND // ROUND)
    bench.board.run(5 * MILLISECOND)
    bench.board.reset()
    before = taken(bench)
    bench.board.run(MILLISECOND // 2)
    assert sum(taken(bench).values()) - sum(before.values()) <= 2


def test_only_an_image_without_the_core_is_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, with_core = {"default_model": (0, 0)}, {"default_model": (0, 0), "mbed_start": (0, 0)}
    assert BoardOptions(core_load=True).charges_core(with_core)
    assert not BoardOptions(core_load=False).charges_core(ours)
    assert not BoardOptions().charges_core(with_core)
    assert not BoardOptions().charges_core({})
    monkeypatch.setattr(options, "CORE_LOAD_BY_DEFAULT", True)
    assert BoardOptions().charges_core(ours)
    assert not BoardOptions().charges_core(with_core)
    assert not BoardOptions().charges_core({})


def test_without_it_nothing_is_charged() -> None:
    board = VirtualBoard(PREBUILT, open_scene("synthetic"), BoardOptions(core_load=False))
    board.run(SECOND // 10)
    assert all(count.taken == 0 for count in board.core_load.counts())
    assert board.memory.state[words.LOAD_AT] == words.NEVER


@pytest.mark.parametrize(("core_load", "most"), [(True, 64), (False, 0xFFFF)])
def test_our_firmware_sends_a_packet_at_a_call_as_the_cores_port_takes_it(
    core_load: bool, most: int
) -> None:
    pieces: list[tuple[int, int]] = []

    def received(data: bytes) -> None:
        pieces.append((board.cycles, len(data)))

    options = BoardOptions(core_load=core_load)
    board = VirtualBoard(PREBUILT, open_scene("synthetic"), options, received)
    board.run(SECOND // 10)
    assert sum(count for _, count in pieces) > 64, "it said Hello"
    assert max(count for _, count in pieces) <= most
    assert (len(pieces) > 1) == core_load
    for (before, _), (after, count) in pairwise(pieces):
        assert after - before >= count * SECOND / 700_000, "faster than full-speed USB"
