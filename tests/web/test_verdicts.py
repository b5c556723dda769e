"""The virtual board through --web: the page's verdicts are those of the JSON viewer for the same 100 frames."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host.recording.recorder import RecordingPort, start_recording
from host.viewer.__main__ import main as viewer
from host.virtual.local_port import LocalPort
from host.virtual.scene import open_scene
from tests.web.conftest import OpenPage
from tests.web.serve import served
from tests.web.waits import until

FRAMES = 100
THRESHOLD = 0.5


def test_verdicts_equal_the_json_viewers(
    open_page: OpenPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seen.rec"
    recorder = start_recording(path, "virtual", "a test", print)
    with served(RecordingPort(LocalPort(open_scene("drawings")), recorder)) as service:
        page = open_page(service.address)
        for number in range(10, FRAMES + 1, 10):  # as long as it goes on, however slowly
            until(page, f"camera.verdicts.length >= {number}", seconds=200)
        found = f"[camera.verdicts.slice(0, {FRAMES}), camera.board.losses]"
        seen, losses = until(page, f"camera.verdicts.length >= {FRAMES}", found)
        assert losses["wireLost"] == losses["badPackets"] == losses["hostDropped"] == 0
    recorder.close()
    assert viewer(["--json", "--port", f"replay:{path}?speed=max", "--frames", str(FRAMES)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[0] == "{"]
    assert len(lines) == len(seen) == FRAMES
    for mine, theirs in zip(seen, lines, strict=True):
        assert mine["frame"] == theirs["sequence"]
        assert mine["scores"] == list(theirs["scores"].values())
        assert mine["verdict"] == (theirs["scores"]["person"] >= THRESHOLD)
        assert mine["cycles"]["inference"] == theirs["inference_cycles"]
    assert {mine["verdict"] for mine in seen} == {True, False}
