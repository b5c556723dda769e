"""The TAB key, by the protocol that argcomplete's shell functions speak."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from host.base.places import ABOVE

STARTED = "import sys; sys.argv[0] = 'tinyml-camera'; from host.__main__ import command; command()"


def completions(line: str, folder: Path, point: int | None = None) -> set[str]:
    """What the shell would offer at a place of the line, the end by default."""
    answer = folder / "answer"
    answer.write_text("")  # as the shell does
    environment = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line) if point is None else point),
        "COMP_TYPE": "",
        "PYTHONPATH": str(ABOVE),
    }
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return {word.strip() for word in answer.read_text().split("\n") if word.strip()}


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("tinyml-camera d", {"doctor", "data", "deploy", "device"}, {"viewer", "--version"}),
        ("tinyml-camera viewer --t", {"--terminal", "--threshold"}, {"--json", "--port"}),
        ("tinyml-camera viewer --core-load ", {"on", "off"}, {"--port"}),
        ("tinyml-camera bench la", {"latency"}, {"power"}),
        ("tinyml-camera report --out", {"--output"}, {"--port"}),
        ("tinyml-camera train search --max-m", {"--max-mcycles"}, {"--data"}),
    ],
)
def test_what_may_follow_is_offered(
    line: str, offered: set[str], not_offered: set[str], tmp_path: Path
) -> None:
    found = completions(line, tmp_path)
    assert offered <= found and not found & not_offered


def test_files_are_offered_and_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "mine.tflite").touch()
    assert completions("tinyml-camera compiler mi", tmp_path) == {"mine.tflite"}
    assert completions("tinyml-camera nosuch ", tmp_path) == set()
    assert completions("tinyml-camera nosuch d", tmp_path) == set(), "no second tool"
    assert completions("tinyml-camera vie --json", tmp_path, point=17) == {"viewer"}
