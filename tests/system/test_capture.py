"""What the firmware's camera code reads from the virtual sensor's pins, byte for byte and cycle for cycle."""

from __future__ import annotations

import numpy as np
import pytest

from host.link.messages import (
    CameraRegister,
    Fault,
    FaultCode,
    Mode,
    Result,
    Setting,
)
from host.virtual.options import BoardOptions, DataWiring, SensorFaults
from tests.system.board import Bench, under_test_is_ours
from tests.system.sweep import DEFAULT_DIVIDER, cycles_a_byte, fastest_exact, measure


def is_exact(bench: Bench, divider: int) -> bool:
    """Whether frames at this clock arrive, and equal the host's preprocessing of what the sensor sent."""
    return measure(bench, divider).wrong == 0


@pytest.mark.parametrize("scene", ["default", "noise:7", "synthetic"])
def test_the_image_is_the_hosts_preprocessing_of_the_sensors_frame(scene: str) -> None:
    assert is_exact(Bench(scene), DEFAULT_DIVIDER)


def test_the_sweep_of_pixel_clocks_leaves_a_margin() -> None:
    bench = Bench("noise:2")
    points = [measure(bench, divider) for divider in (15, 11, 8, 6, 5, 4, 3)]
    for point in points:
        print(f"{point.cycles:3d} cycles a byte: {point.wrong:.3%} of the pixels wrong")
    fastest = fastest_exact(points)
    print(
        f"in use {cycles_a_byte(DEFAULT_DIVIDER)}, margin {cycles_a_byte(DEFAULT_DIVIDER) / fastest - 1:.0%}"
    )
    assert points[-1].wrong > 0, "a clock that is too fast must be seen to fail"
    assert cycles_a_byte(DEFAULT_DIVIDER) / fastest >= 1.15


def test_a_capture_loop_a_few_cycles_slower_loses_pixels() -> None:
    fastest = 5
    assert is_exact(Bench("noise:3"), fastest)
    slowed = Bench("noise:3", BoardOptions(pin_wait_cycles=2))
    assert not is_exact(slowed, fastest)


def test_the_wiring_of_the_two_lowest_bits_is_a_setting() -> None:
    bench = Bench("noise:4", BoardOptions(data_wiring=DataWiring.BREADBOARD))
    assert not is_exact(bench, DEFAULT_DIVIDER)
    bench.set(Setting.DATA_SWAP, 0)
    assert is_exact(bench, DEFAULT_DIVIDER)


def test_luma_may_come_second() -> None:
    bench = Bench("noise:5")
    bench.set(Setting.YUV_ORDER, 1)
    assert is_exact(bench, DEFAULT_DIVIDER)


def test_a_shifted_window_gives_another_picture() -> None:
    bench = Bench("image:host/virtual/pictures/01_person_hallway.jpg")
    straight = bench.frames(1)[0]
    assert bench.ask(CameraRegister(0x17, 1, 0x20)).value == 0x20, "HSTART, 88 pixels later"
    assert bench.ask(CameraRegister(0x18, 1, 0x0E)).value == 0x0E, "HSTOP, likewise"
    shifted = bench.frames(1)[0]
    assert not np.array_equal(straight, shifted)
    assert (shifted[:, 85:] < 3).all(), "to the right of the array there is nothing"


def test_a_window_of_the_wrong_size_is_named_and_mended() -> None:
    bench = Bench("noise:8")
    bench.frames(1)
    bench.ask(CameraRegister(0x17, 1, 0x20))
    bench.mode(Mode.CAPTURE)
    assert FaultCode(bench.wait(Fault).code) is FaultCode.CAMERA_SHORT_LINE
    bench.mode(Mode.IDLE)
    assert is_exact(bench, DEFAULT_DIVIDER), "the sensor was started afresh"


def test_colour_bars_fall_from_left_to_right() -> None:
    bench = Bench("noise:6")
    bench.set(Setting.COLOUR_BARS, 1)
    row = bench.frames(1)[0][48, :, 0].astype(int)
    middles = row[6::12]
    assert len(middles) == 8
    assert all(np.diff(middles) < 0), middles


def test_exposure_can_be_set_by_hand() -> None:
    bench = Bench("image:host/virtual/pictures/02_living_room.jpg")
    bench.set(Setting.GAIN, 0)
    bench.set(Setting.EXPOSURE, 20)
    dark = bench.frames(1)[0].mean()
    bench.set(Setting.EXPOSURE, 200)
    assert bench.frames(1)[0].mean() > dark + 10


FAULTS = [
    (SensorFaults(absent=True), FaultCode.CAMERA_NO_ANSWER),
    (SensorFaults(wrong_identity=True), FaultCode.CAMERA_WRONG_IDENTITY),
    (SensorFaults(data_line_stuck=True), FaultCode.CAMERA_BUS_STUCK),
    (SensorFaults(no_vsync=True), FaultCode.CAMERA_NO_VSYNC),
    (SensorFaults(no_href=True), FaultCode.CAMERA_NO_HREF),
    (SensorFaults(no_pclk=True), FaultCode.CAMERA_NO_PCLK),
]


@pytest.mark.parametrize(("faults", "code"), FAULTS, ids=[code.name for _, code in FAULTS])
def test_every_way_to_fail_has_its_name(faults: SensorFaults, code: FaultCode) -> None:
    bench = Bench("noise:1", BoardOptions(faults=faults))
    bench.mode(Mode.STREAM)
    assert FaultCode(bench.wait(Fault).code) is code
    assert FaultCode(bench.greet().last_fault) is code, "and the board still answers"


def test_a_single_shot_ends_by_itself() -> None:
    bench = Bench("drawings")
    bench.mode(Mode.SINGLE)
    result = bench.wait(Result)
    assert result.capture_cycles > 0
    assert result.preprocess_cycles > 0
    assert bench.greet().mode == Mode.IDLE


def test_a_frame_is_there_whenever_the_board_is_ready() -> None:
    bench = Bench("drawings")
    bench.mode(Mode.STREAM)
    results = [bench.wait(Result) for _ in range(6)]
    busy = results[-1].inference_cycles + results[-1].send_cycles + 2_400_000
    slack = 1.03 if under_test_is_ours() else 1.1  # interrupts of Arduino's core take 6 %
    assert results[-1].period_cycles <= slack * busy
    assert not any(isinstance(message, Fault) for message in bench.messages)
    bench.set(Setting.CLOCK_DIVIDER, 9)
    bench.wait(Result)
    assert bench.greet().clock_divider == 9, "set by hand it stays"
