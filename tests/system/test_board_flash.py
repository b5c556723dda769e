"""Where board/flash.c ends what is ours: on a core whose flash and registers are plain memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import unavailable
from tests.dsp.board import Board, build
from tests.native import FIRMWARE, arm_compiler

ALL, MOVED = 0x100000, 0xE0000
NOTE = 0x1000_1014  # UICR.NRFFW[0]
ERASED = 0xFFFF_FFFF
STACK, ENTRY = 0x2004_0000, 0xE0101  # RAM's end, and Thumb code behind the vectors
ENDS = ("__etext", "__data_start__", "__data_end__")  # of Arduino's linker script


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    compiler = arm_compiler()
    if compiler is None:
        unavailable("arm-none-eabi-gcc")
    assert compiler is not None
    ends = Path(tmp_path_factory.getbasetemp()) / "ends.c"
    lines = [f"extern const char {name}[];\nconst char {name}[8] = {{1}};\n" for name in ENDS]
    ends.write_text("".join(lines))
    made = Board(build([FIRMWARE / "src" / "board" / "flash.c", ends], compiler))
    made.core.mem_map(0x1000_0000, 0x2000)
    return made


def end(board: Board, stack: int, entry: int, note: int = ERASED) -> int:
    """The first address that is not ours, with these words at 0xE0000 and this one in UICR."""
    for address, word in ((MOVED, stack), (MOVED + 4, entry), (NOTE, note)):
        board.write(address, word.to_bytes(4, "little"))
    return board.run("board_flash_end")


@pytest.mark.parametrize("stack", [STACK, STACK - 4, 0x2000_0004])
@pytest.mark.parametrize("entry", [ENTRY, MOVED + 1, ALL - 1])
def test_what_looks_like_a_bootloader_at_0xe0000_is_one(
    board: Board, stack: int, entry: int
) -> None:
    assert end(board, stack, entry) == MOVED


@pytest.mark.parametrize("stack", [0x2000_0000, STACK + 4, STACK - 2, 0, ERASED])
def test_without_a_stack_in_ram_it_is_none(board: Board, stack: int) -> None:
    assert end(board, stack, ENTRY) == ALL


@pytest.mark.parametrize("entry", [ENTRY - 1, MOVED - 1, ALL + 1, 0, ERASED])
def test_without_thumb_code_behind_it_it_is_none(board: Board, entry: int) -> None:
    assert end(board, STACK, entry) == ALL


@pytest.mark.parametrize("note", [0xF4000, 0xD8000, ALL - 4])
def test_what_the_chip_notes_comes_first(board: Board, note: int) -> None:
    assert end(board, STACK, ENTRY, note) == note
    assert end(board, ERASED, ERASED, note) == note
    assert end(board, STACK, ENTRY, ALL) == MOVED, "a note of flash's end says nothing"


def test_initial_values_of_variables_lie_behind_the_firmwares_code(board: Board) -> None:
    code, start, after = (board.symbols[name] for name in ENDS)
    assert board.run("board_flash_used") == (code + after - start) % (1 << 32)
