"""Each operator of engine/dsp against exact integers: the assembly on an emulated Cortex-M4, plain C on this PC."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dsp import test_depthwise, test_first, test_pointwise
from tests.dsp.board import Board
from tests.dsp.operators import Shape, check_on_board, check_on_host, random_case

NAMED = {
    f"{operator}: {name}": shape
    for operator, named in (
        ("pointwise", test_pointwise.NAMED),
        ("depthwise", test_depthwise.NAMED),
        ("first", test_first.NAMED),
    )
    for name, shape in named.items()
}
ANY = {
    "pointwise": test_pointwise.shapes(),
    "depthwise": test_depthwise.shapes(),
    "first": test_first.shapes(),
}
SEEDS, ROWS = st.integers(0, 1 << 30), st.integers(0, 4)  # rows at once, 0: all
SHARED = [HealthCheck.function_scoped_fixture]  # the programs hold nothing of a case


@pytest.mark.parametrize("name", NAMED)
def test_named_shapes_on_the_board(board: Board, name: str) -> None:
    check_on_board(board, random_case(NAMED[name], 1))


@pytest.mark.parametrize("name", NAMED)
def test_named_shapes_on_this_pc(library: ctypes.CDLL, name: str) -> None:
    check_on_host(library, random_case(NAMED[name], 2), rows_at_once=2)


@pytest.mark.parametrize("operator", ANY)
@given(data=st.data(), seed=SEEDS, rows=ROWS)
@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
def test_any_shape_on_the_board(
    hard_board: Board, operator: str, data: st.DataObject, seed: int, rows: int
) -> None:
    shape: Shape = data.draw(ANY[operator])
    check_on_board(hard_board, random_case(shape, seed), rows)


@pytest.mark.parametrize("operator", ANY)
@given(data=st.data(), seed=SEEDS, rows=ROWS)
@settings(max_examples=85, deadline=None, suppress_health_check=SHARED)
def test_any_shape_on_this_pc(
    library: ctypes.CDLL, operator: str, data: st.DataObject, seed: int, rows: int
) -> None:
    shape: Shape = data.draw(ANY[operator])
    check_on_host(library, random_case(shape, seed), rows)
