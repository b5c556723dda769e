"""Records of 6 bytes: the multipliers in them are as exact as TFLite's, and no wider choice would be."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from host.compiler.network import Scaling
from host.compiler.quantise import Ints, Range, fast_is_exact, output_values
from host.compiler.short_form import (
    BIAS_LIMIT,
    LEADING_BIT,
    exact_multipliers,
    short_form,
    short_records,
)

POINTS = st.one_of(st.just(0), st.integers(0, 255))


def scaling(multiplier: int, shift: int, bounds: tuple[int, int], bias: int = 0) -> Scaling:
    one = [np.array([value], np.int64) for value in (bias, multiplier, shift)]
    return Scaling(one[0], one[1], one[2], *bounds)


def fast_values(acc: Ints, multiplier: int, made: Scaling, zero_point: int) -> Ints:
    shift = -int(made.shift[0])
    rounding = (2 * zero_point + 1) << (shift - 1)
    x = (acc * multiplier + (1 << 30)) >> 31
    u = (x + rounding - (acc < 0)) >> shift
    return np.asarray(np.clip(u, made.act_min, made.act_max), np.int64)


scalings = st.builds(
    scaling,
    st.integers(LEADING_BIT, (1 << 31) - 1),
    st.integers(-12, -1),
    st.sampled_from(((0, 255), (7, 255), (0, 250), (128, 200))),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(scalings, POINTS, st.integers(-60000, 60000), st.integers(1, 30000))
def test_bounds_are_where_exactness_ends(
    made: Scaling, zero_point: int, low: int, span: int
) -> None:
    reach = Range(np.array([low]), np.array([low + span]))
    least, most = (int(v[0]) for v in exact_multipliers(made, zero_point, reach))
    assume(least <= most)
    acc = np.arange(low, low + span + 1, dtype=np.int64)
    wanted = output_values(acc, made, zero_point)
    for multiplier in (least, most):
        assert np.array_equal(fast_values(acc, multiplier, made, zero_point), wanted)
    for multiplier in (least - 1, most + 1):
        if 0 <= multiplier < 1 << 31:
            assert not np.array_equal(fast_values(acc, multiplier, made, zero_point), wanted)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(scalings, POINTS, st.integers(-60000, 60000), st.integers(1, 30000))
def test_a_multiplier_of_its_own_is_within_its_bounds(
    made: Scaling, zero_point: int, low: int, span: int
) -> None:
    reach = Range(np.array([low]), np.array([low + span]))
    assume(bool(fast_is_exact(made, zero_point, reach)[0]))
    least, most = exact_multipliers(made, zero_point, reach)
    assert least[0] <= made.multiplier[0] <= most[0]


def random_channels(count: int, seed: int, shifts: tuple[int, int]) -> tuple[Scaling, Range]:
    draw = np.random.default_rng(seed)
    bias = draw.integers(-30000, 30000, count)
    made = Scaling(
        bias,
        draw.integers(LEADING_BIT, 1 << 31, count),
        -draw.integers(shifts[0], shifts[1] + 1, count),
        0,
        255,
    )
    return made, Range(bias - 200_000, bias + 200_000)


def test_records_hold_bias_shift_and_an_exact_multiplier() -> None:
    made, reach = random_channels(200, 3, (5, 9))
    form = short_form(made, 0, reach)
    assert form is not None
    rows = np.frombuffer(short_records(made, form), "<u2").reshape(-1, 3).astype(np.int64)
    scale = rows[:, 1] << 16 | rows[:, 0]
    np.testing.assert_array_equal(form.least_shift + (scale & 7), -made.shift)
    np.testing.assert_array_equal(
        (scale.astype(np.int32).astype(np.int64) >> 30 << 16) + rows[:, 2], made.bias
    )
    least, most = exact_multipliers(made, 0, reach)
    multiplier = (scale & (LEADING_BIT - 1)) | LEADING_BIT
    assert bool(((least <= multiplier) & (multiplier <= most)).all())


def unpacked(record: bytes) -> tuple[int, int, int]:
    """bias, multiplier and shift less the least one, as packed_model.h words the record of 6 bytes."""
    low, high, bias_low = struct.unpack("<3H", record)
    scale = high << 16 | low
    top = (scale >> 30) - (4 if scale >> 31 else 0)  # 2 bits, signed
    return top * 65536 + bias_low, (scale & (LEADING_BIT - 1)) | LEADING_BIT, scale & 7


@pytest.mark.parametrize("power", [15, 16, 17, 18, 19])
@pytest.mark.parametrize("sign", [-1, 1])
def test_no_bias_changes_in_its_record(power: int, sign: int) -> None:
    for bias in (sign * (1 << power) + more for more in (-1, 0, 1)):
        made = scaling(5 << 28, -8, (0, 255), bias)
        form = short_form(made, 0, Range(np.array([bias - 9]), np.array([bias + 9])))
        if abs(bias) < 1 << 17:
            assert form is not None
        if form is not None:
            assert unpacked(short_records(made, form)) == (
                bias,
                form.multiplier[0],
                8 - form.least_shift,
            )


def test_shifts_of_one_operator_may_differ_by_seven() -> None:
    for first, spread, fits in ((1, 7, True), (1, 8, False), (15, 7, True), (14, 8, False)):
        two = np.array([-first, -first - spread])
        bias = np.zeros(2, np.int64)
        made = Scaling(bias, np.full(2, 5 << 28), two, 0, 255)
        form = short_form(made, 0, Range(bias - 100, bias + 100))
        assert (form is not None) == fits
        assert form is None or 1 <= form.least_shift <= 15


def test_what_does_not_fit_has_no_short_form() -> None:
    made, reach = random_channels(16, 4, (5, 9))
    assert short_form(made, 0, reach) is not None
    large = dataclasses.replace(made, bias=np.where(np.arange(16) == 7, BIAS_LIMIT, made.bias))
    assert short_form(large, 0, reach) is None
    spread = dataclasses.replace(made, shift=np.where(np.arange(16) == 7, -16, made.shift))
    assert short_form(spread, 0, reach) is None
    wide = Range(reach.low - (1 << 28), reach.high + (1 << 28))
    assert short_form(dataclasses.replace(made, shift=np.full(16, -20)), 0, wide) is None
