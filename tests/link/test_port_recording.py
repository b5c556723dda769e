"""--record FILE: when a tool has ended, its recording is whole, or it is said why not."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from host.base.errors import HostError
from host.ports import choose
from host.ports import open as opened
from host.ports.open import PortOptions, port_opening
from host.recording.reader import Reader
from tests.link.fake_board import FakeBoard, MemoryPort


def test_a_recording_is_whole_behind_its_tool_and_a_failure_of_it_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.rec"
    monkeypatch.setattr(choose, "VirtualPort", lambda *_: MemoryPort(FakeBoard()))
    with port_opening(PortOptions("virtual", path), lambda line: None) as opening:
        opening.open().write(b"abc")
    with Reader(path) as reader:
        assert reader.is_ended
    done: list[str] = []

    def fail() -> None:
        raise HostError("the disk is full")

    recorder = SimpleNamespace(close=lambda: done.append("closed"), raise_failure=fail)
    monkeypatch.setattr(opened, "start_recording", lambda *_: recorder)
    for raised in ("the disk is full", "of the tool"):  # which goes before
        with (
            pytest.raises(HostError, match=raised),
            port_opening(PortOptions("virtual", path), lambda line: None),
        ):
            if raised == "of the tool":
                raise HostError(raised)
    assert done == ["closed", "closed"]


def test_the_command_that_runs_is_shown_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/a b/tool.py", "--port", "socket://h:1/secret", "two words"])
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=None))
    assert opened._command() == "tool.py --port socket://h:1 'two words'"
    spec = SimpleNamespace(parent="host.viewer")
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=spec))
    assert opened._command().startswith("python -m host.viewer --port ")
