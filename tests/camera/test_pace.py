"""The rows that stretch the sensor's frame: one is there whenever the board is ready for it."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.native import FIRMWARE, compile_shared

DIVIDER = 6
ROW = 784 * 2 * (DIVIDER + 1)
ROWS, MOST = 510, 4000  # of a frame, and that can be added (ov7675.h)


class Settings(ctypes.Structure):
    """struct camera_settings, as far as the pace looks at it."""

    _fields_ = (
        ("colour_bars", ctypes.c_bool),
        ("data_swap", ctypes.c_bool),
        ("luma_second", ctypes.c_bool),
        ("chroma_swap", ctypes.c_bool),
        ("halving", ctypes.c_uint8),
        ("mains_hz", ctypes.c_uint8),
        ("clock_divider", ctypes.c_uint8),
        ("paced", ctypes.c_bool),
        ("floor", ctypes.c_uint8),
        ("extra_rows", ctypes.c_uint16),
    )


class Load(ctypes.Structure):
    """struct pace_load."""

    _fields_ = (
        ("work", ctypes.c_uint32),
        ("reading", ctypes.c_uint32),
        ("overlaps", ctypes.c_bool),
    )


def paced(
    work: int, reading: int, overlaps: bool = True, now: int = 0, period: int = 0
) -> tuple[int, int]:
    """The rows that the firmware would set, and the period that it then knows. period: known before, 0 for none."""
    sources = [FIRMWARE / "src/camera/pace.c"]
    pace = ctypes.CDLL(str(compile_shared("pace", sources)))
    pace.pace_extra_rows.restype = ctypes.c_uint16
    state = ctypes.c_uint32(period)  # struct pace
    load = Load(work, reading, overlaps)
    settings = Settings(False, True, False, False, 0, 50, DIVIDER, True, 0, now)
    rows = pace.pace_extra_rows(ctypes.byref(state), ctypes.byref(settings), ctypes.byref(load))
    return int(rows), state.value


def extra_rows(work: int, reading: int, overlaps: bool = True, now: int = 0) -> int:
    """The rows alone, of a board that knows no period yet."""
    return paced(work, reading, overlaps, now)[0]


@given(st.integers(0, 40_000_000), st.integers(0, 5_000_000))
def test_the_frame_is_a_little_longer_than_the_boards_period(work: int, reading: int) -> None:
    frame = (ROWS + extra_rows(work, reading)) * ROW
    assert frame > work + reading
    assert frame <= max(ROWS * ROW, (work + reading) * 1.01 + 3 * ROW)


@given(st.integers(0, 40_000_000))
def test_a_frame_that_is_not_read_meanwhile_is_added_whole(work: int) -> None:
    """Up to row 490, where VSTOP ends it, and not much behind; beside it a 256th is spare."""
    frame = (ROWS + extra_rows(work, 2_000_000, overlaps=False)) * ROW
    assert frame > work + 490 * ROW
    assert frame <= max(ROWS * ROW, (work + 500 * ROW) * (1 + 1 / 256) + 2 * ROW)


@pytest.mark.parametrize(
    ("change", "moves"), [(-0.002, False), (0.0, False), (-0.03, True), (0.02, True)]
)
def test_small_changes_of_the_work_leave_the_frame_alone(change: float, moves: bool) -> None:
    now = extra_rows(10_000_000, 2_500_000)
    later = extra_rows(round(12_500_000 * (1 + change)) - 2_500_000, 2_500_000, now=now)
    assert (later != now) is moves


@pytest.mark.parametrize(
    ("now", "extra"),
    [(0, 261), (257, 261), (258, 258), (261, 261), (266, 266), (267, 261), (900, 261)],
)
def test_rows_move_when_the_frame_is_too_short_or_a_96th_too_long(now: int, extra: int) -> None:
    """A period of 768 rows: to 771, a 256th more than it needs."""
    assert extra_rows(766 * ROW, ROW + ROW // 2, now=now) == extra


@pytest.mark.parametrize(
    ("period", "extra"), [(1, 0), (510 * ROW - 1, 0), (510 * ROW, 2), (2_000_000_000, MOST)]
)
def test_rows_are_added_from_the_first_that_is_needed_to_the_most_there_can_be(
    period: int, extra: int
) -> None:
    assert extra_rows(period, 0) == extra


@pytest.mark.parametrize(
    ("before", "now", "known"),
    [
        (8_000_000, 8_800_000, 8_100_000),
        (8_000_000, 9_000_000, 8_125_000),
        (8_000_000, 9_000_001, 9_000_001),
        (8_000_000, 7_200_000, 7_900_000),
        (8_000_000, 7_000_000, 7_875_000),
        (8_000_000, 6_999_999, 6_999_999),
        (0, 8_800_000, 8_800_000),
    ],
)
def test_a_period_that_differs_by_an_8th_at_most_is_smoothed(
    before: int, now: int, known: int
) -> None:
    assert paced(now - 1_000, 1_000, period=before)[1] == known
