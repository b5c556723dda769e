"""Who may come before a line of the camera: board/interrupts.c on a core whose registers are plain memory.

So what a board with Arduino's core alone needs is seen here, too: USB's interrupt pends itself again.
"""

from __future__ import annotations

import pytest

from tests.conftest import unavailable
from tests.dsp.board import Board, build
from tests.native import FIRMWARE, arm_compiler

TIMER3 = 0x4001_A000
COMPARE0, COMPARE2 = TIMER3 + 0x140, TIMER3 + 0x148  # the line is due; it is due soon
CC0, CC2, CYCLES = TIMER3 + 0x540, TIMER3 + 0x548, 0xE000_1004
ISER, ICER = (0xE000_E100, 0xE000_E104), (0xE000_E180, 0xE000_E184)
LINE, UART, CLOCK = 1 << 26, 1 << 2, 1 << 17  # of the first register
USB = 1 << 39 - 32  # of the second


class Core:
    """The code, and its registers."""

    def __init__(self) -> None:
        compiler = arm_compiler()
        if compiler is None:
            unavailable("arm-none-eabi-gcc")
        assert compiler is not None
        self.board = Board(build([FIRMWARE / "src" / "board" / "interrupts.c"], compiler))
        self.board.core.mem_map(0x4000_0000, 0x20000)
        self.board.core.mem_map(0xE000_1000, 0x1000)  # the cycle counter, which stands still
        self.board.run("board_start_lines", self.board.symbols["board_line_ticks"] | 1)

    def write(self, address: int, value: int) -> None:
        self.board.write(address, value.to_bytes(4, "little"))

    def read(self, registers: tuple[int, int]) -> tuple[int, int]:
        first, second = (int.from_bytes(self.board.read(at, 4), "little") for at in registers)
        return first, second

    def enable(self, first: int, second: int) -> None:
        """These interrupts are on, as the chip would show it; nothing was switched off yet."""
        for address, value in zip((*ISER, *ICER), (first, second, 0, 0), strict=True):
            self.write(address, value)

    def match(self, event: int) -> None:
        """The timer's interrupt, for this event."""
        self.write(event, 1)
        self.board.run("interrupts_line")
        assert self.board.read(event, 4) == bytes(4), "or it comes again at once"

    def is_held_off(self) -> bool:
        """What USB's interrupt asks as it begins."""
        return bool(self.board.run("interrupts_hold_off"))


@pytest.mark.parametrize("others", [(UART | CLOCK, 0), (0, USB), (UART, USB)])
def test_all_others_are_held_off_before_a_line_and_let_come_behind_it(
    others: tuple[int, int],
) -> None:
    core = Core()
    core.enable(LINE | others[0], others[1])
    assert not core.is_held_off()
    core.match(COMPARE2)
    assert core.read(ICER) == others, "and the line's own is not"
    core.enable(LINE, 0)
    assert core.is_held_off()
    core.match(COMPARE0)
    assert core.read(ISER) == others
    assert not core.is_held_off()


def test_one_that_lets_itself_come_again_is_held_off_once_more() -> None:
    core = Core()
    core.enable(LINE | UART, USB)
    core.match(COMPARE2)
    core.enable(LINE | CLOCK, USB)
    assert core.is_held_off()
    assert core.read(ICER) == (UART | CLOCK, USB)
    core.match(COMPARE0)
    assert core.read(ISER) == (UART | CLOCK, USB)


@pytest.mark.parametrize(
    ("ticks", "soon"), [(10_000, 8_750), (1_252, 2), (1_251, 1), (1_250, 1), (2, 1)]
)
def test_they_are_held_off_5000_cycles_before_a_line_or_at_once(ticks: int, soon: int) -> None:
    """A tick is 4 cycles; the core's longest mask was 4,832."""
    core = Core()
    for start in (("board_line_restart", ticks), ("board_line_on_edge", 21, ticks)):
        core.board.run(*start)
        assert core.read((CC0, CC2)) == (ticks, soon)


def test_work_is_what_passed_less_the_interrupts_with_12_cycles_in_and_12_out() -> None:
    core = Core()
    core.write(CYCLES, 5_000)
    core.match(COMPARE0)
    core.match(COMPARE2)
    assert core.board.run("board_line_cycles") == 2 * 24
    assert core.board.run("board_work_cycles") == 5_000 - 2 * 24
    core.board.run("interrupts_feed", core.board.symbols["board_line_ticks"] | 1)
    assert core.board.run("board_work_cycles") == 5_000 - 3 * 24
    assert core.board.run("board_line_cycles") == 2 * 24
