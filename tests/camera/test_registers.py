"""The registers that decide what the picture looks like. Each test names the error that it keeps out."""

from __future__ import annotations

import numpy as np
import pytest

from host.link.messages import Fault, Held, Hold, Mode, PowerState, Set, Setting, Status
from tests.camera.board import exposure_rows, register, row_seconds
from tests.system.board import Bench
from tests.system.sweep import DEFAULT_DIVIDER

XSC, YSC, TSLB, COM11, COM13 = 0x70, 0x71, 0x3A, 0x3B, 0x3D
BD50ST, BD60ST, BD50MAX, BD60MAX, COM9 = 0x9D, 0x9E, 0xA5, 0xAB, 0x14
LONGEST_S = 0.060  # that a person who walks may blur


@pytest.fixture(scope="module")
def running() -> Bench:
    """One board whose camera was started."""
    bench = Bench("noise:1")
    bench.frames(1)
    return bench


def test_colour_bars_are_eight_bars_and_do_not_fade_to_grey(running: Bench) -> None:
    """Bit 7 of 0x71 alone (OV7670 data sheet, 0x70 and 0x71; pattern 2 of Arduino_OV767X); both bits fade."""
    running.set(Setting.COLOUR_BARS, 1)
    assert (register(running, XSC) >> 7, register(running, YSC) >> 7) == (0, 1)
    running.set(Setting.COLOUR_BARS, 0)
    assert (register(running, XSC) >> 7, register(running, YSC) >> 7) == (0, 0)


@pytest.mark.parametrize("divider", [6, 7, 11, 23])
def test_bands_of_the_banding_filter_follow_every_pixel_clock(running: Bench, divider: int) -> None:
    running.set(Setting.CLOCK_DIVIDER, divider)
    half_a_row = row_seconds(divider) / 2
    for address, seconds in ((BD50ST, 1 / 100), (BD60ST, 1 / 120)):
        band = register(running, address) * row_seconds(divider)
        assert band == pytest.approx(seconds, abs=half_a_row)


def test_the_longest_exposure_is_a_few_bands(running: Bench) -> None:
    """A sensor may count the limit's bands from 0 or from 1: both stay within."""
    for address, band in ((BD50MAX, 1 / 100), (BD60MAX, 1 / 120)):
        bands = register(running, address)
        assert bands * band >= 0.05 - 1e-9 and (bands + 1) * band <= LONGEST_S + 1e-9
    assert register(running, COM9) >> 4 & 7 == 6, "the gain may rise to x128 instead"


@pytest.mark.parametrize("rows", [0, 3, 4, 1_023, 1_024, 20_501, 65_535])
def test_an_exposure_by_hand_is_all_of_its_sixteen_bits(running: Bench, rows: int) -> None:
    """AEC[15:10] in AECHH, [9:2] in AECH, [1:0] in COM1; COM8[0] off, or the sensor writes its own."""
    running.set(Setting.EXPOSURE, rows)
    assert exposure_rows(running) == rows and register(running, 0x13) & 1 == 0
    running.set(Setting.EXPOSURE, -1)
    assert register(running, 0x13) & 1 == 1


@pytest.mark.parametrize(("hz", "bits"), [(50, 0x0A), (60, 0x02)])
def test_the_light_of_the_mains_is_a_setting(running: Bench, hz: int, bits: int) -> None:
    """Bit 1: in strong light an exposure may be shorter than a band, else the sun burns the picture."""
    running.set(Setting.MAINS_HZ, hz)
    assert register(running, COM11) == bits


def test_no_other_mains_is_taken(running: Bench) -> None:
    assert running.ask(Set(int(Setting.MAINS_HZ), 55)).status == Status.BAD_VALUE


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_the_order_of_bytes_is_two_bits_and_the_reserved_ones_stay(
    running: Bench, order: int
) -> None:
    running.set(Setting.YUV_ORDER, order)
    assert register(running, TSLB) & 0x0C == 0x04 | (order & 1) << 3
    assert register(running, COM13) == 0xC0 | order >> 1
    assert not [m for m in running.messages if isinstance(m, Fault)]


def settled(lux: int) -> Bench:
    """A board that let its camera look at a room for three seconds, reading nothing."""
    bench = Bench(f"image:host/virtual/pictures/02_living_room.jpg?light={lux}")
    bench.set(Setting.CLOCK_DIVIDER, DEFAULT_DIVIDER)
    assert bench.ask(Hold(int(PowerState.CAMERA_ON), 3000, 0)).status == Status.OK
    bench.wait(Held)
    return bench


@pytest.mark.parametrize("lux", [1, 100, 3000])
def test_exposure_settles_in_the_middle_and_ends_before_a_person_blurs(lux: int) -> None:
    """AEW and AEB 0x75 and 0x63: their middle is 108. In the dark the gain rises instead of the exposure."""
    bench = settled(lux)
    mean = bench.frames(1)[0].mean()
    seconds = exposure_rows(bench) * row_seconds(DEFAULT_DIVIDER)
    assert seconds <= LONGEST_S
    assert 80 < mean < 130
    if lux == 1:
        assert seconds > 0.045 and register(bench, 0x03) >> 6 == 3


def test_the_sun_makes_exposures_shorter_than_a_band() -> None:
    bench = settled(20_000)
    assert exposure_rows(bench) * row_seconds(DEFAULT_DIVIDER) < 1 / 120


def test_the_sensors_format_halves_as_its_scaler_does() -> None:
    bench = Bench("image:host/virtual/pictures/02_living_room.jpg")
    scaled = bench.frames(1)[0]
    bench.set(Setting.HALVING, 1)
    assert np.array_equal(bench.frames(1)[0], scaled)
    assert (register(bench, 0x12) >> 3 & 7, register(bench, 0x0C), register(bench, 0x3E)) == (
        2,
        0,
        0,
    )
    bench.set(Setting.HALVING, 0)
    assert np.array_equal(bench.frames(1)[0], scaled), "nothing of the other way is left"


def test_a_way_that_this_sensor_does_not_know_is_a_named_fault() -> None:
    bench = Bench("noise:7")
    bench.set(Setting.HALVING, 2)
    bench.mode(Mode.CAPTURE)
    assert bench.wait(Fault).code
