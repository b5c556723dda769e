"""The OV7675 behind its bus and on its pins: registers, timing, and reads that are exact or really wrong."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from host.virtual.options import BoardOptions, SensorFaults
from host.virtual.ov7675 import RESET_VALUES
from host.virtual.scene import Noise
from host.virtual.sensor_picture import render_frame
from host.virtual.sensor_timing import clock_divider, sensor_timing
from tests.virtual.bench import SECOND, Bench

MHZ_16, MHZ_8, XCLK_PIN = 0x80000000, 0x40000000, 27
CLKRC, COM7, COM10, COM2, HSTART = 0x11, 0x12, 0x15, 0x09, 0x17
WINDOW = ((0x17, 0x15), (0x18, 0x03), (0x32, 0xC0), (0x19, 0x03), (0x1A, 0x7B), (0x03, 0xF0))
QUARTER = (
    (0x0C, 0x04),
    (0x3E, 0x11),
    (0x6B, 0x00),
    (0x15, 0x20),
    (0x40, 0xC0),
    (0x3A, 0x00),
    (0x3D, 0xC0),
)
LINE_BYTES, LINES = 640, 24
CYCLES_A_BYTE = {10: 22, 8: 18, 7: 16, 6: 14, 5: 12, 4: 10}


def camera(options: BoardOptions | None = None, divider: int = 15) -> Bench:
    """A running sensor in QVGA."""
    bench = Bench(options, Noise(3))
    bench.call("camera_on", MHZ_16, XCLK_PIN)
    for number, value in (*WINDOW, *QUARTER, (CLKRC, divider)):
        assert bench.value("sccb_write", number, value) == 1
    return bench


def captured(bench: Bench, lines: int = LINES) -> npt.NDArray[np.uint8]:
    """The bytes that the capture loop saw; times out as an assertion."""
    bench.call("capture", LINE_BYTES, lines, seconds=3.0)
    picture = np.frombuffer(bench.board.read_symbol("picture"), np.uint8)
    return picture[: LINE_BYTES * lines].reshape(lines, LINE_BYTES)


def registers_after(*writes: tuple[int, int]) -> bytearray:
    """Registers after a reset and these writes."""
    registers = bytearray(256)
    for number, value in (*RESET_VALUES.items(), *writes):
        registers[number] = value
    return registers


# -- SCCB ---------------------------------------------------------------------------------------------


def test_identity_over_sccb() -> None:
    bench = Bench()
    bench.call("camera_on", MHZ_16, XCLK_PIN)
    assert [bench.value("sccb_read", n) for n in (0x1C, 0x1D, 0x0A, 0x0B)] == [
        0x7F,
        0xA2,
        0x76,
        0x73,
    ]


def test_registers_keep_what_is_written_and_identity_does_not_change() -> None:
    bench = Bench()
    bench.call("camera_on", MHZ_16, XCLK_PIN)
    assert bench.value("sccb_write", HSTART, 0x5A) == 1
    assert bench.value("sccb_write", 0x0A, 0x12) == 1
    assert bench.value("sccb_read", HSTART) == 0x5A
    assert bench.value("sccb_read", 0x0A) == 0x76


def test_reset_restores_registers_and_takes_a_millisecond() -> None:
    bench = Bench()
    bench.call("camera_on", MHZ_16, XCLK_PIN)
    bench.value("sccb_write", HSTART, 0x5A)
    assert bench.value("sccb_write", COM7, 0x80) == 1
    assert bench.value("sccb_read", HSTART) == 0x100, "no acknowledge meanwhile"
    bench.board.run(SECOND // 1000)
    assert bench.value("sccb_read", HSTART) == RESET_VALUES[HSTART]


@pytest.mark.parametrize(("frequency", "pin"), [(MHZ_16, 26), (0x12345678, XCLK_PIN)])
def test_without_its_clock_the_sensor_is_silent(frequency: int, pin: int) -> None:
    bench = Bench()
    bench.call("camera_on", frequency, pin)
    assert bench.value("sccb_read", 0x0A) == 0x100


def test_faults_of_the_bus() -> None:
    for faults, expected in (
        (SensorFaults(absent=True), 0x100),
        (SensorFaults(wrong_identity=True), 0x21),
        (SensorFaults(data_line_stuck=True), 0x00),
    ):
        bench = Bench(BoardOptions(faults=faults))
        bench.call("camera_on", MHZ_16, XCLK_PIN)
        assert bench.value("sccb_read", 0x0A) == expected


# -- timing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clkrc", "divider"), [(0x00, 2), (0x80, 2), (0x01, 2), (0x02, 3), (0x3F, 64), (0x40, 1)]
)
def test_clock_divider(clkrc: int, divider: int) -> None:
    assert clock_divider(clkrc) == divider


def test_openmv_settings_give_24_cycles_a_byte() -> None:
    timing = sensor_timing(registers_after(*WINDOW, *QUARTER, (CLKRC, 2)), Fraction(16_000_000))
    assert 1 / timing.clock * (1 << timing.clock_shift) == 24
    assert (timing.bytes_per_line, timing.lines_out) == (640, 240)
    assert (timing.column_start, timing.row_start) == (0, 0)
    assert timing.frame_cycles == 510 * 784 * 2 * 12


def test_arduino_pll_and_divider_give_its_five_frames_a_second() -> None:
    timing = sensor_timing(registers_after((0x6B, 0x4A), (CLKRC, 15)), Fraction(16_000_000))
    assert float(64_000_000 / timing.frame_cycles) == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("divider", [11, 20])
def test_pclk_and_vsync_on_the_pins(divider: int) -> None:
    bench = camera(divider=divider)
    cycles = 4 * (divider + 1)
    bench.value("sccb_write", COM10, 0)  # PCLK runs through blanking
    edges = bench.call("measure_edges", 1 << 4, 40)
    assert abs(sum(edges) - 40 * 2 * cycles) <= 12
    frames = bench.call("measure_edges", 1 << 21, 2, seconds=4.0)
    assert all(abs(frame - 510 * 784 * 2 * cycles) <= 12 for frame in frames)


def test_lines_come_every_second_line_time_when_halved() -> None:
    bench = camera(divider=3)
    lines = sorted(bench.call("measure_edges", 1 << 5, 20))
    assert abs(lines[0] - 2 * 784 * 2 * 16) <= 12


def test_sleep_silences_the_pins() -> None:
    bench = camera()
    bench.value("sccb_write", COM2, 0x11)
    bench.start("measure_edges", 1 << 4, 1)
    assert not bench.board.run_until(bench.finished, SECOND // 100)


# -- reading ------------------------------------------------------------------------------------------


def test_a_slow_clock_is_read_byte_for_byte() -> None:
    bench = camera(divider=15)
    picture = captured(bench)
    frame = bench.board.sensor.last_frames[-1]
    assert frame.data.shape == (240, LINE_BYTES)
    assert np.array_equal(picture, frame.data[:LINES])
    assert np.array_equal(picture[:, 0::2], frame.luma[:LINES])


def is_exact(divider: int, wait: int = 0) -> bool:
    """Whether the capture loop keeps up at this clock."""
    bench = camera(BoardOptions(pin_wait_cycles=wait), divider)
    try:
        picture = captured(bench, 8)
    except AssertionError:
        return False
    return any(np.array_equal(picture, f.data[:8]) for f in bench.board.sensor.last_frames)


def test_the_capture_loop_is_exact_down_to_its_own_speed_and_wrong_below() -> None:
    exact = {divider: is_exact(divider) for divider in (6, 5, 4, 3, 2, 1)}
    print({f"{8 * (d + 1)} cycles a byte": good for d, good in exact.items()})
    assert exact[6]
    assert not exact[1]
    fastest = min(d for d, good in exact.items() if good)
    assert all(good for d, good in exact.items() if d >= fastest), "no luck below the limit"


def test_slower_reads_of_the_pins_break_a_loop_that_just_kept_up() -> None:
    fastest = next(d for d in (1, 2, 3, 4, 5, 6) if is_exact(d))
    assert not is_exact(fastest, wait=6)


@pytest.mark.parametrize(
    "faults", [SensorFaults(no_vsync=True), SensorFaults(no_href=True), SensorFaults(no_pclk=True)]
)
def test_a_missing_pin_stops_the_capture(faults: SensorFaults) -> None:
    bench = camera(BoardOptions(faults=faults))
    with pytest.raises(AssertionError, match="did not return"):
        bench.call("capture", LINE_BYTES, 2, seconds=1.5)


def test_a_stuck_data_bit_is_always_one() -> None:
    bench = camera(BoardOptions(faults=SensorFaults(stuck_bit=6)))
    picture = captured(bench)
    frame = bench.board.sensor.last_frames[-1]
    assert np.array_equal(picture, frame.data[:LINES] | 0x40)


# -- pictures -----------------------------------------------------------------------------------------


def rendered(*writes: tuple[int, int]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Bytes and luma of one noise picture with these registers."""
    registers = registers_after(*WINDOW, *QUARTER, *writes)
    timing = sensor_timing(registers, Fraction(16_000_000))
    frame = render_frame(Noise(5).picture(0.0), registers, timing)
    return frame.data, frame.luma


def test_byte_order_follows_tslb_and_com13() -> None:
    yuyv, luma = rendered()
    yvyu, _ = rendered((0x3D, 0xC1))
    uyvy, _ = rendered((0x3A, 0x08))
    assert np.array_equal(yuyv[:, 0::2], luma)
    assert np.array_equal(uyvy[:, 1::2], luma)
    assert np.array_equal(yuyv[:, 1::4], yvyu[:, 3::4]), "U and V trade places"
    assert np.array_equal(uyvy[:, 0::2], yuyv[:, 1::2])


def test_a_shifted_window_shows_a_shifted_crop_with_black_outside() -> None:
    _, straight = rendered()
    _, shifted = rendered((HSTART, 0x1F), (0x18, 0x0D))  # 80 pixels of the array later: 40 here
    assert np.array_equal(shifted[:, :280], straight[:, 40:])
    assert (shifted[:, 284:] == 0).all(), "behind the array's border"


def test_mirror_and_flip() -> None:
    _, straight = rendered((0x1E, 0x00))
    _, mirrored = rendered((0x1E, 0x20))
    assert np.array_equal(mirrored, straight[:, ::-1])
    _, flipped = rendered((0x1E, 0x10))
    assert flipped.shape == straight.shape
    assert not np.array_equal(flipped, straight)


def test_divider_of_four_halves_once_and_so_crops() -> None:
    half, _ = rendered()
    quarter, _ = rendered((0x3E, 0x12))
    assert np.array_equal(quarter, half[:, :320])


def test_rgb565() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:] = (255, 128, 8)
    registers = registers_after(*WINDOW, *QUARTER, (COM7, 0x04), (0x40, 0xD0))
    frame = render_frame(picture, registers, sensor_timing(registers, Fraction(16_000_000)))
    word = 31 << 11 | 128 >> 2 << 5 | 1
    assert frame.data[100, 100:102].tolist() == [word >> 8, word & 0xFF]
