"""Where a capture is shown: the window, else the terminal, else lines; and what it says at its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from host.base.errors import HostError
from host.capture import run
from host.capture.options import Options, Showing
from host.capture.run import capture
from host.capture.session import CaptureSession
from host.data.journal import Journal
from host.link.messages import Mode, Setting
from host.ports.choose import Choice
from host.ports.open import Opening
from host.viewer.view import View, first_view
from tests.capture.scripted import LABELS
from tests.link.fake_board import HELLO

NO_WINDOW = "no display"
NOTICE = f"{NO_WINDOW}: showing it in the terminal"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How it was shown: its name, frames, and whether a picture that cannot be stored ends it."""
    found: list[Any] = []

    def as_(name: str) -> Callable[..., None]:
        return lambda session, frames, *_: found.append((name, frames, session.is_scripted))

    def plain(session: CaptureSession, frames: int | None, keys: list[str]) -> Iterator[str]:
        found.append(("lines", frames, session.is_scripted))
        yield "".join(["keys ", *keys])

    monkeypatch.setattr(run, "run_drawn", as_("window"))
    monkeypatch.setattr(run, "run_screen", as_("terminal"))
    monkeypatch.setattr(run, "run_plain", plain)
    return found


@pytest.mark.parametrize(
    ("options", "window", "terminal", "way", "said"),
    [
        ({}, True, True, "window", []),
        ({}, True, False, "window", []),
        ({}, False, True, "terminal", [NOTICE]),
        ({}, False, False, "lines", [NOTICE]),
        ({"terminal": True}, True, True, "terminal", []),
        ({"terminal": True}, False, True, "terminal", []),
        ({"terminal": True}, True, False, "lines", []),
        ({"plain": True}, False, True, "lines", []),
        ({"keys": ("1", "q")}, False, True, "lines", []),
    ],
)
def test_a_window_else_the_terminal_else_lines(
    shown: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: dict[str, Any],
    window: bool,
    terminal: bool,
    way: str,
    said: list[str],
) -> None:
    monkeypatch.setattr(run, "why_no_window", lambda: "" if window else NO_WINDOW)
    monkeypatch.setattr(run, "Console", lambda: SimpleNamespace(is_terminal=terminal))
    session = cast(CaptureSession, SimpleNamespace(is_scripted=False))
    messages: list[str] = []
    run._show(Showing("default", None, 0.5, frames=7, **options), session, messages.append)
    assert shown == [(way, 7, way == "lines")] and messages == said
    assert capsys.readouterr().out == (
        f"keys {''.join(options.get('keys', ()))}\n" if way == "lines" else ""
    )


class Board:
    """A board that receives modes and settings."""

    name, hello = "memory", HELLO

    def __init__(self) -> None:
        self.commands: list[object] = []

    def set(self, setting: Setting, value: int) -> None:
        self.commands.append((setting, value))

    def set_mode(self, mode: Mode) -> None:
        self.commands.append(mode)


@pytest.mark.parametrize("runs_a_model", [False, True])
def test_a_rule_of_scores_needs_a_model(
    shown: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs_a_model: bool
) -> None:
    board, options = Board(), Options(LABELS, band=(0.3, 0.7))
    monkeypatch.setattr(board, "hello", HELLO if runs_a_model else replace(HELLO, score_count=0))
    is_refused = pytest.raises(HostError, match="--uncertain needs scores, and no model runs")
    with (
        Journal(tmp_path, LABELS) as journal,
        contextlib.nullcontext() if runs_a_model else is_refused,
    ):
        capture(Showing("", None, 0.5, None, plain=True), options, Opening(Choice("x", "")),
                cast(Any, board), journal, tmp_path, lambda line: None)  # fmt: skip
    assert bool(shown) == bool(board.commands) == runs_a_model


@pytest.mark.parametrize(
    ("url", "scene"), [("virtual", "noise:1"), ("/dev/ttyACM0", ""), ("replay:a.rec", "")]
)
@pytest.mark.parametrize(
    ("wiring", "swap"),
    [(None, []), ("shield", [(Setting.DATA_SWAP, 1)]), ("breadboard", [(Setting.DATA_SWAP, 0)])],
)
def test_the_board_is_set_up_and_left_asleep_whatever_happens(
    shown: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    scene: str,
    wiring: str | None,
    swap: list[object],
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    views = list[View]()

    def viewed(*of: Any) -> View:
        views.append(first_view(*of))
        return views[-1]

    monkeypatch.setattr(run, "run_plain", interrupted)
    monkeypatch.setattr(run, "first_view", viewed)
    board, said = Board(), list[str]()
    showing = Showing("noise:1", None, 0.5, wiring, plain=True)
    with Journal(tmp_path, LABELS) as journal, pytest.raises(KeyboardInterrupt):
        capture(showing, Options(LABELS), Opening(Choice(url, "")), cast(Any, board), journal,
                tmp_path, said.append)  # fmt: skip
    assert board.commands == [*swap, Mode.STREAM, Mode.IDLE]
    assert [view.scene for view in views] == [scene], "of a virtual board alone"
    assert said[0] == "this run: 0 saved, 0 near-duplicates refused"
    table = capsys.readouterr().err
    assert all(f"{label} " in table for label in LABELS) and " 0 " in table
