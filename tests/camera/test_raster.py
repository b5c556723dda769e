"""What the board counts at the sensor's pins, whatever makes the picture small; and what it says of its own chip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from host.link.messages import (
    Ack,
    Fault,
    FaultCode,
    Mode,
    Raster,
    RasterRequest,
    Setting,
    Silicon,
    SiliconRequest,
    Status,
)
from host.virtual import ov7675
from host.virtual.options import BoardOptions, SensorFaults
from host.virtual.sensor_timing import Timing, sensor_timing
from host.virtual.silicon import Silicon as Chip
from tests.system.board import Bench

ROWS, ROW_CLOCKS = 510, 784 * 2  # of a frame of the array (OV7675 data sheet)
MIDDLE = 120


def raster(bench: Bench, line: int = MIDDLE) -> Raster:
    """The answer."""
    bench.tell(RasterRequest(line))
    return bench.wait(Raster, 10)


def silicon(bench: Bench) -> Silicon:
    """The answer."""
    bench.tell(SiliconRequest())
    return bench.wait(Silicon)


@pytest.mark.parametrize("halving", [0, 1, 2])
def test_each_way_of_halving_is_counted(halving: int) -> None:
    """All three do on the virtual sensor; the vendors' at twice the pixel clock, which no capture could read."""
    bench = Bench("noise:1")
    bench.set(Setting.HALVING, halving)
    bench.set(Setting.COLOUR_BARS, 1)
    found = raster(bench)
    assert (found.code, found.lines, found.line, found.line_bytes) == (0, 240, MIDDLE, 640)
    clocks = found.line_cycles / found.line_bytes / (found.clock_divider + 1)
    assert clocks == pytest.approx(1 if halving == 2 else 2, rel=0.02)
    rows = found.frame_cycles / (ROW_CLOCKS * (found.clock_divider + 1))
    assert rows == pytest.approx(ROWS, abs=0.1)
    white, black = found.line_start[20:24], found.line_start[-20:-16]
    assert (white[0], white[2], black[0], black[2]) == (255, 255, 0, 0)


def test_a_line_of_bars_has_their_colours() -> None:
    """Yellow, the second bar, has little U; with U and V swapped its chroma is the other way round."""
    bench = Bench("noise:1")
    bench.set(Setting.COLOUR_BARS, 1)
    for order, low in ((0, 1), (2, 3)):
        bench.set(Setting.YUV_ORDER, order)
        yellow = raster(bench, 230).line_start[120:124]
        assert yellow[0] == yellow[2] == 226
        assert yellow[low] < 20 < 128 < yellow[4 - low]


def test_of_a_sensor_that_drops_no_lines_every_second_one_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its scaler halves lines alone: 480 of them. The model shows the array's rows on the first 240: a firmware that
    skips every second line reads them as the upper half of its picture, one that does not fills the whole of it."""

    def no_line_dropped(*arguments: Any) -> Timing:
        return replace(sensor_timing(*arguments), line_shift=0)

    monkeypatch.setattr(ov7675, "sensor_timing", no_line_dropped)
    bench = Bench("image:host/virtual/pictures/02_living_room.jpg")
    image = bench.frames(1)[0][:, :, 0]
    assert image[:44].mean() > 40 and image[52:].max() < 3
    assert not [m for m in bench.messages if isinstance(m, Fault)]
    assert raster(bench).lines == 480


def test_a_sensor_without_frames_is_named() -> None:
    bench = Bench("noise:1", BoardOptions(faults=SensorFaults(no_vsync=True)))
    assert raster(bench).code == FaultCode.CAMERA_NO_VSYNC


def test_a_board_that_works_measures_nothing() -> None:
    bench = Bench("noise:1")
    bench.mode(Mode.CAPTURE)
    bench.tell(SiliconRequest())
    assert bench.wait(Ack).status == Status.BUSY


def test_reads_and_branches_of_the_chip_are_timed() -> None:
    """A load and what uses it take 3 cycles, a taken branch 2 on this board; a wait state of the port is seen."""
    usual = silicon(Bench("noise:1", BoardOptions(core_load=False)))
    assert (usual.read_cycles / usual.reads, usual.interrupts) == (3, 0)
    assert 1 <= usual.branch_cycles / usual.branches <= 3
    slow = silicon(Bench("noise:1", BoardOptions(pin_wait_cycles=2)))
    assert slow.read_cycles / slow.reads == pytest.approx(5, abs=0.1)


def test_reads_and_branches_are_timed_without_the_waits_for_flash() -> None:
    usual, waits = (
        silicon(Bench("noise:1", BoardOptions(core_load=False, silicon=chip)))
        for chip in (Chip(), Chip(flash=3))
    )
    assert waits.read_cycles == usual.read_cycles
    assert waits.branch_cycles == usual.branch_cycles


def test_interrupts_of_the_core_are_seen_and_timed() -> None:
    """What Arduino's core takes: some 4,000 a second with a host, about 6 % of the time."""
    bench = Bench("noise:1", BoardOptions(core_load=True))
    found = silicon(bench)
    assert found.interrupts > 10 and found.longest_cycles > 100
    assert 0.005 < found.interrupt_cycles / found.window_cycles < 0.15
