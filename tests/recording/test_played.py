"""A recording that its caller plays: nothing is played, lost or counted ahead of what was requested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import EndOfRecordingError, HostError
from host.link.messages import Frame, Hello, Mode, Result, Setting
from host.recording.played import PlayedBoard
from host.recording.replay import MAX_SPEED, Replay, ReplayPort
from tests.link.fake_board import FakeBoard
from tests.recording.recordings import Clock, begin, record_board


def played(path: Path) -> PlayedBoard:
    return PlayedBoard(ReplayPort(Replay(path, MAX_SPEED)), lambda: 0.0)


def test_it_stands_still_where_its_caller_is(tmp_path: Path) -> None:
    board = record_board(tmp_path / "a.rec", 2)
    with played(tmp_path / "a.rec") as device:
        assert device.hello == board.hello and device.receive(0.0) is None
        device.set_mode(Mode.STREAM)
        first = device.receive(1.0)
        device.set_mode(Mode.IDLE)
        assert device.greet() == board.hello and device.receive(0.0) is None
        device.set(Setting.PROFILE, 1)
        device.set_mode(Mode.STREAM)
        received = [first, *(device.receive(1.0) for _ in range(16))]
        assert [type(message) for message in received] == [Hello, *[Frame, Result] * 8]
        assert [m.frame for m in received if isinstance(m, Result)] == list(range(1, 9))
        with pytest.raises(EndOfRecordingError):
            device.receive(1.0)


def test_losses_are_counted_where_they_are_met(tmp_path: Path) -> None:
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(board.hello))
    for number in range(300):
        output = board.shoot()
        recorder.received(b"" if number % 100 == 50 else output)
        clock.sleep(0.1)
    recorder.close()
    with played(tmp_path / "a.rec") as device:
        device.set_mode(Mode.STREAM)
        assert isinstance(device.receive(1.0), Hello)
        for results, lost in ((49, 0), (2, 2), (98, 2), (2, 4), (146, 6)):
            for _ in range(2 * results):
                device.receive(1.0)
            assert device.losses.total == lost


def test_it_takes_no_picture(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", 1)
    with (
        played(tmp_path / "a.rec") as device,
        pytest.raises(HostError, match="is a recording, it takes no pictures: give --port a board"),
    ):
        device.inject(np.zeros((96, 96, 1), np.uint8))
