"""Pointwise: its shapes (run by test_exact.py), the largest sums, and what it refuses."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from host.compiler.format import OperatorKind
from tests.dsp.board import Board
from tests.dsp.operators import Case, Shape, check_on_board, random_case, run_on_host

NO_ROOM = (2, 0)  # bytes beside 2 pixels that leave none for a third in a line of 4
BASE = Shape(OperatorKind.POINTWISE, 3, 4, 8, 8)
NAMED = {
    "person_detect, layer 2": replace(BASE, height=5, width=48, channels_out=16),
    "person_detect, layer 4": replace(BASE, width=24, channels_in=16, channels_out=32),
    "person_detect, layer 8": replace(BASE, width=12, channels_in=32, channels_out=64),
    "blocks of 3 pixels": replace(BASE, height=6, width=6, channels_in=64, channels_out=6),
    "3x3 pixels": replace(BASE, height=3, width=3, channels_in=128, channels_out=4),
    "a last block that overlaps": replace(BASE, width=7, channels_in=32),
    "odd channels": replace(BASE, width=5, channels_in=11, channels_out=7),
    "odd channels, 3 pixels": replace(BASE, width=6, channels_in=33, channels_out=5),
    "2x2 pixels": replace(BASE, height=2, width=2, channels_in=128, channels_out=6),
    "2x2 pixels with borders": replace(
        BASE, height=2, width=2, channels_in=70, out_border=(1, 1, 1, 1), fill=(9, 13)
    ),
    "one channel": replace(BASE, channels_in=1, channels_out=1),
    "zero points": replace(BASE, channels_in=16, fill=(37, 91)),
    "borders on both sides": replace(
        BASE, width=12, border=(1, 1, 1, 2), out_border=(2, 1, 1, 1), channels_in=20
    ),
    "a shift that uniform cannot have": replace(BASE, shifts=(2, 14)),
    "one weight pair at a time": replace(
        BASE, width=12, channels_in=64, channels_out=80, scratch_bytes=0x1400
    ),
    "short weights, one pair at a time": replace(
        BASE, height=2, channels_in=16, channels_out=240, scratch_bytes=0x1400
    ),
    "records of 8 bytes": replace(BASE, width=12, channels_in=32, short=False),
    "records of 8 bytes, 3 pixels": replace(BASE, width=6, channels_in=64, short=False),
}


def shapes() -> st.SearchStrategy[Shape]:
    edge = st.integers(0, 2)
    return st.builds(
        Shape,
        kind=st.just(OperatorKind.POINTWISE),
        height=st.integers(1, 6),
        width=st.integers(2, 14),
        channels_in=st.integers(1, 70),
        channels_out=st.integers(1, 20),
        border=st.tuples(edge, edge, edge, edge),
        out_border=st.tuples(edge, edge, edge, edge),
        scratch_bytes=st.sampled_from([0x2000, 0x3000, 0x6000]),
        shifts=st.sampled_from([(5, 10), (4, 11), (1, 3), (9, 20)]),
        largest_weight=st.sampled_from([1, 40, 127]),
        fill=st.tuples(st.integers(0, 255), st.integers(0, 255)),
        short=st.booleans(),
    ).filter(lambda shape: shape.width > 2 or shape.out_border[2:] != NO_ROOM)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("weight", [-128, 127])
def test_the_largest_sums_do_not_overflow(board: Board, value: int, weight: int) -> None:
    shape = replace(BASE, channels_in=64, channels_out=4)
    drawn = random_case(shape, 3)
    extreme = Case(
        shape,
        np.full_like(drawn.u, value),
        np.full_like(drawn.weights, weight),
        np.zeros_like(drawn.bias),
        drawn.multiplier,
        drawn.shift,
    )
    check_on_board(board, extreme)


@pytest.mark.parametrize(
    "shape",
    [
        replace(BASE, width=1),
        replace(BASE, width=2, out_border=(0, 0, *NO_ROOM)),
        replace(BASE, scratch_bytes=64),
    ],
    ids=["narrow", "no room for 3 pixels", "no scratch"],
)
def test_refuses_what_it_cannot_do(library: ctypes.CDLL, shape: Shape) -> None:
    assert run_on_host(library, random_case(shape, 4)) is None
