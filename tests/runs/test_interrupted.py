"""What a run holds after a kill, a full disk or a write that failed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.runs.read import read_run
from host.runs.write import refuse_place
from tests.runs.made import SAMPLES, add_rows, writer

ROOT = Path(__file__).resolve().parents[2]


def test_what_was_saved_is_there_after_a_kill(tmp_path: Path) -> None:
    run = writer(tmp_path)
    add_rows(run, 3)
    run.summary = {"p50_ms": 1.5}
    run.save()
    add_rows(run, 2)  # in memory alone
    killed = read_run(tmp_path)
    assert killed.interrupted and "killed" in killed.reason
    assert killed.summary == {"p50_ms": 1.5}
    assert killed.columns("samples")["frame"].tolist() == [0, 1, 2]


def test_a_killed_program_leaves_a_readable_run(tmp_path: Path) -> None:
    """os._exit: nothing is closed, nothing is flushed."""
    body = (
        "import os, sys; from pathlib import Path; from tests.runs.made import writer, add_rows;"
        "run = writer(Path(sys.argv[1])); add_rows(run, 200); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", body, str(tmp_path)], cwd=ROOT, check=False)
    assert ended.returncode == 9
    read = read_run(tmp_path)
    assert read.interrupted and "killed" in read.reason
    frames = read.columns("samples")["frame"]
    assert frames.tolist() == list(range(193)), "all but the rows of the last second"


def test_a_full_disk_is_one_line_and_keeps_what_was_measured(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: a write fails behind so many bytes."""
    body = """
import resource, sys
from pathlib import Path
from host.base.errors import run_main
from tests.runs.made import writer, add_rows
def main():
    with writer(Path(sys.argv[1])) as run:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        add_rows(run, 10_000)
    return 0
sys.exit(run_main(main))
"""
    ended = subprocess.run(
        [sys.executable, "-c", body, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("error: cannot write ") and ended.stderr.count("\n") == 1
    assert "what was measured so far is kept" in ended.stderr
    read = read_run(tmp_path)
    assert read.interrupted and "cannot write" in read.reason
    frames = read.columns("samples")["frame"]
    assert len(frames) >= 64 and frames.tolist() == list(range(len(frames)))
    assert not list(tmp_path.glob(".*")), "no halves are left lying about"


KILLED = """
import os, signal, sys
from pathlib import Path
from host.runs import write
from tests.runs.made import add_rows, writer
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the header":
    write.RunWriter._write_header = kill
run = writer(Path(sys.argv[1]))
if sys.argv[2] == "before the first row":
    kill()
add_rows(run, 1)
kill()
"""


@pytest.mark.parametrize("when", ["before the header", "before the first row", "after it"])
def test_a_kill_at_any_time_leaves_a_run_that_is_whole_or_none(tmp_path: Path, when: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "run"), when], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    if when == "before the header":
        refuse_place(tmp_path / "run")  # free for the next try
        with pytest.raises(HostError, match="is no run"):
            read_run(tmp_path / "run")
        with writer(tmp_path / "run") as again:
            add_rows(again, 3)
        return
    run = read_run(tmp_path / "run")
    assert run.interrupted and "killed" in run.reason
    rows = run.columns(SAMPLES.name, [SAMPLES.names[0]])
    assert len(rows[SAMPLES.names[0]]) == (1 if when == "after it" else 0)


def test_nothing_stands_behind_a_batch_that_was_torn(tmp_path: Path) -> None:
    """An end mark there would make half a batch look whole."""
    run = writer(tmp_path)
    add_rows(run, 65)  # the first row goes at once, then 64 at a time
    stream = run._tables["samples"]

    class Torn:
        def write_batch(self, batch: object) -> None:
            stream._file.write(b"\xff\xff\xff\xff\x78\x00\x00\x00")
            raise OSError(28, "no space")

        def close(self) -> None:
            raise AssertionError("the end was marked")

    stream._writer = Torn()
    with pytest.raises(HostError, match="cannot write"):
        add_rows(run, 64)
    with pytest.raises(HostError, match="cannot write"):
        run.close()
    assert len(read_run(tmp_path).columns("samples")["frame"]) == 65
