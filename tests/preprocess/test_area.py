"""The firmware's area averaging against the host's, byte for byte."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from host.link.messages import MAX_IMAGE_HEIGHT, MAX_IMAGE_WIDTH
from host.preprocess import area_average, area_average_yuv, yuv_to_rgb
from tests.native import FIRMWARE, compile_shared

AREA_STRUCT_BYTES = 8192  # more than sizeof(struct area)
LUMA, CHROMA = 0, 1  # of the running sums of a line in colour
SOURCES = ("area.c",)


class AreaAxis(ctypes.Structure):
    """struct area_axis."""

    _fields_ = tuple((name, ctypes.c_uint32) for name in ("source", "to", "unit", "span"))


def axis(source: int, to: int) -> AreaAxis:
    """As area_start makes it."""
    divisor = math.gcd(source, to)
    return AreaAxis(source, to, to // divisor, source // divisor)


def sums_across(library: ctypes.CDLL, values: NDArray[np.uint32], to: int) -> NDArray[np.uint32]:
    """What area_sum_across makes of a line."""
    sums = np.zeros((to, 3), np.uint32)
    cut = axis(len(values), to)
    library.area_sum_across(ctypes.byref(cut), values.ctypes.data, sums.ctypes.data, sums.shape[1])
    assert not sums[:, 1:].any()
    return np.ascontiguousarray(sums[:, 0])


class AreaPicture(ctypes.Structure):
    """struct area_picture."""

    _fields_ = (
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("colour", ctypes.c_bool),
    )


def load() -> ctypes.CDLL:
    sources = [Path(FIRMWARE / "src/preprocess" / name) for name in SOURCES]
    library = ctypes.CDLL(str(compile_shared("area", sources)))
    library.area_start.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(AreaPicture),
        *[ctypes.c_uint32] * 2,
        ctypes.c_size_t,
        ctypes.c_void_p,
    ]
    library.area_start.restype = ctypes.c_bool
    library.area_add_line.argtypes = [ctypes.c_void_p] * 2
    library.area_sum_across.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t]
    library.area_plan_steps.argtypes = [ctypes.c_void_p] * 2
    library.area_plan_groups.argtypes = [ctypes.c_void_p, ctypes.c_bool, ctypes.c_void_p]
    library.area_sums_groups.argtypes = [ctypes.c_void_p]
    library.area_sums_groups.restype = ctypes.c_bool
    library.area_is_complete.restype = ctypes.c_bool
    return library


def firmware_average(
    luma: NDArray[np.uint8],
    height: int,
    width: int,
    channels: int,
    chroma: NDArray[np.uint32] | None = None,
) -> NDArray[np.uint8]:
    """chroma: (H, W / 2) words U | V << 16."""
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    image = np.zeros((height, width, channels), np.uint8)
    rows, columns = luma.shape
    picture = AreaPicture(columns, rows, chroma is not None)
    assert library.area_start(state, picture, width, height, channels, image.ctypes.data)
    for number, line in enumerate(luma.astype(np.uint32)):
        assert not library.area_is_complete(state)
        sums = sums_across(library, line, width)
        if chroma is not None:
            sums = np.column_stack((sums, sums_across(library, chroma[number], width)))
        library.area_add_line(state, sums.ctypes.data)
    assert library.area_is_complete(state)
    return image


def drawn_yuv(rows: int, columns: int, seed: int) -> list[NDArray[np.uint8]]:
    """Y, U, V at random; chroma of half the width."""
    random = np.random.default_rng(seed)
    widths = (columns, columns // 2, columns // 2)
    return [random.integers(0, 256, (rows, width), np.uint8) for width in widths]


def packed(u: NDArray[np.uint8], v: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """As the camera's driver hands chroma over."""
    return np.asarray(u.astype(np.uint32) | v.astype(np.uint32) << 16, np.uint32)


@pytest.mark.parametrize("shape", [(240, 320), (480, 640), (144, 176)])
@pytest.mark.parametrize("channels", [1, 3])
def test_camera_windows_equal_the_host(shape: tuple[int, int], channels: int) -> None:
    luma = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    expected = area_average(luma, 96, 96, channels)
    assert np.array_equal(firmware_average(luma, 96, 96, channels), expected)


@settings(max_examples=120, deadline=None)
@given(
    rows=st.integers(1, 60),
    columns=st.integers(1, 80),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_shape_equals_the_host(
    rows: int, columns: int, height: int, width: int, seed: int
) -> None:
    luma, u, v = drawn_yuv(rows, columns, seed)
    expected = area_average(luma, height, width)
    assert np.array_equal(firmware_average(luma, height, width, 1), expected)
    if columns % 2 == 0:
        expected = area_average_yuv(luma, u, v, height, width)
        assert np.array_equal(firmware_average(luma, height, width, 3, packed(u, v)), expected)


@pytest.mark.parametrize("shape", [(35, 57), (43, 45), (3, 5), (1, 1), (37, 61), (63, 63)])
def test_a_mean_just_below_a_half_is_rounded_down_and_a_half_up(shape: tuple[int, int]) -> None:
    """Of areas up to 1,999 pixels, whose means are taken by a product, and of larger ones, where it is not exact."""
    total = shape[0] * shape[1]
    for mean in (1, 2, 127, 128, 200, 240, 250, 253, 254, 255):
        least = mean * total - (total - 1) // 2  # rounded it is `mean`, one less is not
        for whole, expected in ((least - 1, mean - 1), (least, mean)):
            pixels = np.full(total, whole // total, np.uint8)
            pixels[: whole % total] += 1
            assert firmware_average(pixels.reshape(shape), 1, 1, 1).item() == expected


@pytest.mark.parametrize("size", [(96, 96), (97, 96), (48, 64), (240, 256)])
def test_the_cameras_window_in_colour_equals_the_host(size: tuple[int, int]) -> None:
    luma, u, v = drawn_yuv(240, 320, 3)
    expected = area_average_yuv(luma, u, v, *size)
    assert np.array_equal(firmware_average(luma, *size, 3, packed(u, v)), expected)


@settings(max_examples=60, deadline=None)
@given(to=st.integers(1, 256), seed=st.integers(0, 2**32 - 1))
def test_the_steps_of_the_reading_loop_make_the_same_sums(to: int, seed: int) -> None:
    """Simulates the running sums of camera/line_loops.S."""
    library, cut = load(), axis(320, to)
    values = np.random.default_rng(seed).integers(0, 256, 320).astype(np.uint32)
    steps = np.full(321, 7, np.uint32)
    library.area_plan_steps(ctypes.byref(cut), steps.ctypes.data)
    assert steps[320] == 7, "nothing is written behind the last pixel's"
    steps = steps[:320]
    sums, total, at = np.zeros(to, np.uint32), 0, 0
    for value, step in zip(values.tolist(), steps.tolist(), strict=True):
        sums[at // 4] = total + (step & 0xFFFF) * value
        total += cut.unit * value
        at += step >> 16
    assert at == 4 * to
    assert np.array_equal(sums, sums_across(library, values, to))


def to_border(word: int, pair: tuple[int, int]) -> int:
    """What SMLAD adds."""
    return (word & 0xFFFF) * pair[0] + (word >> 16) * pair[1]


@settings(max_examples=60, deadline=None)
@given(to=st.integers(1, 160), second=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_the_groups_of_the_reading_loop_make_the_same_sums(
    to: int, second: bool, seed: int
) -> None:
    """Simulates what camera/line_loops.S does with a line in colour."""
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    assert library.area_start(state, AreaPicture(320, 240, True), to, 1, 3, None)
    assert library.area_sums_groups(state)
    steps = np.full(321, 7, np.uint32)
    library.area_plan_groups(state, second, steps.ctypes.data)
    assert steps[0] == 0, "nothing comes before the first group"
    luma, u, v = drawn_yuv(1, 320, seed)
    chroma = packed(u, v)[0]
    cuts = axis(320, to), axis(160, to)
    sums, onwards, at = np.zeros((to, 2), np.uint32), [0, 0], [0, 0]
    for group in range(160):
        words = steps[1 + 2 * group : 3 + 2 * group].tolist()
        of_luma, of_chroma = words[::-1] if second else words
        pair = luma[0, 2 * group : 2 * group + 2].tolist()
        added = to_border(of_luma, pair), of_chroma * int(chroma[group])
        whole = cuts[LUMA].unit * sum(pair), cuts[CHROMA].unit * int(chroma[group])
        assert (of_luma == 0) == (of_chroma == 0), "both reach a border, or none"
        for kind in (LUMA, CHROMA):
            if of_luma:
                sums[at[kind], kind] = (onwards[kind] + added[kind]) % (1 << 32)
                at[kind] += 1
            onwards[kind] += whole[kind]
    assert at == [to, to]
    assert np.array_equal(sums[:, LUMA], sums_across(library, luma[0].astype(np.uint32), to))
    assert np.array_equal(sums[:, CHROMA], sums_across(library, chroma, to))


def test_an_output_of_more_pixels_than_groups_is_summed_behind_its_line() -> None:
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    assert library.area_start(state, AreaPicture(320, 240, True), 161, 1, 3, None)
    assert not library.area_sums_groups(state)


def test_extremes_of_chroma_do_not_touch_each_other() -> None:
    for levels in [(255, 0, 255), (0, 255, 0), (255, 255, 255)]:
        luma, u, v = (
            np.full((240, width), level, np.uint8)
            for width, level in zip((320, 160, 160), levels, strict=True)
        )
        expected = area_average_yuv(luma, u, v, 97, 97)
        assert np.array_equal(firmware_average(luma, 97, 97, 3, packed(u, v)), expected)


def test_the_conversion_is_bt_601_and_keeps_grey() -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (64, 64, 3), np.uint8)
    yuv = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb), np.uint8)
    back = yuv_to_rgb(yuv[:, :, 0], yuv[:, :, 2], yuv[:, :, 1])
    assert np.abs(back.astype(int) - rgb).max() <= 2, "what 8 bits of YUV lose"
    levels = np.arange(256, dtype=np.uint8)
    middle = np.full(256, 128, np.uint8)
    assert (yuv_to_rgb(levels, middle, middle) == levels[:, np.newaxis]).all()


def test_a_flat_picture_stays_flat_and_halves_round_up() -> None:
    assert (area_average(np.full((240, 320), 255, np.uint8), 96, 96) == 255).all()
    assert area_average(np.array([[0, 1]], np.uint8), 1, 1).item() == 1


def test_the_mean_is_that_of_exact_arithmetic() -> None:
    luma = np.random.default_rng(2).integers(0, 256, (240, 320), np.uint8)
    first = luma[:3, :4].astype(float)
    down, across = np.array([1, 1, 0.5]), np.array([1, 1, 1, 1 / 3])
    mean = (first * np.outer(down, across)).sum() / (2.5 * 10 / 3)
    assert area_average(luma, 96, 96)[0, 0, 0] == int(np.floor(mean + 0.5))


def starts(sizes: Sequence[int], channels: int) -> bool:
    """Whether a picture can become an image: columns, rows, width, height; with 3 channels both in colour."""
    columns, rows, width, height = sizes
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    picture = AreaPicture(columns, rows, channels != 1)
    return bool(load().area_start(state, picture, width, height, channels, None))


def test_the_largest_and_smallest_sizes_are_taken_and_none_beyond_them() -> None:
    least, most = (1, 1, 1, 1), (2048, 2048, MAX_IMAGE_WIDTH, MAX_IMAGE_HEIGHT)
    assert starts(least, channels=1) and starts(most, channels=1)
    for sizes in (least, most):
        for i in range(4):
            beyond = [*sizes]
            beyond[i] += 1 if sizes == most else -1
            assert not starts(beyond, channels=1)


def test_a_picture_in_colour_has_whole_pairs_whose_sums_do_not_touch() -> None:
    """255 times 257 is the most that the half of a word holds."""
    assert starts((320, 240, 96, 96), channels=3)
    for sizes in [(321, 240, 96, 96), (1, 240, 96, 96), (2046, 240, 91, 96), (516, 1, 1, 1)]:
        assert not starts(sizes, channels=3), "half a pair, none, or sums that touch"
    assert not starts((320, 240, 96, 96), channels=2)
    for width, rows in ((514, 1), (514, 3), (4, 129), (6, 86)):
        luma, u, v = (
            np.full((rows, each), 255, np.uint8) for each in (width, width // 2, width // 2)
        )
        expected = area_average_yuv(luma, u, v, 1, 1)
        assert np.array_equal(firmware_average(luma, 1, 1, 3, packed(u, v)), expected)


def test_pixels_of_an_odd_width_are_summed_one_by_one() -> None:
    library = load()
    state = ctypes.create_string_buffer(AREA_STRUCT_BYTES)
    for columns, in_groups in ((321, False), (320, True)):
        assert library.area_start(state, AreaPicture(columns, 240, False), 96, 96, 1, None)
        assert library.area_sums_groups(state) is in_groups
