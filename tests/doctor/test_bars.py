"""What the eight bars tell of the data lines: every single defect by name, and no more than they can tell."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from host.doctor.bars import (
    COLOURS,
    LUMA,
    Bars,
    Wiring,
    apply_wiring,
    chroma,
    is_chroma,
    measure_bars,
    nearest_wiring,
    read_wiring,
)
from host.doctor.camera import lines_finding
from host.doctor.finding import Verdict
from host.preprocess import area_average
from host.virtual.ov7675 import RESET_VALUES
from host.virtual.sensor_picture import render_frame
from host.virtual.sensor_registers import SCALING_YSC, TSLB
from host.virtual.sensor_timing import CPU_HZ, sensor_timing

POWER_UP = {0x12: 0, 0x6B: 0x4A, 0x0C: 4, 0x3E: 0x11, 0x17: 0x15, 0x18: 3, 0x32: 0xC0, 0x19: 3,
            0x1A: 0x7B, 0x03: 0xF0, 0x15: 0x20, 0x40: 0xC0, 0x3D: 0xC0}  # fmt: skip
INDISTINGUISHABLE = (1, 7)
A_LITTLE_OFF = (250, 228, 177, 149, 107, 78, 26, 4)


def sensor_bytes(luma_second: bool) -> NDArray[np.uint8]:
    """(240, 640): what the virtual sensor sends of its eight bars."""
    registers = [0] * 256
    for address, value in (RESET_VALUES | POWER_UP).items():
        registers[address] = value
    registers[SCALING_YSC] |= 0x80
    registers[TSLB] = 8 if luma_second else 0
    timing = sensor_timing(registers, CPU_HZ // 4)  # type: ignore[arg-type]  # an int is a fraction
    picture = np.zeros((480, 640, 3), np.uint8)
    return render_frame(picture, registers, timing).data


def image(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return area_average(np.ascontiguousarray(samples), 96, 96)


def test_the_levels_are_those_of_the_virtual_sensor() -> None:
    assert measure_bars(image(sensor_bytes(luma_second=False)[:, 0::2])) == Bars(LUMA, 0)


@pytest.mark.parametrize("size", [(96, 96), (10, 64), (48, 100), (32, 32)])
def test_the_middle_half_of_each_bar_is_looked_at(size: tuple[int, int]) -> None:
    """Edges between bars are grey steps, and the rows of a frame's ends may be another picture's."""
    height, width = size
    picture = np.random.default_rng(2).integers(0, 256, (height, width, 1)).astype(np.uint8)
    for bar, level in enumerate(LUMA):
        left, right = bar * width // 8, (bar + 1) * width // 8
        margin = (right - left) // 4
        picture[height // 4 : height - height // 4, left + margin : right - margin] = level
    assert measure_bars(picture) == Bars(LUMA, 0)
    picture[height // 2, width // 16] = LUMA[0] - 40
    assert measure_bars(picture).spread == 40
    picture[height // 4 : height - height // 4] = np.arange(width)[:, None] * 2
    bars = measure_bars(picture)
    wanted = [2 * np.mean((n * width // 8, (n + 1) * width // 8 - 1)) for n in range(8)]
    assert bars.levels == pytest.approx(wanted, abs=0.51)


def test_the_nearest_defect_is_by_its_mean_error() -> None:
    """D0 with D1 or one of them stuck changes less than a real sensor's bars differ."""
    levels = tuple(level & ~0x80 for level in LUMA)
    best, error, straight = nearest_wiring(levels)
    assert (best, error) == (Wiring(stuck=((7, 0),)), 0)
    assert straight == 128 * sum(level >= 128 for level in LUMA) / 8
    for line in (0, 1):
        best, error, straight = nearest_wiring(apply_wiring(Wiring(stuck=((line, 1),))))
        assert all(at not in (0, 1) for at, _ in best.stuck) and error > 0
    found, error, _ = nearest_wiring(apply_wiring(Wiring(crossed=((0, 1),))))
    assert found.crossed != ((0, 1),) and error > 0
    found, error, _ = nearest_wiring(apply_wiring(Wiring(crossed=((0, 2),))))
    assert (found, error) == (Wiring(crossed=((0, 2),)), 0)
    found, error, _ = nearest_wiring(apply_wiring(Wiring(stuck=((2, 0),))))
    assert (found, error) == (Wiring(stuck=((2, 0),)), 0)


def test_colour_bytes_in_place_of_grey_ones_are_recognised() -> None:
    bars = measure_bars(image(sensor_bytes(luma_second=True)[:, 0::2]))
    assert is_chroma(bars)
    assert not is_chroma(Bars(LUMA, 0))


@pytest.mark.parametrize("colour", COLOURS)
def test_u_and_v_are_those_of_jpeg(colour: tuple[int, int, int]) -> None:
    """JFIF 1.02 writes BT.601 out for bytes of 0 to 255; the data sheet's three digits are near it."""
    u = min(255, 128 + 255 * float(np.dot((-0.168736, -0.331264, 0.5), colour)))
    v = min(255, 128 + 255 * float(np.dot((0.5, -0.418688, -0.081312), colour)))
    assert chroma(colour) == pytest.approx((u, v), abs=0.12)


@pytest.mark.parametrize("away", [-9, -8, -1, 1, 8, 9])
@pytest.mark.parametrize("bar", range(8))
def test_colour_bytes_are_recognised_by_every_bar(bar: int, away: int) -> None:
    """Eight grey steps, and no more: a flat picture is a step of two bars away from being one of colour bytes."""
    levels = [round(sum(chroma(colour)) / 2) for colour in COLOURS]
    exact = sum(chroma(COLOURS[bar])) / 2
    levels[bar] = math.floor(exact) + away if away < 0 else math.ceil(exact) + away
    assert is_chroma(Bars(tuple(levels), 0)) == (abs(levels[bar] - exact) <= 8)


@pytest.mark.parametrize("level", [0, 100, 128, 140, 255])
def test_a_flat_picture_is_not_taken_for_colour_bytes(level: int) -> None:
    assert not is_chroma(Bars((level,) * 8, 0))


@pytest.mark.parametrize("pair", list(combinations(range(8), 2)))
def test_any_two_lines_that_are_swapped(pair: tuple[int, int]) -> None:
    wiring = read_wiring(apply_wiring(Wiring(crossed=(pair,))))
    assert wiring == (Wiring() if pair == INDISTINGUISHABLE else Wiring(crossed=(pair,)))


@pytest.mark.parametrize("line", range(8))
@pytest.mark.parametrize("level", [0, 1])
def test_any_line_that_is_stuck(line: int, level: int) -> None:
    stuck = Wiring(stuck=((line, level),))
    assert read_wiring(apply_wiring(stuck)) == stuck
    finding = lines_finding(Bars(apply_wiring(stuck), 0))
    assert finding.verdict is Verdict.FAIL
    assert f"D{line} is stuck at {level}" in finding.detail


def test_a_stuck_line_and_two_swapped_ones_at_once() -> None:
    both = Wiring(stuck=((5, 1),), crossed=((0, 1),))
    assert read_wiring(apply_wiring(both)) == both


def test_bars_a_little_off_leave_the_lowest_lines_undecided() -> None:
    levels = A_LITTLE_OFF
    finding = lines_finding(Bars(levels, 1))
    assert finding.verdict is Verdict.WARN
    assert "ambiguous" in finding.detail and "D0 and D1" in finding.detail


@pytest.mark.parametrize("wiring", [Wiring(stuck=((7, 0),)), Wiring(crossed=((3, 6),))])
def test_a_grave_defect_shows_through_bars_a_little_off(wiring: Wiring) -> None:
    levels = apply_wiring(wiring, A_LITTLE_OFF)
    assert nearest_wiring(levels)[0] == wiring
    assert lines_finding(Bars(levels, 0)).verdict is Verdict.FAIL


@pytest.mark.parametrize(("away", "words"), [(16, "by the nearest fit"), (17, "ambiguous")])
def test_a_defect_is_believed_up_to_sixteen_grey_steps_off(away: int, words: str) -> None:
    """D7 stuck low: no bar is above 127, so that every one can be `away` brighter."""
    levels = tuple(level + away for level in apply_wiring(Wiring(stuck=((7, 0),))))
    assert words in lines_finding(Bars(levels, 0)).detail


@pytest.mark.parametrize(
    ("levels", "verdict", "words"),
    [
        # 16 off in every bar, and a step more in one of them
        ((239, 210, 163, 134, 89, 60, 13, 16), Verdict.WARN, "near the nominal, 16.0 grey steps"),
        ((238, 210, 163, 134, 89, 60, 13, 16), Verdict.FAIL, "no single defect explains"),
        ((250, 228, 176, 148, 106, 78, 26, 4), Verdict.WARN, "D0 reads 0 in every bar"),
    ],
)
def test_bars_are_near_up_to_sixteen_grey_steps(
    levels: tuple[int, ...], verdict: Verdict, words: str
) -> None:
    finding = lines_finding(Bars(levels, 0))
    assert finding.verdict is verdict and words in finding.detail


def test_levels_that_nothing_explains_are_called_ambiguous() -> None:
    finding = lines_finding(Bars((90, 12, 200, 33, 240, 77, 140, 60), 0))
    assert finding.verdict is Verdict.FAIL
    assert "ambiguous" in finding.detail


def test_a_picture_in_place_of_bars_is_not_flat() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (96, 96, 1)).astype(np.uint8)
    finding = lines_finding(measure_bars(noise))
    assert finding.verdict is Verdict.FAIL
    assert "not flat" in finding.detail


@pytest.mark.parametrize(
    ("wiring", "words"),
    [
        (Wiring(crossed=((0, 1),)), "--wiring breadboard"),
        (Wiring(crossed=((0, 2),)), "exchange these two wires"),
        (Wiring(crossed=((1, 2),)), "exchange these two wires"),
        (Wiring(stuck=((5, 1),), crossed=((0, 1),)), "a loose or shorted wire of that line"),
    ],
)
def test_each_defect_has_its_remedy(wiring: Wiring, words: str) -> None:
    """The kit's shield crosses D0 and D1: there the setting is wrong, not a wire."""
    assert words in lines_finding(Bars(apply_wiring(wiring), 0)).remedy


@pytest.mark.parametrize(("spread", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_a_bar_may_vary_by_two_grey_steps(spread: int, verdict: Verdict) -> None:
    assert lines_finding(Bars(LUMA, spread)).verdict is verdict
