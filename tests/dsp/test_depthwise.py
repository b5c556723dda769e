"""Depthwise 3x3: its shapes (run by test_exact.py), extreme weights and biases, and what it refuses."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from host.compiler.format import OperatorKind
from tests.dsp.board import Board
from tests.dsp.operators import Case, Shape, check_on_board, random_case, run_on_host

SAME = Shape(
    OperatorKind.DEPTHWISE,
    6,
    6,
    8,
    8,
    pads=(1, 1, 1, 1),
    border=(1, 1, 1, 1),
    window=3,
    scratch_bytes=0x1000,
    shifts=(5, 8),
)
HALVED = replace(SAME, stride=2, pads=(0, 1, 0, 1), border=(0, 1, 0, 1))
NAMED = {
    "same, 48 wide": replace(SAME, width=48, height=7),
    "same, 12x12": replace(SAME, width=12, height=12),
    "same, 3x3": replace(SAME, width=3, height=3),
    "same, odd width": replace(SAME, width=9, height=5),
    "valid": replace(SAME, pads=(0, 0, 0, 0), border=(0, 0, 0, 0)),
    "halved, 24 wide": replace(HALVED, width=24, height=7),
    "halved, 3x3": replace(HALVED, width=3, height=3),
    "halved, padded on all sides": replace(HALVED, pads=(1, 1, 1, 1), border=(1, 1, 1, 1), width=5),
    "shifts that uniform cannot have": replace(SAME, shifts=(1, 14), width=8),
    "halved, such shifts": replace(HALVED, shifts=(1, 14), width=8),
    "zero points": replace(SAME, fill=(200, 17)),
    "an output with borders": replace(SAME, out_border=(1, 2, 1, 1)),
    "an input with more borders than it needs": replace(SAME, border=(2, 3, 2, 2)),
    "records of 8 bytes": replace(SAME, short=False),
    "halved, records of 8 bytes": replace(HALVED, short=False),
}


def shapes() -> st.SearchStrategy[Shape]:
    """Stride 1 and 2, SAME-like and VALID windows, borders at least as wide as the windows reach."""
    flag = st.integers(0, 1)
    return st.builds(
        _padded,
        st.tuples(st.integers(1, 13), st.integers(2, 14), st.integers(1, 12), st.integers(1, 2)),
        st.tuples(flag, flag, flag, flag),
        st.tuples(flag, flag, flag, flag),
        st.sampled_from([(5, 8), (4, 11), (1, 3), (2, 20)]),
        st.sampled_from([1, 40, 127]),
        st.tuples(st.integers(0, 255), st.integers(0, 255)),
        st.booleans(),
    )


def _padded(
    size: tuple[int, int, int, int],
    pads: tuple[int, int, int, int],
    more: tuple[int, int, int, int],
    shifts: tuple[int, int],
    largest_weight: int,
    fill: tuple[int, int],
    short: bool,
) -> Shape:
    height, width, channels, stride = size
    above, below, left, right = (p + m for p, m in zip(pads, more, strict=True))
    return replace(
        SAME,
        height=height,
        width=width,
        channels_in=channels,
        channels_out=channels,
        stride=stride,
        pads=pads,
        border=(above, below, left, right),
        shifts=shifts,
        largest_weight=largest_weight,
        fill=fill,
        short=short,
    )


@pytest.mark.parametrize("shape", [SAME, HALVED], ids=["same", "halved"])
@pytest.mark.parametrize("bias", [-(1 << 25), -(1 << 21), 0, 1 << 21, (1 << 26) - 1])
@pytest.mark.parametrize("weight", [-128, 127])
def test_extreme_weights_and_biases(
    hard_board: Board, shape: Shape, bias: int, weight: int
) -> None:
    drawn = random_case(replace(shape, shifts=(4, 11)), 3)
    extreme = Case(
        drawn.shape,
        np.full_like(drawn.u, 255),
        np.full_like(drawn.weights, weight),
        np.full_like(drawn.bias, bias),
        drawn.multiplier,
        drawn.shift,
    )
    check_on_board(hard_board, extreme)


@pytest.mark.parametrize(
    "shape",
    [
        replace(SAME, width=1),
        replace(SAME, scratch_bytes=64),
        replace(SAME, width=3, out_border=(0, 0, 0, 1)),
    ],
    ids=["one pixel a line", "no scratch", "odd width with a border behind"],
)
def test_refuses_what_it_cannot_do(library: ctypes.CDLL, shape: Shape) -> None:
    assert run_on_host(library, random_case(shape, 4)) is None
