"""The four test patterns of SCALING_XSC and SCALING_YSC, and the colour bars of COM7 and COM17."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from host.virtual.scene import Noise
from tests.sensor.analyser import Desk, StillScene
from tests.sensor.sequences import openmv
from tests.sensor.test_windows import from_565

XSC, YSC = 0x70, 0x71
COLOURS = [(1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0)]


def desk_with(*writes: tuple[int, int], rgb565: bool = True) -> Desk:
    """OM's QVGA and these registers, in front of a picture full of noise."""
    desk = Desk(StillScene(Noise(12).picture(0.0)))
    openmv(desk, "QVGA", rgb565)
    desk.write(writes)
    return desk


def data(*writes: tuple[int, int], rgb565: bool = True) -> npt.NDArray[np.uint8]:
    """(240, 640): the bytes of a frame."""
    return desk_with(*writes, rgb565=rgb565).frame().data


def pattern(number: int) -> list[tuple[int, int]]:
    """AR testPattern, LX and ADA: bit 0 of the number in SCALING_XSC, bit 1 in SCALING_YSC."""
    return [(XSC, 0x3A | (number & 1) << 7), (YSC, 0x35 | number >> 1 << 7)]


def is_bars(picture: npt.NDArray[np.uint8]) -> bool:
    """Whether 320 pixels are eight flat bars of the pure colours, alike in every line."""
    middles = (picture[:, 20::40] > 127).astype(int)
    flat = all((picture[0, 40 * n : 40 * n + 40] == picture[0, 40 * n]).all() for n in range(8))
    return (
        flat and (picture == picture[0]).all() and middles[0].tolist() == [list(c) for c in COLOURS]
    )


def test_eight_bars_are_ysc_alone() -> None:
    assert is_bars(from_565(data(*pattern(2))))


def test_both_bits_are_bars_that_fade_to_grey() -> None:
    picture = from_565(data(*pattern(3))).astype(int)
    assert not is_bars(picture.astype(np.uint8))
    spread = picture.max(axis=(1, 2)) - picture.min(axis=(1, 2))
    assert spread[0] > 240 and spread[-1] < 10
    assert (np.diff(spread) <= 0).all()
    assert np.abs(picture[-1] - 128).max() <= 8


def test_xsc_alone_walks_a_single_one_over_the_data_lines() -> None:
    row = data(*pattern(1), rgb565=False)[100]
    assert row[:9].tolist() == [1, 2, 4, 8, 16, 32, 64, 128, 1]
    assert set(row.tolist()) == {1, 2, 4, 8, 16, 32, 64, 128}


def test_no_bit_is_the_scene() -> None:
    assert np.array_equal(data(*pattern(0)), data())


@pytest.mark.parametrize("write", [(0x42, 0x08), (0x12, 0x06)], ids=["COM17[3]", "COM7[1]"])
def test_the_colour_bars_of_the_signal_processor(write: tuple[int, int]) -> None:
    assert is_bars(from_565(data(write)))


def test_patterns_need_no_light_and_do_not_turn_with_the_picture() -> None:
    dark = [(0x13, 0x00), (0x07, 0x00), (0x10, 0x00), (0x04, 0x00), (0x1E, 0x37)]
    assert (data(*dark) == 0).all(), "no row is exposed"
    assert is_bars(from_565(data(*dark, *pattern(2))))


def test_luma_of_the_bars_falls_from_left_to_right() -> None:
    luma = data(*pattern(2), rgb565=False)[:, 0::2].astype(int)
    assert (np.diff(luma[0, 20::40]) < 0).all()
    assert luma[0, 20] == 255 and luma[0, 300] == 0
