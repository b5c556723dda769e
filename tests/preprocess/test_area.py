"""The firmware's area averaging against the host's, byte for byte."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from host.preprocess import area_average
from tests.native import FIRMWARE, compile_shared

AREA_STRUCT_BYTES = 4096  # more than sizeof(struct area)


def load() -> ctypes.CDLL:
    library = ctypes.CDLL(str(compile_shared("area", [Path(FIRMWARE / "src/preprocess/area.c")])))
    library.area_start.argtypes = [
        ctypes.c_void_p,
        *[ctypes.c_uint32] * 4,
        ctypes.c_size_t,
        ctypes.c_void_p,
    ]
    library.area_start.restype = ctypes.c_bool
    library.area_is_complete.restype = ctypes.c_bool
    return library


def firmware_average(
    luma: NDArray[np.uint8], height: int, width: int, channels: int
) -> NDArray[np.uint8]:
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    image = np.zeros((height, width, channels), np.uint8)
    rows, columns = luma.shape
    assert library.area_start(state, columns, rows, width, height, channels, image.ctypes.data)
    for line in luma:
        assert not library.area_is_complete(state)
        library.area_add_line(state, np.ascontiguousarray(line).ctypes.data_as(ctypes.c_void_p))
    assert library.area_is_complete(state)
    return image


@pytest.mark.parametrize("shape", [(240, 320), (480, 640), (144, 176)])
@pytest.mark.parametrize("channels", [1, 3])
def test_camera_windows_equal_the_host(shape: tuple[int, int], channels: int) -> None:
    luma = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    expected = area_average(luma, 96, 96, channels)
    assert np.array_equal(firmware_average(luma, 96, 96, channels), expected)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 60),
    columns=st.integers(1, 60),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_shape_equals_the_host(
    rows: int, columns: int, height: int, width: int, seed: int
) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (rows, columns), np.uint8)
    expected = area_average(luma, height, width)
    assert np.array_equal(firmware_average(luma, height, width, 1), expected)


def test_a_flat_picture_stays_flat_and_halves_round_up() -> None:
    assert (area_average(np.full((240, 320), 255, np.uint8), 96, 96) == 255).all()
    assert area_average(np.array([[0, 1]], np.uint8), 1, 1).item() == 1


def test_the_mean_is_that_of_exact_arithmetic() -> None:
    luma = np.random.default_rng(2).integers(0, 256, (240, 320), np.uint8)
    first = luma[:3, :4].astype(float)
    down, across = np.array([1, 1, 0.5]), np.array([1, 1, 1, 1 / 3])
    mean = (first * np.outer(down, across)).sum() / (2.5 * 10 / 3)
    assert area_average(luma, 96, 96)[0, 0, 0] == int(np.floor(mean + 0.5))


def test_impossible_sizes_are_refused() -> None:
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    for sizes in [(0, 240, 96, 96), (320, 240, 0, 96), (320, 240, 257, 96), (4096, 240, 96, 96)]:
        assert not library.area_start(state, *sizes, 1, None)
