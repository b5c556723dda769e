"""Sizes and colours without OpenCV: OpenCV's own values."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from host.base.colour import luma_of, ycrcb_of
from host.base.resize import averaged, enlarged, resized

RANDOM = np.random.default_rng(7)
PICTURE = RANDOM.integers(0, 256, (90, 130, 3), np.uint8)


def test_luma_and_chroma_are_opencvs() -> None:
    steps = np.arange(0, 256, 5).astype(np.uint8)
    every = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 52, 3)
    greens_and_blues = np.stack(np.meshgrid(0, np.arange(256), np.arange(256)), -1)[:, 0]
    for pixels in (PICTURE, every, greens_and_blues.astype(np.uint8)):
        expected = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
        assert np.array_equal(ycrcb_of(pixels), expected)
        assert np.array_equal(luma_of(pixels), expected[..., 0])


@pytest.mark.parametrize("size", [(65, 45), (64, 41), (129, 3), (1, 1)])
def test_areas_are_opencvs(size: tuple[int, int]) -> None:
    expected = cv2.resize(PICTURE, size, interpolation=cv2.INTER_AREA)
    difference = averaged(PICTURE, *size).astype(int) - expected
    assert np.abs(difference).max() <= 1 and (difference != 0).mean() < 0.01


@pytest.mark.parametrize("size", [(640, 480), (130, 480), (640, 90), (130, 90)])
def test_what_grows_is_mixed_as_opencv_does(size: tuple[int, int]) -> None:
    expected = cv2.resize(PICTURE, size, interpolation=cv2.INTER_LINEAR)
    assert np.abs(resized(PICTURE, *size).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("axis", [0, 1])
def test_what_shrinks_one_way_keeps_its_edge(axis: int) -> None:
    """Halves stay halves, however the other side grows: nothing is mixed over an edge between two areas."""
    halves = np.zeros((8, 8, 1), np.uint8)
    halves[4:] = 255
    made = resized(halves, 20, 2) if axis == 0 else resized(halves.swapaxes(0, 1), 2, 20)
    lines = made if axis == 0 else made.swapaxes(0, 1)
    assert lines.shape == (2, 20, 1) and (lines[0] == 0).all() and (lines[1] == 255).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_shapes_stay(channels: int) -> None:
    pixels = PICTURE[..., :channels]
    for made in (resized(pixels, 30, 20), resized(pixels, 300, 200), enlarged(pixels, 30, 20)):
        assert made.shape[2] == channels and made.dtype == np.uint8
    assert np.array_equal(enlarged(pixels, 260, 180)[::2, ::2], pixels)
