"""The clock on the wall is set back, by hours, again and again, while it is recorded: seconds are another clock's."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.recording.reader import Reader
from host.recording.recorder import start_recording
from host.recording.replay import open_replay
from host.recording.summary import summarise
from tests.link.fake_board import FakeBoard
from tests.recording.recordings import BEGAN_WALL_NS, Clock

HOUR_NS = 3_600_000_000_000
SECONDS, FRAMES_A_SECOND = 30, 4


class Restless(Clock):
    """Every look at the wall finds an hour less, in the end before 1970 began."""

    looks = 0

    def wall(self) -> int:
        self.looks += 1
        return max(0, BEGAN_WALL_NS - self.looks**3 * HOUR_NS)


def test_a_recording_is_whole_and_sought(tmp_path: Path) -> None:
    path, clock, board = tmp_path / "a.rec", Restless(), FakeBoard()
    recorder = start_recording(path, "memory", "a test", print, clock, clock.wall)
    recorder.received(board.say(board.hello))
    for number in range(SECONDS * FRAMES_A_SECOND):
        recorder.received(board.shoot(score=number % 100))
        clock.sleep(1 / FRAMES_A_SECOND)
    recorder.close()
    assert clock.looks > 5
    summary = summarise(path, lambda share: None)
    assert summary.samples == SECONDS * FRAMES_A_SECOND and summary.losses.total == 0
    assert summary.is_ended and summary.duration_s == pytest.approx(SECONDS, abs=0.5)
    with Reader(path) as reader:
        assert reader.damaged_chunks == 0
    port = open_replay(f"{path}?speed=max&from=20")
    assert 20.0 <= port.position_s < 20.5
    port.close()
