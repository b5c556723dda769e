"""Exposure and gain: settled without a light, a loop that follows the light with one, and what holds it back."""

from __future__ import annotations

import numpy as np
import pytest

from host.virtual.scene import Lit, Picture
from host.virtual.sensor_exposure import Exposure, gain_code, read_exposure
from tests.sensor.analyser import Desk, StillScene
from tests.sensor.sequences import arduino, openmv

GAIN, VREF, COM1, AECHH, AECH, COM8, COM9, COM11 = 0x00, 0x03, 0x04, 0x07, 0x10, 0x13, 0x14, 0x3B
AEW, AEB, VPT, BD50ST, BD60ST, BD50MAX, BD60MAX, NT_CTRL = (
    0x24,
    0x25,
    0x26,
    0x9D,
    0x9E,
    0xA5,
    0xAB,
    0xA4,
)
OPEN = (
    (COM8, 0xC5),
    (AEW, 0x75),
    (AEB, 0x63),
    (VPT, 0xD4),
    (COM9, 0x48),
)  # no bands, gain up to 32


def gradient(mean: int) -> Picture:
    """A picture whose columns rise from 0 to twice the mean."""
    row = np.linspace(0, 2 * mean, 640).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[np.newaxis, :, np.newaxis], (480, 640, 3)))


PICTURE = gradient(100)


def desk_at(lux: float | None, *writes: tuple[int, int], picture: Picture = PICTURE) -> Desk:
    """OM's QVGA in grey under a light."""
    desk = Desk(Lit(StillScene(picture), lux))
    openmv(desk, "QVGA", rgb565=False)
    desk.write([*OPEN, *writes])
    return desk


def seconds(desk: Desk) -> float:
    """The exposure time that the registers name."""
    timing = desk.sensor.timing
    assert timing is not None
    return read_exposure(desk.sensor.registers).rows * float(timing.line_cycles) / 64e6


# -- without a light ----------------------------------------------------------------------------------


def test_without_a_light_the_picture_is_what_the_scene_shows_whatever_the_loop_may_do() -> None:
    plain = Desk(StillScene(PICTURE))
    openmv(plain, "QVGA", rgb565=False)
    wanted = plain.frame().data
    for writes in (((COM8, 0xE7),), ((COM9, 0x08),), ((COM8, 0xC1),), ((COM11, 0x00),)):
        assert np.array_equal(desk_at(None, *writes).frame().data, wanted)


def test_without_a_light_the_registers_show_a_settled_exposure() -> None:
    desk = desk_at(None, (COM8, 0xE5), (COM11, 0x0A), (BD50ST, 25), (BD50MAX, 12))
    exposure = read_exposure(desk.sensor.registers)
    assert exposure.rows % 25 == 0 and exposure.rows > 0
    assert seconds(desk) * exposure.gain == pytest.approx(0.02, rel=0.1)


def test_what_is_written_to_the_loops_registers_does_not_stay_while_it_runs() -> None:
    desk = desk_at(None)
    settled = read_exposure(desk.sensor.registers)
    desk.write([(AECH, 0x00), (GAIN, 0x7F), (VREF, 0xC0)])
    assert read_exposure(desk.sensor.registers) == settled


def test_exposure_by_hand_starts_where_the_loop_was_and_changes_in_proportion() -> None:
    desk = desk_at(None)
    automatic = desk.frame().data
    desk.write([(COM8, 0xC0)])
    assert np.array_equal(desk.frame().data, automatic), (
        "AR setBrightness clears AEC and counts on it"
    )
    rows = read_exposure(desk.sensor.registers).rows
    plain = automatic[:, 0::2].astype(float)
    for factor in (0.25, 0.5, 2.0):
        wanted = round(rows * factor)
        desk.write([(AECHH, wanted >> 10), (AECH, wanted >> 2 & 255), (COM1, wanted & 3)])
        got = desk.frame().data[:, 0::2]
        assert np.abs(got - np.clip(plain * wanted / rows, 0, 255)).max() <= 1.5
    desk.write([(AECHH, 0), (AECH, 0), (COM1, 0)])
    assert (desk.frame().data[:, 0::2] == 0).all()


def test_gain_by_hand_and_a_slower_clock_brighten() -> None:
    desk = desk_at(None)
    desk.write([(COM8, 0xC0)])
    plain = desk.frame().data[:, 0::2].astype(float)
    gain = read_exposure(desk.sensor.registers).gain
    desk.write([(GAIN, 0x10)])
    doubled = desk.frame().data[:, 0::2]
    assert np.abs(doubled - np.clip(plain * 2 / gain, 0, 255)).max() <= 1.5
    desk.write([(GAIN, 0x00), (0x11, 5)])  # rows last twice as long
    assert np.abs(desk.frame().data[:, 0::2] - np.clip(plain * 2 / gain, 0, 255)).max() <= 1.5


def test_gain_alone_makes_up_for_a_short_exposure_up_to_its_ceiling() -> None:
    desk = desk_at(None)
    wanted = desk.frame().data
    rows = read_exposure(desk.sensor.registers).rows // 4
    desk.write([(COM8, 0xC4), (AECH, rows >> 2), (COM1, rows & 3)])
    assert np.array_equal(desk.frame().data, wanted)
    assert read_exposure(desk.sensor.registers).gain >= 3.5
    desk.write([(COM9, 0x08)])  # at most 2
    assert desk.frame().data[:, 0::2].mean() == pytest.approx(wanted[:, 0::2].mean() / 2, rel=0.15)


# -- with a light -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lux", [20.0, 100.0, 1000.0, 10_000.0])
def test_the_loop_settles_within_its_band_over_several_frames(lux: float) -> None:
    desk = desk_at(lux)
    means = [float(desk.frames(1).mean()) for _ in range(40)]
    assert 0x63 - 1 <= means[-1] <= 0x75 + 1, means
    settled = next(n for n in range(40) if all(0x62 <= m <= 0x76 for m in means[n:]))
    assert settled <= 30
    assert means[-1] == means[-2], "and stays"
    assert read_exposure(desk.sensor.registers) == read_exposure(desk.sensor.registers)


def test_exposure_rises_before_gain() -> None:
    bright, dim, dark = (desk_at(lux) for lux in (2000.0, 100.0, 15.0))
    for desk in (bright, dim, dark):
        desk.frames(60)
    assert seconds(bright) < seconds(dim) < seconds(dark)
    gains = [read_exposure(desk.sensor.registers).gain for desk in (bright, dim, dark)]
    assert gains[0] < 1.5 and gains[1] < 1.5 and gains[2] > 2
    assert read_exposure(dark.sensor.registers).rows == 508, "frame less two (DS75)"


def test_a_change_of_light_is_followed() -> None:
    desk = desk_at(1000.0)
    before = float(desk.frames(40).mean())
    desk.sensor.set_light(100.0)
    first = float(desk.frames(1).mean())
    after = float(desk.frames(40).mean())
    assert first < before / 3
    assert 0x62 <= after <= 0x76


def test_slow_steps_take_longer_than_fast_ones() -> None:
    counts = []
    for com8 in (0xC5, 0x45):
        desk = desk_at(200.0, (COM8, 0xC0), (AECH, 1), (COM8, com8))
        means = [float(desk.frames(1).mean()) for _ in range(90)]
        counts.append(next(n for n in range(90) if means[n] >= 0x62))
    assert counts[0] < counts[1] / 3


def test_too_little_light_stays_dark_and_too_much_saturates() -> None:
    assert desk_at(0.2).frames(60).mean() < 30
    assert desk_at(0.0).frames(10).max() == 0
    sun = desk_at(500_000.0)
    assert sun.frames(60).min() > 0 or sun.frames(1).mean() > 200
    assert read_exposure(sun.sensor.registers).rows == 1


def test_the_makers_wide_band_leaves_a_dim_picture_as_it_is() -> None:
    """AEW 0x95 and AEB 0x33 (LX, AR, OM): the loop stops as soon as the average is above 51."""
    desk = desk_at(50.0, (AEW, 0x95), (AEB, 0x33), (VPT, 0xE3), (COM8, 0x45), (AECH, 0x01))
    assert 51 <= desk.frames(200).mean() < 60


def test_bands_without_com11_make_one_band_the_shortest_exposure() -> None:
    rows = 0x99  # of a reset: 10 ms at 30 frames a second, and 63 ms here
    strong = desk_at(3000.0, (COM8, 0xE5), (COM11, 0x08), (BD50ST, rows))
    assert strong.frames(60).mean() > 0x76, "too bright in any light (DS75 COM11[1])"
    assert read_exposure(strong.sensor.registers).rows == rows
    free = desk_at(3000.0, (COM8, 0xE5), (COM11, 0x0A), (BD50ST, rows))
    assert 0x62 <= free.frames(60).mean() <= 0x76
    assert read_exposure(free.sensor.registers).rows < rows


@pytest.mark.parametrize(("com11", "band"), [(0x0A, 24), (0x02, 20), (0x12, 20)])
def test_exposure_is_whole_bands_up_to_the_limit_and_com11_says_which(
    com11: int, band: int
) -> None:
    """COM11[4], which AR sets, chooses nothing on the OV7675: it has the manual filter alone (DS75 4.4.3)."""
    bands = ((BD50ST, 24), (BD50MAX, 2), (BD60ST, 20), (BD60MAX, 4))
    desk = desk_at(60.0, (COM8, 0xE5), (COM11, com11), *bands)
    desk.frames(80)
    rows = read_exposure(desk.sensor.registers).rows
    assert rows % band == 0
    dark = desk_at(4.0, (COM8, 0xE5), (COM11, com11), *bands)
    dark.frames(80)
    assert read_exposure(dark.sensor.registers).rows == {24: 72, 20: 100}[band]


def test_night_mode_lengthens_the_frame_and_daylight_shortens_it_again() -> None:
    desk = desk_at(3.0, (COM11, 0xC2), (NT_CTRL, 0x00))
    timing = desk.sensor.timing
    assert timing is not None
    day = timing.frame_cycles
    desk.frames(60)
    assert desk.sensor.timing is not None
    night = desk.sensor.timing.frame_cycles
    assert 2 * day < night <= 4 * day
    received = desk.frame()
    assert received.shape == (240, 640)
    assert received.frame_cycles == pytest.approx(float(night), rel=1e-4)
    desk.sensor.set_light(1000.0)
    desk.frames(60)
    assert desk.sensor.timing.frame_cycles == day


def test_freezing_holds_the_exposure() -> None:
    desk = desk_at(500.0)
    desk.frames(40)
    held = read_exposure(desk.sensor.registers)
    desk.write([(COM9, 0x49)])
    desk.sensor.set_light(50.0)
    desk.frames(20)
    assert read_exposure(desk.sensor.registers) == held


def test_the_loop_runs_on_while_nobody_reads_the_pins() -> None:
    desk = desk_at(2000.0)
    timing = desk.sensor.timing
    assert timing is not None
    desk.cycles += int(30 * timing.frame_cycles)
    assert (
        desk.read(AECH) << 2 | desk.read(COM1) & 3
        == read_exposure(desk.sensor.registers).rows & 0x3FF
    )
    assert 0x62 <= desk.frames(1).mean() <= 0x76


def test_arduinos_setup_finds_its_exposure_in_an_office() -> None:
    desk = Desk(Lit(StillScene(PICTURE), 500.0))
    arduino(desk, "QVGA", rgb565=False)
    assert 0x33 - 1 <= desk.frames(60).mean() <= 0x95 + 1


# -- noise and figures --------------------------------------------------------------------------------


def test_noise_is_off_grows_with_gain_and_is_the_same_for_the_same_seed() -> None:
    flat = np.full((480, 640, 3), 100, np.uint8)

    def luma(seed: int | None, gain: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        desk = Desk(Lit(StillScene(flat), None, seed))
        openmv(desk, "QVGA", rgb565=False)
        rows = 200 if gain == 0 else 25
        desk.write([(COM8, 0xC0), (AECHH, 0), (AECH, rows >> 2), (COM1, rows & 3), (GAIN, gain)])
        return desk.frame().data[:, 0::2]

    assert luma(None, 0x70).std() == 0
    assert 3 * luma(1, 0x00).std() < luma(1, 0x70).std()
    assert np.array_equal(luma(1, 0x70), luma(1, 0x70))
    assert not np.array_equal(luma(1, 0x70), luma(2, 0x70))


def test_gain_codes() -> None:
    """DS75 table 7-1: (1 + low nibble / 16) times two for each of the bits above it."""
    assert Exposure(1, 0x00).gain == 1
    assert Exposure(1, 0x18).gain == 3
    assert Exposure(1, 0x3FF).gain == 31 / 16 * 64
    for gain in (1.0, 1.5, 3.25, 17.0, 120.0):
        assert gain * 0.94 <= Exposure(1, gain_code(gain)).gain <= gain
