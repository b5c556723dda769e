"""A run of the viewer by its own clock: patience, restarts, the threshold's ends; and a watch that hears nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from host.base.errors import HostError
from host.link.device import Device
from host.link.messages import Heartbeat, Setting, Verdict
from host.link.sequence import Losses
from host.viewer.session import Session
from host.viewer.view import first_view
from host.viewer.watch import watch_lines
from tests.link.fake_board import HELLO


class Silent:
    """A board that says nothing, `step_s` at a time, then what it was given."""

    name, connected, hello = "memory", True, HELLO

    def __init__(self, step_s: float, *messages: Any) -> None:
        self.now, self.step_s, self.losses = 100.0, step_s, Losses()
        self.line = SimpleNamespace(
            is_emulated=False, clock=self.clock, inbox=SimpleNamespace(objections={})
        )
        self.waits = 0
        self.wanted: list[Setting] = []
        self._messages = list(messages)

    def clock(self) -> float:
        return self.now

    def receive(self, seconds: float) -> Any:
        self.now += self.step_s
        self.waits += 1
        assert self.waits < 50, "it waits for ever"
        return self._messages.pop(0) if self._messages else None

    def get(self, setting: Setting) -> int:
        self.wanted.append(setting)
        return 60


def session_of(board: Silent, playback: Any = None) -> Session:
    view = first_view(HELLO, "memory")
    return Session(cast(Device, board), view, board.clock, Path(), None, playback)


def test_a_script_ends_after_its_patience_and_not_at_it() -> None:
    board = Silent(2.0)
    session = session_of(board)
    session.patience_s = 4.0
    assert session.step(1.0) == [] and session.view.waited_s == 2.0
    assert session.step(1.0) == [] and session.view.waited_s == 4.0
    with pytest.raises(HostError, match="memory: no frame with its result for 6 s"):
        session.step(1.0)


def test_a_recording_is_waited_for_without_a_count() -> None:
    playback = SimpleNamespace(at_end=False, position_s=0.0, duration_s=9.0)
    session = session_of(Silent(2.0), playback)
    session.step(1.0)
    assert session.view.waited_s == 0.0


def test_a_restart_is_said_once() -> None:
    board = Silent(2.0)
    session = session_of(board)
    session.step(1.0)
    assert session.view.notice == ""
    board.losses = Losses(restarts=1)
    session.step(1.0)
    assert session.view.notice == "the board restarted; its settings were sent again"
    board.now += 10
    session.step(1.0)
    assert session.view.notice == ""


def test_a_threshold_moves_by_a_twentieth_from_nothing_to_all() -> None:
    session = session_of(Silent(1.0))
    for key, ends in (("+", (0.55, 1.0)), ("=", (1.0, 1.0)), ("-", (0.95, 0.0))):
        session.press(key)
        assert session.view.threshold == ends[0]
        for _ in range(30):
            session.press(key)
        assert session.view.threshold == ends[1]


@pytest.mark.parametrize(("step_s", "waits"), [(600.0, 2), (601.0, 1)])
def test_a_watch_that_counts_ends_after_ten_heartbeats_that_did_not_come(
    step_s: float, waits: int
) -> None:
    board = Silent(step_s)
    with pytest.raises(HostError, match="memory: no heartbeat for 600 s"):
        list(watch_lines(cast(Device, board), "person", lambda: "now", 1))
    assert board.waits == waits and board.wanted == [Setting.HEARTBEAT_S]


def test_a_watch_without_a_count_waits_and_one_with_it_ends_at_its_verdict() -> None:
    beat = Heartbeat(0, 3, 6, 0, 0, 60_000_000, 128_000_000, 0, 0, 0, 0)
    came = Verdict(1, 89, 12, 5_000_000)
    board = Silent(601.0, None, beat)
    line = next(watch_lines(cast(Device, board), "person", lambda: "now", None))
    assert line.startswith("now  still watching: ") and board.wanted == []
    board = Silent(599.0, beat, came, came)
    assert len(list(watch_lines(cast(Device, board), "person", lambda: "now", 1))) == 2
    assert board.waits == 2
