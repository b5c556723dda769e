"""`python -m host.X ... | head -1`: whoever reads may leave, and no tool complains of it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.console import stderr, stdout
from host.base.errors import HostError, run_main
from host.base.text import say

ROOT = Path(__file__).resolve().parents[1]
MAINS = sorted((ROOT / "host").rglob("__main__.py"))
NAMES = [".".join(path.parent.relative_to(ROOT).parts) for path in MAINS]
LONG = (  # commands that print much, or line by line
    ("host.doctor", "--json", "--port", "replay:tests/golden/board.rec"),
    ("host.recording", "info", "tests/golden/board.rec"),
    ("host.compiler", "report", "models/person_grey_025.tflite"),
    ("host.viewer", "--json", "--port", "replay:tests/golden/board.rec?speed=max"),
    ("host.device", "info", "--port", "replay:tests/golden/board.rec"),
)


def run_into_closed(command: tuple[str, ...], both: bool) -> tuple[int, str]:
    """Exit code and stderr. both: stderr goes where nobody reads, too."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=write,
            stderr=write if both else subprocess.PIPE,
            timeout=300,
            check=False,
        )
    finally:
        os.close(write)
    return done.returncode, (done.stderr or b"").decode()


@pytest.mark.parametrize("name", ["host", "host.flash", "host.train.search"])
def test_help_into_a_closed_pipe(name: str) -> None:
    """Of the first, the smallest and the largest: all end by run_main (below, and tests/test_options.py)."""
    assert run_into_closed((name, "--help"), both=False) == (0, "")


@pytest.mark.parametrize("command", LONG, ids=lambda command: command[0])
def test_long_output_into_a_closed_pipe(command: tuple[str, ...]) -> None:
    code, output = run_into_closed(command, both=False)
    assert code in (0, 2)  # 2: it refused, on stderr, before it had anything to print
    assert "Traceback" not in output and "BrokenPipe" not in output


@pytest.mark.parametrize("main", MAINS, ids=NAMES)
def test_every_tool_ends_through_the_one_door(main: Path) -> None:
    text = main.read_text(encoding="utf-8")
    assert text.count("    sys.exit(run_main(") == text.count("sys.exit(") == 1


def prints() -> int:
    print("text " * 10_000)
    return 1


def prints_little() -> int:
    print("text")
    return 1


def draws() -> int:
    stdout().print("text " * 10_000)
    return 1


def talks() -> int:
    stderr().print("text " * 10_000)
    return 1


def talks_little() -> int:
    print("text", end="", file=sys.stderr)
    return 1


def refuses() -> int:
    say("text " * 10_000)
    raise HostError("wrong")


@pytest.mark.parametrize("tool", [prints, prints_little, draws, talks, talks_little, refuses])
def test_whatever_finds_the_pipe_closed(
    tool: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdout", "stderr"):
        read, write = os.pipe()
        os.close(read)
        monkeypatch.setattr(sys, name, io.TextIOWrapper(os.fdopen(write, "wb")))
    assert run_main(tool) == 0
    for stream in (sys.stdout, sys.stderr):
        stream.close()  # nothing is raised at the end
