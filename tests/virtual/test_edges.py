"""Edges of the camera's pins start timers and interrupts at their exact cycle; tasks move pins; pins wake by DETECT."""

from __future__ import annotations

import itertools

import pytest

from host.virtual import words
from host.virtual.native.pins import sensor_pins
from host.virtual.sensor_edges import SENSOR_PINS, SensorEdges
from tests.virtual.bench import Bench
from tests.virtual.test_sensor import COM10, camera

DBLV_X4 = (0x6B, 0x40)  # the PLL makes 64 MHz of 16: a clock divided by 12 lasts 12 CPU cycles
PERIOD = 4  # cycles of the PPI's and the timer's 16 MHz
LINE_CYCLES = 1568 * 12 * 2  # QVGA at CLKRC 11: every second line goes out


def set_up(*writes: tuple[int, int]) -> Bench:
    """A running sensor with these registers on top of QVGA."""
    bench = camera(divider=11)
    for number, value in (DBLV_X4, *writes):
        assert bench.value("sccb_write", number, value) == 1
    return bench


@pytest.mark.parametrize(
    "writes",
    [
        (),
        ((COM10, 0x00),),  # PCLK runs between the lines
        ((COM10, 0x3A),),  # everything reversed
        ((0x0C, 0), (0x3E, 0)),  # VGA
        ((COM10, 0x60),),  # HSYNC in the place of HREF
        ((0x32, 0x00), (0x1A, 0x7F)),  # a window that reaches the frame's end
    ],
)
def test_the_next_edge_is_where_the_level_changes(writes: tuple[tuple[int, int], ...]) -> None:
    """Against the hook that the CPU reads its pins through."""
    state = set_up(*writes).board.memory.state
    edges = SensorEdges(state)
    start, frame = int(state[words.SENSOR_START]), 510 * 1568 * 12
    for offset in (0, 13 * 1568 * 12 - 2000, frame - 3000):
        first = start + offset
        last = sensor_pins(state, first)
        assert edges.levels(first) == last
        following = {pin: edges.next(pin, first) for pin in (1 << 4, 1 << 5, 1 << 21)}
        for cycle in range(first + 1, first + 12_000):
            level = sensor_pins(state, cycle)
            for pin, edge in following.items():
                assert bool((level ^ last) & pin) == (edge == cycle), (hex(pin), cycle - start)
                if edge == cycle:
                    following[pin] = edges.next(pin, cycle)
            last = level
    assert edges.next(SENSOR_PINS & words.PIN_VSYNC, start) == start + 3 * 1568 * 12


def test_a_sensor_that_stands_still_has_no_edges() -> None:
    bench = Bench()
    assert SensorEdges(bench.board.memory.state).next(SENSOR_PINS, 0) is None


@pytest.mark.parametrize("ticks", [20, 4000])
def test_an_interrupt_comes_so_many_ticks_behind_the_fall_of_href(ticks: int) -> None:
    bench = set_up()
    recorded = bench.call("time_from_edge", 5, 2, ticks, 6)
    times, counts = recorded[0::2], recorded[1::2]
    # Entry takes 12 cycles behind the end of a loop of 4 instructions; then the capture itself.
    assert all(3 <= count - ticks <= 8 for count in counts), counts
    periods = [after - before for before, after in itertools.pairwise(times[1:])]
    assert all(abs(period - LINE_CYCLES) <= 12 for period in periods), periods


def test_the_timer_starts_with_the_ppi_clock_behind_the_edge() -> None:
    bench = set_up()
    board = bench.board
    edges = SensorEdges(board.memory.state)
    bench.start("time_from_edge", 5, 1, 100, 1)
    board.run(2000)
    edge = edges.next(words.PIN_HREF, board.cycles) or 0
    timer = next(bank for bank in board.bus.banks() if bank.name == "TIMER3")
    board.run(edge - board.cycles + 200)
    timer.write(0x048, 1)  # CAPTURE[2]
    elapsed = board.cycles - (edge // PERIOD + 1) * PERIOD
    assert timer.read(0x548) == elapsed // PERIOD


def test_vsync_interrupts_once_a_frame() -> None:
    bench = set_up()
    times = bench.call("time_from_edge", 21, 1, 16, 3, seconds=1.0)[0::2]
    assert abs(times[2] - times[1] - 510 * 1568 * 12) <= 12


def test_tasks_move_pins_by_ppi_and_its_groups() -> None:
    assert Bench().call("toggle_by_events") == [1, 1, 0, 0, 1, 0]


def test_a_sensed_pin_makes_the_port_event_at_the_rise_of_detect() -> None:
    assert Bench().call("sense_a_pin") == [0, 1, 1, 1, 0, 1]


def test_pixel_clocks_can_be_counted() -> None:
    """GPIOTE on PCLK, the timer as a counter: bytes of a line, without the CPU."""
    bench = set_up()
    board = bench.board
    for address, value in (
        (0x4001A504, 1),  # TIMER3 counts tasks
        (0x4001A508, 3),
        (0x4001A000, 1),
        (0x40006510, 1 | 4 << 8 | 1 << 16),  # rises of P0.04
        (0x4001F510, 0x40006100),
        (0x4001F514, 0x4001A008),
        (0x4001F504, 1),
    ):
        board.bus.write(address, 4, value)
    edges = SensorEdges(board.memory.state)
    rise = edges.next(words.PIN_HREF, board.cycles) or 0
    while not edges.levels(rise) & words.PIN_HREF:
        rise = edges.next(words.PIN_HREF, rise) or 0
    board.run(rise - board.cycles + LINE_CYCLES - 1000)
    board.bus.write(0x4001A048, 4, 1)
    assert board.bus.read(0x4001A548, 4) == 640
