"""Exceptions, timers and the core's interrupts that the compiled hooks serve, against the same served at stops.

A watched board hands every stop to Python; one that is not must come to the same cycle with the same memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host.base.boards import CLOCK_HZ
from host.base.places import PREBUILT
from host.link.messages import Mode
from host.virtual import words
from host.virtual.native import kept
from host.virtual.options import BoardOptions
from host.virtual.registers import GENERAL
from tests.system.board import Bench

STEPS, STEP_CYCLES = (
    40,
    CLOCK_HZ // 100,
)  # long enough for the camera to start and to read a picture


def streaming(options: BoardOptions, watched: bool) -> Bench:
    """Our firmware, told to stream."""
    bench = Bench("noise:1", options, PREBUILT)
    bench.board.cpu.watch(words.WATCHED_BY_OBSERVER, watched)
    bench.mode(Mode.STREAM)
    return bench


def seen(bench: Bench) -> tuple[object, ...]:
    """All that tells two runs apart."""
    board = bench.board
    counts = board.cycles, board.instructions, board.exceptions.taken, board.core_load.counts()
    return *counts, board.cpu.read(*GENERAL), board.memory.ram.tobytes()


@pytest.mark.parametrize(("core_load", "exact"), [(False, False), (True, False), (True, True)])
def test_a_board_that_nobody_watches_does_the_same(core_load: bool, exact: bool) -> None:
    options = BoardOptions(core_load=core_load, always_exact=exact)
    alone, watched = streaming(options, False), streaming(options, True)
    for _ in range(STEPS):
        alone.board.run(STEP_CYCLES)
        watched.board.run(STEP_CYCLES)
        assert seen(alone) == seen(watched)
    assert alone.board.exceptions.taken > 300, "lines were read in interrupts"


def test_compiled_code_is_forgotten_when_any_file_of_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(kept.HERE, tmp_path / "native", ignore=shutil.ignore_patterns("__*"))
    shutil.copy(kept.HERE.parent / "words.py", tmp_path)
    monkeypatch.setattr(kept, "HERE", tmp_path / "native")
    folders = set[Path | None]()
    for path in (tmp_path / "native" / "timers.py", tmp_path / "words.py"):
        folders.add(kept.cache_folder.__wrapped__())
        path.write_text(path.read_text() + "\n")
    folders.add(kept.cache_folder.__wrapped__())
    assert len(folders) == 3 and all(folder and folder.is_dir() for folder in folders)
