"""Programs that the tests of this folder share: the fast operators for this PC and for an emulated Cortex-M4."""

from __future__ import annotations

import ctypes

import pytest

from tests.dsp.board import Board
from tests.dsp.operators import new_board, new_library


@pytest.fixture(scope="session")
def library() -> ctypes.CDLL:
    return new_library()


@pytest.fixture(scope="session", params=["hard", "softfp"])
def board(arm_gcc: str, request: pytest.FixtureRequest) -> Board:
    return new_board(arm_gcc, request.param)


@pytest.fixture(scope="session")
def hard_board(arm_gcc: str) -> Board:
    return new_board(arm_gcc)
