"""Ctrl-C before a tool has loaded all it needs."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "end, said",
    [
        ("raise KeyboardInterrupt", ["stopped"]),
        ("raise ValueError('ours')", ["Traceback", "ValueError: ours"]),
    ],
)
def test_it_is_a_word_and_all_else_is_our_bug(end: str, said: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", f"import host; {end}"], capture_output=True, text=True
    )
    lines = ran.stderr.splitlines()
    assert ran.returncode != 0 and lines[0].startswith(said[0]) and lines[-1] == said[-1]
    if said == ["stopped"]:
        assert len(lines) == 1 and ran.returncode in (-signal.SIGINT, 130, 0xC000013A)
