"""Exceptions, timers and the core's interrupts that the compiled hooks serve, against the same served at stops.

A watched board hands every stop to Python; one that is not must come to the same cycle with the same memory.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from host.base.boards import CLOCK_HZ
from host.base.places import PREBUILT
from host.link.messages import Mode
from host.virtual import words
from host.virtual.native import code_cache, machine
from host.virtual.options import BoardOptions
from host.virtual.registers import GENERAL
from tests.system.board import Bench

STEPS, STEP_CYCLES = (
    40,
    CLOCK_HZ // 100,
)  # long enough for the camera to start and to read a picture


def streaming(options: BoardOptions, watched: bool) -> Bench:
    """Our firmware in Mode.STREAM."""
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


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is compiled, which takes the place of it."""
    shutil.copytree(code_cache.HERE, tmp_path / "native", ignore=shutil.ignore_patterns("__*"))
    shutil.copy(code_cache.HERE.parent / "words.py", tmp_path)
    monkeypatch.setattr(code_cache, "HERE", tmp_path / "native")
    return tmp_path


def opened() -> Path:
    """The folder that a start would have."""
    folder = code_cache.cache_folder.__wrapped__()
    assert folder is not None
    return folder


def test_compiled_code_goes_when_any_file_of_it_changes(sources: Path) -> None:
    folders = [opened()]
    for path in (sources / "native" / "timers.py", sources / "words.py"):
        (folders[-1] / "hooks.o").write_bytes(b"code")
        (folders[-1].parent / "timers.cpython-311.pyc").write_bytes(b"Python's own")
        path.write_text(path.read_text() + "\n")
        folders.append(opened())
    assert len(set(folders)) == 3
    left = {path.name for path in folders[-1].parent.iterdir()}
    assert left == {folders[-1].name, "timers.cpython-311.pyc"}


def test_one_folder_in_the_temporary_one_for_each_of_a_few_environments(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sources / "native/__pycache__").touch()  # nothing can be made beside the sources
    own = sources / "own"
    own.mkdir(mode=0o700)
    monkeypatch.setattr(code_cache, "_own_temporary", lambda: own)
    for age in range(9):
        old = own / f"{age:016x}"
        old.mkdir()
        os.utime(old, (1e9 - age, 1e9 - age))
    present = opened()
    assert {path.name for path in own.iterdir()} == {present.name, *(f"{n:016x}" for n in range(3))}


def test_what_a_killed_start_left_goes_and_what_another_writes_stays(sources: Path) -> None:
    folder = opened()
    for name, age_s in (("tmpleft", 2 * code_cache.WRITTEN_S), ("tmpnew", 0), ("hooks.o", 10**8)):
        (folder / name).write_bytes(b"half")
        then = time.time() - age_s
        os.utime(folder / name, (then, then))
    assert opened() == folder
    assert {path.name for path in folder.iterdir()} == {"tmpnew", "hooks.o"}


def test_a_folder_that_another_swept_is_done_without(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = opened()
    shutil.rmtree(folder)
    monkeypatch.setattr(code_cache, "cache_folder", lambda: folder)
    monkeypatch.setattr(machine, "compile_module", lambda text: text.encode())
    assert code_cache.machine_code("hooks", lambda: "anew") == b"anew" and not folder.exists()
