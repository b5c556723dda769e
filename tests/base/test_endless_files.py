"""A file that a user names ends no tool: a pipe that nobody fills, a device without an end, a folder, one too large."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.bench.engine.baseline import read_baseline
from host.compiler.__main__ import main as compiler
from host.compiler.labels import labels_for
from host.data.classifier import open_classifier
from host.deploy.model import read_model
from host.evaluate.model import read_subject
from host.link.transport import SerialPort
from host.power.recording import read_recording
from host.recording.reader import Reader
from host.recording.replay import parse_replay
from host.recording.summary import summarise
from host.recording.table import state_text
from host.runs.typed_json import read_object
from host.virtual.__main__ import packed_for_board
from tests.conftest import ROOT

READERS: dict[str, Callable[[Path], object]] = {
    "compiler": lambda path: compiler([str(path)]),
    "compiler report": lambda path: compiler(["report", str(path)]),
    "deploy": read_model,
    "virtual --model": packed_for_board,
    "evaluate": lambda path: read_subject(path, "a,b", for_board=False),
    "data check --model": lambda path: open_classifier(path, "a,b"),
    "recording": Reader,
    "a meter's CSV": lambda path: read_recording(path, None),
    "a run": read_object,
    "a baseline": read_baseline,
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    """Each waited for ever at a FIFO, and ate all memory of /dev/zero."""
    os.mkfifo(tmp_path / "model.tflite")
    (tmp_path / "folder.tflite").mkdir()
    for path in (tmp_path / "model.tflite", Path("/dev/zero"), tmp_path / "folder.tflite"):
        with pytest.raises(HostError, match=r"is no regular file|Is a directory"):
            READERS[name](path)


def test_a_manifest_beside_a_model_may_be_no_file_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.json")
    with pytest.raises(HostError, match="is no regular file"):
        labels_for(None, tmp_path / "m.tflite")


@pytest.mark.parametrize("path", ["/dev/null", "/tmp"])
def test_what_is_no_serial_port_is_not_to_be_unplugged(path: str) -> None:
    with pytest.raises(HostError, match=r"is no serial port: give --port auto"):
        SerialPort(path)


@pytest.mark.parametrize("query", ["from=1e308", "speed=1e-9", "speed=0", "from=nan"])
def test_a_recording_is_played_in_a_time_that_ends(query: str) -> None:
    with pytest.raises(HostError, match=r"cannot understand"):
        parse_replay(f"a.rec?{query}")


def test_what_lies_behind_a_recordings_end_is_said(tmp_path: Path) -> None:
    """Two files that were joined: the second one is not read, and the whole was called whole."""
    golden = ROOT / "tests" / "golden" / "board.rec"
    shutil.copy(golden, tmp_path / "a.rec")
    assert state_text(summarise(tmp_path / "a.rec")) == "whole"
    with (tmp_path / "a.rec").open("ab") as file:
        file.write(golden.read_bytes())
    size = golden.stat().st_size
    assert f"{size} bytes were left out" in state_text(summarise(tmp_path / "a.rec"))
