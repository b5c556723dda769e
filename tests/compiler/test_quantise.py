"""The proof that FAST equals TFLite, against every accumulator of ranges small enough to try them all."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.compiler.format import Form
from host.compiler.network import Scaling
from host.compiler.quantise import (
    Ints,
    Range,
    can_overflow,
    choose_form,
    constant_channels,
    constant_scaling,
    fast_fits,
    fast_is_exact,
    output_values,
    quantise_multiplier,
    records,
)


def scaling(
    multiplier: int, shift: int, bounds: tuple[int, int], rounds_once: bool = False
) -> Scaling:
    one = [np.array([value], np.int64) for value in (0, multiplier, shift)]
    return Scaling(one[0], one[1], one[2], *bounds, rounds_once)


def fast_values(acc: Ints, made: Scaling, zero_point: int) -> Ints:
    shift = -made.shift
    rounding = (1 << (shift - 1)) + (zero_point << shift)
    x = (acc * made.multiplier + (1 << 30)) >> 31
    return np.asarray(
        np.clip((x + rounding - (acc < 0)) >> shift, made.act_min, made.act_max), np.int64
    )


scalings = st.builds(
    scaling,
    st.one_of(
        st.integers(1 << 30, (1 << 31) - 1), st.sampled_from((1 << 30, 3 << 29, (1 << 31) - 1))
    ),
    st.integers(-12, 1),
    st.sampled_from(((0, 255), (7, 255), (0, 250), (128, 200))),
    st.booleans(),
)
POINTS = st.one_of(st.just(0), st.integers(0, 255))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(scalings, POINTS, st.integers(-60000, 60000), st.integers(1, 30000))
def test_proof_agrees_with_trying_every_accumulator(
    made: Scaling, zero_point: int, low: int, span: int
) -> None:
    reach = Range(np.array([low]), np.array([low + span]))
    proven = bool(fast_is_exact(made, zero_point, reach)[0])
    if made.shift[0] >= 0:
        assert not proven
        return
    acc = np.arange(low, low + span + 1, dtype=np.int64)
    tried = np.array_equal(fast_values(acc, made, zero_point), output_values(acc, made, zero_point))
    assert proven == tried


def test_bounds_cost_no_form_but_left_shifts_do() -> None:
    reach = Range(np.array([-1000]), np.array([1000]))
    for zero_point in (
        0,
        100,
    ):  # acc / 4: half of all accumulators are ties, on either side of zero
        assert choose_form(scaling(1 << 30, -1, (0, 255)), zero_point, reach) is Form.FAST
        assert choose_form(scaling(1 << 30, -1, (3, 250)), zero_point, reach) is Form.FAST
        assert choose_form(scaling(1 << 30, 1, (3, 250)), zero_point, reach) is Form.GENERAL


@pytest.mark.parametrize("side", [-1, 1])
def test_fast_never_doubles_a_sum_out_of_32_bits(side: int) -> None:
    """The kernels hold sums doubled: 2^30 is the first that they cannot."""
    made = scaling(1 << 30, -22, (0, 255))
    for largest, form in (((1 << 30) - 1, Form.FAST), (1 << 30, Form.GENERAL)):
        reach = Range(np.array([min(side * largest, 0)]), np.array([max(side * largest, 0)]))
        assert choose_form(made, 0, reach) is form
        assert bool(fast_is_exact(made, 0, reach)[0]) == (form is Form.FAST)


def test_no_sum_of_fast_leaves_32_bits() -> None:
    """At the largest accumulator, multiplier, shift and zero point at once; the kernel adds x and the rounding."""
    largest, multiplier, shift, zero_point = (1 << 30) - 1, (1 << 31) - 1, 22, 255
    reach = Range(np.array([0]), np.array([largest]))
    assert bool(fast_fits(scaling(multiplier, -shift, (0, 255)), reach)[0])
    x = (largest * multiplier + (1 << 30)) >> 31
    assert x + (1 << (shift - 1)) + (zero_point << shift) < 1 << 31


@pytest.mark.parametrize(
    ("shift", "fits"), [(0, False), (-1, True), (-22, True), (-23, False), (-24, False)]
)
def test_fast_has_the_shifts_that_the_engine_takes(shift: int, fits: bool) -> None:
    reach = Range(np.array([-1000]), np.array([1000]))
    assert bool(fast_is_exact(scaling(1 << 30, shift, (0, 255)), 0, reach)[0]) == fits


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_bias_that_its_record_cannot_hold_is_not_fast(sign: int) -> None:
    """27 bits beside 5 of the shift: what is FAST is read back as it was written."""
    for bias in (sign * ((1 << 26) - 1), sign * (1 << 26), sign * (1 << 27)):
        made = dataclasses.replace(scaling(1 << 30, -20, (0, 255)), bias=np.array([bias]))
        fast = bool(fast_is_exact(made, 0, Range(np.array([bias - 9]), np.array([bias + 9])))[0])
        assert fast == (abs(bias) < 1 << 26)
        if fast:
            multiplier, packed = struct.unpack("<Ii", records(made, Form.FAST, 0))
            assert (multiplier, packed >> 5, packed & 31) == (1 << 30, bias, 20)


def test_general_holds_its_sums_in_32_bits() -> None:
    """acc << left, with the rounding term and the zero point of the output, to the last that fits."""
    for shift, zero_point, most in ((-22, 255, (1 << 31) - (511 << 21) - 2), (2, 0, (1 << 29) - 1)):
        made = scaling(1 << 30, shift, (0, 255), rounds_once=False)
        made = dataclasses.replace(made, multiplier=np.array([0]))  # never FAST
        for largest, form in ((most, Form.GENERAL), (most + 1, Form.WIDE)):
            assert choose_form(made, zero_point, Range(np.array([0]), np.array([largest]))) is form
            assert choose_form(made, zero_point, Range(np.array([-largest]), np.array([0]))) is form


def test_one_record_for_all_channels_serves_the_farthest() -> None:
    made = scaling(1 << 30, -22, (0, 255))
    low, high = np.array([-5, -5, -5]), np.array([5, 1 << 30, 5])
    assert choose_form(made, 0, Range(low[:1], high[:1])) is Form.FAST
    assert choose_form(made, 0, Range(low, high)) is Form.GENERAL
    assert choose_form(made, 0, Range(-high, -low)) is Form.GENERAL


def test_a_left_shift_out_of_32_bits_is_noticed() -> None:
    for shift, largest in ((0, (1 << 31) - 1), (3, (1 << 28) - 1), (-5, (1 << 31) - 1)):
        made = scaling(1 << 30, shift, (0, 255))
        for more in (0, 1):
            one = np.array([largest + more])
            assert bool(can_overflow(made, Range(np.array([0]), one))[0]) == bool(more)
            assert bool(can_overflow(made, Range(-one, np.array([0])))[0]) == bool(more)


def test_sums_that_leave_32_bits_need_the_wide_form() -> None:
    made = scaling(1 << 30, -25, (0, 255))
    reach = Range(np.array([-(1 << 30)]), np.array([1 << 30]))
    assert choose_form(made, 200, reach) is Form.WIDE


def test_multipliers_are_those_of_frexp() -> None:
    assert quantise_multiplier(0.0) == (0, 0)
    assert quantise_multiplier(0.5) == (1 << 30, 0)
    assert quantise_multiplier(1.0) == (1 << 30, 1)
    assert quantise_multiplier(1.0 - 2.0**-40) == (1 << 30, 1)
    assert quantise_multiplier(2.0**-32) == (1 << 30, -31)
    assert quantise_multiplier(2.0**-33) == (0, 0)
    assert quantise_multiplier(0.75 / 256) == (3 << 29, -8)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(POINTS, st.integers(0, 255))
def test_constant_channels_keep_their_value(zero_point: int, value: int) -> None:
    made = scaling(1 << 30, -1, (value, value))
    reach = Range(np.array([-9]), np.array([9]))
    values = constant_channels(made, zero_point, reach)
    assert values[0] == value
    replaced = constant_scaling(made, zero_point, values)
    assert fast_values(replaced.bias, replaced, zero_point)[0] == value
