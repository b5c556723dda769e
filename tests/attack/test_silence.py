"""Every wait ends: a board that answers commands and then says nothing more, or the same for ever."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import host.bench.latency.inferences as latency
import host.capture.terminal as capture
import host.doctor.collect as collect
import host.viewer.__main__ as viewer
import host.viewer.show as show
import host.viewer.watch as watch
from host.base.errors import HostError
from host.base.records import Message
from host.compiler.__main__ import main as compiler
from host.deploy.transfer import TRIES_WITHOUT_PROGRESS, send_model
from host.link.device import Device
from host.link.line import NoAnswerError
from host.link.messages import Mode, Result, Setting, SlotBegin, Verdict
from tests.attack.lying_board import LyingBoard, serving
from tests.attack.tools import run
from tests.conftest import ROOT


class SilentBoard(LyingBoard):
    """No frame and no result ever comes."""

    def stream(self) -> bytes:
        return b""


@pytest.mark.parametrize("tool", ["viewer", "viewer terminal", "bench latency", "capture"])
def test_a_tool_whose_frames_never_come_gives_up_with_a_line(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (viewer, show):
        monkeypatch.setattr(module, "PATIENCE_S", 0.3)
    monkeypatch.setattr(latency, "SILENT_S", 0.3)
    monkeypatch.setattr(capture, "SILENT_S", 0.3)
    with serving(SilentBoard()) as url:
        ended = run(tool, url, tmp_path)
    assert (ended.code, ended.trace) == (2, ""), ended.output


def test_the_doctor_waits_for_no_result_that_is_refused_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emulator is waited for a minute: a board whose results cannot be true took as long."""
    monkeypatch.setattr(collect, "RESULT_WAIT_S", 600.0)
    with serving(LyingBoard((Result, "scores", b"abc"))) as url:
        ended = run("doctor", url, tmp_path)
    assert ended.trace == "", ended.output


def test_a_watch_that_receives_nothing_ends_with_a_line(tmp_path: Path) -> None:
    board = SilentBoard()
    board.settings[Setting.HEARTBEAT_S] = 0
    with serving(board) as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch, "MISSED", 1)
        ended = run("viewer watch", url, tmp_path)
    assert (ended.code, ended.trace) == (2, ""), ended.output


@pytest.mark.parametrize(("field", "value"), [("verdict", 255), ("looks", 0)])
def test_a_watch_whose_verdicts_cannot_be_true_ends_with_a_line(
    tmp_path: Path, field: str, value: int
) -> None:
    with serving(LyingBoard((Verdict, field, value))) as url:
        ended = run("viewer watch", url, tmp_path)
    assert (ended.code, ended.trace) == (2, ""), ended.output


class StuckBoard:
    """Acknowledges every piece of a model, and never holds more than the first."""

    name = "board"

    def __init__(self) -> None:
        self.begun = 0

    def set_mode(self, mode: Mode) -> None:
        """Nothing to do."""

    def command(self, command: Message) -> Any:
        self.begun += isinstance(command, SlotBegin)
        return SimpleNamespace(value=0 if isinstance(command, SlotBegin) else 100)

    def greet(self) -> Any:
        return SimpleNamespace(model_hash=1)  # another model's


def test_a_model_whose_acks_do_not_move_is_given_up() -> None:
    board = StuckBoard()
    with pytest.raises(NoAnswerError, match="in the middle of the model"):
        send_model(cast(Device, board), bytes(3000), lambda held: None)
    assert board.begun == TRIES_WITHOUT_PROGRESS + 1  # the first one brought its hundred bytes


@pytest.mark.parametrize("label", ["two\nlines", "", "\x1b[2J"])
def test_a_label_that_would_shift_the_others_is_refused(tmp_path: Path, label: str) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes((ROOT / "models" / "person_grey_01.tflite").read_bytes())
    model.with_suffix(".json").write_text(json.dumps({"labels": [label, "person"]}))
    with pytest.raises(HostError, match=r"^[^\n\x1b]*label"):
        compiler([str(model), "--output", str(tmp_path / "m.tpm")])
