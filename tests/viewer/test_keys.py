"""Keys of a terminal: one at a time, as they are pressed, and the terminal as it was afterwards."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from host.viewer.keys import open_keys

if sys.platform == "win32":
    pytest.skip("Windows reads its console by msvcrt", allow_module_level=True)
import pty
import termios


def test_keys_come_without_enter_and_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with os.fdopen(slave, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        with open_keys() as key:
            assert key() == ""
            for sent, names in ((b"q", ["q"]), (b"\x1b[D", ["left"]), (b" +", [" ", "+"])):
                os.write(master, sent)
                assert [key() for _ in names] == names
            local = termios.tcgetattr(slave)[3]
            assert not local & (termios.ECHO | termios.ICANON) and local & termios.ISIG, (
                "Ctrl-C works"
            )
        assert termios.tcgetattr(slave) == before
    os.close(master)


def test_what_is_no_terminal_has_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words").write_text("q")
    with (tmp_path / "words").open() as words:
        monkeypatch.setattr(sys, "stdin", words)
        with open_keys() as key:
            assert key() == "" and words.read() == "q"
