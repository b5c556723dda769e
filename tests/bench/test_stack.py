"""Stack painting, and the profile of a marker that code on the virtual board raises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.bench.engine.guest import Guest
from host.virtual import words
from host.virtual.profile import PAINT, Profile, deepest_write
from host.virtual.registers import SP

STACK = 0x20030000


@pytest.mark.parametrize("depth", [1, 4, 100, 256])
def test_painting_finds_a_planted_depth(depth: int) -> None:
    stack = np.full(256, PAINT, np.uint8)
    stack[-depth] = 0
    assert STACK + len(stack) - deepest_write(stack, STACK) == depth


def test_a_write_above_the_deepest_one_does_not_matter() -> None:
    stack = np.full(256, PAINT, np.uint8)
    stack[[100, 200]] = 1
    assert deepest_write(stack, STACK) == STACK + 100


def test_an_untouched_stack_has_no_depth() -> None:
    assert deepest_write(np.full(64, PAINT, np.uint8), STACK) == STACK + 64


def test_a_write_below_the_stack_pointer_during_the_inference_is_measured(firmware: Path) -> None:
    guest = Guest(firmware)
    guest.start(guest.built_in())
    board = guest.board
    with Profile(board) as profile:
        start = board.cpu.read(SP)[0]
        board.marked(True)
        board.memory.ram[start - words.RAM_START - 3000] = 1
        board.marked(False)
    assert [window.stack_bytes for window in profile.windows] == [3000]


def test_nothing_is_counted_when_nobody_profiles(firmware: Path) -> None:
    guest = Guest(firmware)
    guest.start(guest.built_in())
    with Profile(guest.board):
        pass
    before = guest.board.memory.counts.copy()
    guest.board.run(640_000)
    assert np.array_equal(guest.board.memory.counts, before)
