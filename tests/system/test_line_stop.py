"""The camera's lines hold other interrupts off. Stopped at any moment, they leave none off for ever."""

from __future__ import annotations

import pytest

from host.link.messages import Frame, Mode
from host.virtual.board import VirtualBoard
from host.virtual.registers import LR, PC
from tests.system.board import Bench

TIMER3, CAPTURE3, CC2, CC3, TICK_CYCLES = 0x4001A000, 0x4C, 0x548, 0x54C, 4
NVIC_ISER = 0xE000E100
OTHERS = 1 << 2 | 1 << 17  # UARTE0, RTC1


def cycles_to_hold_off(board: VirtualBoard) -> int:
    """Until the match that holds the others off; negative behind it."""
    bus = board.cpu.bus
    bus.write(TIMER3 + CAPTURE3, 4, 1)
    return TICK_CYCLES * (bus.read(TIMER3 + CC2, 4) - bus.read(TIMER3 + CC3, 4))


def others(board: VirtualBoard) -> int:
    """Those that are enabled."""
    return board.cpu.bus.read(NVIC_ISER, 4) & OTHERS


@pytest.mark.bare_image("calls a function of our own image, by its name")
@pytest.mark.parametrize("early", range(-8, 57, 8))
def test_lines_stopped_as_they_hold_others_off_let_them_come(early: int) -> None:
    """early: cycles between the call and the match, which falls into the function or just before it."""
    bench = Bench()
    board = bench.board
    bench.mode(Mode.CAPTURE)
    bench.wait(Frame)
    while not (others(board) == OTHERS and 200 < cycles_to_hold_off(board) < 2_000):
        board.run(500)
    board.run(cycles_to_hold_off(board) - early)
    back = board.cpu.read(PC)[0]
    board.cpu.write({LR: back | 1})
    board.jump(board.symbols["board_line_stop"][0])
    board.run(1_000)
    assert others(board) == OTHERS
