"""The choice of the pixel clock: more frames a second than with any other."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.native import FIRMWARE, compile_shared

DIVIDERS = range(11, 24)


def library() -> ctypes.CDLL:
    made = ctypes.CDLL(str(compile_shared("pace", [FIRMWARE / "src/camera/pace.c"])))
    made.camera_period.argtypes = [ctypes.c_uint8, ctypes.c_uint32]
    made.camera_period.restype = ctypes.c_uint32
    made.camera_best_divider.argtypes = [ctypes.c_uint32]
    made.camera_best_divider.restype = ctypes.c_uint8
    return made


@given(st.integers(0, 100_000_000))
def test_no_other_clock_gives_more_frames(busy: int) -> None:
    pace = library()
    best = pace.camera_period(pace.camera_best_divider(busy), busy)
    assert best == min(pace.camera_period(divider, busy) for divider in DIVIDERS)


@pytest.mark.parametrize(
    ("busy", "divider"), [(0, 11), (300_000, 11), (6_500_000, 11), (10_300_000, 12)]
)
def test_a_slower_clock_is_chosen_only_where_it_pays(busy: int, divider: int) -> None:
    assert library().camera_best_divider(busy) == divider


def test_just_too_slow_an_inference_does_not_cost_a_whole_frame() -> None:
    pace = library()
    fastest_clock = pace.camera_period(11, 10_300_000)
    assert (
        pace.camera_period(pace.camera_best_divider(10_300_000), 10_300_000) < 0.75 * fastest_clock
    )
