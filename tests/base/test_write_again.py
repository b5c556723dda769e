"""What a killed writer left beside a file goes with the next writing of it; nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from host.base.files import write_again

WRITER = """
import os, pathlib, signal, sys
from host.base.files import placed_file
with placed_file(pathlib.Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="no harmless way to ask for a process")
def test_the_next_writer_sweeps_what_kill_9_left(tmp_path: Path) -> None:
    path = tmp_path / "re[p]ort.html"
    assert subprocess.run([sys.executable, "-c", WRITER, path]).returncode == -9
    assert not path.exists() and len(list(tmp_path.iterdir())) == 1
    others = [f".re[p]ort.html.{os.getppid()}", ".report.html.999999999", ".re[p]ort.html.notes"]
    for name in others:
        (tmp_path / name).write_bytes(b"not ours to remove")
    write_again(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert {p.name for p in tmp_path.iterdir()} == {path.name, *others}


@pytest.mark.skipif(os.name != "posix", reason="no harmless way to ask for a process")
def test_what_a_process_of_another_user_writes_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs, although it may not be sent a signal."""

    def refuse(process: int, number: int) -> None:
        raise PermissionError(process)

    monkeypatch.setattr(os, "kill", refuse)
    (tmp_path / ".a.html.4321").write_bytes(b"half")
    write_again(tmp_path / "a.html", b"whole")
    assert {p.name for p in tmp_path.iterdir()} == {"a.html", ".a.html.4321"}
