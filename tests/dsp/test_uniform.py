"""Sums at the end of what uniform kernels hold: 2^(18 + shift), beyond which a channel must be computed as fast."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from host.compiler.format import OperatorKind
from tests.dsp.board import Board
from tests.dsp.operators import Case, Shape, check_on_board, check_on_host, random_case

POINTWISE = Shape(OperatorKind.POINTWISE, 2, 4, 8, 4, short=False)
SHAPES = {
    "pointwise": POINTWISE,
    "pointwise, 128 channels": replace(POINTWISE, channels_in=128),
    "convolution": Shape(OperatorKind.CONV, 4, 4, 8, 4, window=3, short=False),
    "of the image": Shape(
        OperatorKind.CONV, 4, 4, 1, 4, 2, (0, 1, 0, 1), 3, (0, 1, 0, 1), image=True, short=False
    ),
    "depthwise": Shape(OperatorKind.DEPTHWISE, 4, 4, 4, 4, 1, window=3, short=False),
    "depthwise, stride 2": Shape(OperatorKind.DEPTHWISE, 4, 4, 4, 4, 2, window=3, short=False),
}


def at_the_end(shape: Shape) -> Iterator[Case]:
    """Every pixel's sum is +-2^(18 + shift) or near; every shift that uniform can have and its neighbours."""
    for shift in range(3, 8):
        for sign in (-1, 1):
            for beyond in (-1, 0, 3000):
                drawn = random_case(replace(shape, shifts=(shift, shift)), shift)
                weights = np.full_like(drawn.weights, -128 if sign < 0 else 127)
                full = int(weights[0].astype(np.int64).sum()) * 255
                bias = np.full_like(drawn.bias, sign * ((1 << (18 + shift)) + beyond) - full)
                u = np.full_like(drawn.u, 255)
                yield Case(drawn.shape, u, weights, bias, drawn.multiplier, drawn.shift)


@pytest.mark.parametrize("name", SHAPES)
def test_sums_at_the_end_are_exact_on_the_board(hard_board: Board, name: str) -> None:
    for case in at_the_end(SHAPES[name]):
        check_on_board(hard_board, case)


@pytest.mark.parametrize("name", SHAPES)
def test_sums_at_the_end_are_exact_on_this_pc(library: ctypes.CDLL, name: str) -> None:
    for case in at_the_end(SHAPES[name]):
        check_on_host(library, case)
