"""A watch of any board: by a clock that the board moves, to its end, an error's or a late heartbeat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.bench.watch.figures import Listener, WatchPlan
from host.bench.watch.live import LiveWatch
from host.link.device import Device
from host.link.messages import Heartbeat, Mode, Setting
from tests.link.fake_board import HELLO

BEAT = Heartbeat(0, 9, 1, 0, 0, 600_000, 30_000_000, 1, 2, 3, 4)
PLAN = WatchPlan(looks_per_minute=6, minutes=0.5, settle_frames=3)


class Board:
    """Says what `said` gives for a time; each wait takes its time at once."""

    name, hello = "port", HELLO

    def __init__(self, said: Callable[[float], Message | None]) -> None:
        self.now, self.said = 100.0, said
        self.orders: list[object] = []

    def set(self, setting: Setting, value: int) -> None:
        self.orders.append((setting, value))

    def set_mode(self, mode: Mode) -> None:
        self.orders.append(mode)

    def receive(self, timeout_s: float) -> Message | None:
        self.now += max(timeout_s, 1e-4)  # no clock stands still
        return self.said(self.now - 100.0)


def watched(board: Board) -> tuple[Listener, list[float]]:
    listener, progress = Listener(), list[float]()
    LiveWatch(cast(Device, board), lambda: board.now).watch(PLAN, listener, progress.append)
    return listener, progress


BEGIN = [
    (Setting.LOOKS_PER_MINUTE, 6),
    (Setting.HEARTBEAT_S, 1),
    (Setting.WATCH_SETTLE_FRAMES, 3),
    Mode.WATCH,
]
END = [Mode.IDLE, (Setting.HEARTBEAT_S, 60)]


def test_it_listens_for_its_time_and_leaves_the_board_as_it_was() -> None:
    board = Board(lambda _: BEAT)
    listener, progress = watched(board)
    assert listener.heartbeat == BEAT
    assert board.now == pytest.approx(130.0)
    assert len(progress) == 30
    assert board.orders == BEGIN + END


@pytest.mark.parametrize(("minutes", "seconds"), [(0.5, 30.0), (0.51, 30.6), (0.005, 0.3)])
def test_it_waits_no_longer_than_its_time(minutes: float, seconds: float) -> None:
    board = Board(lambda _: BEAT)
    plan = WatchPlan(looks_per_minute=6, minutes=minutes)
    LiveWatch(cast(Device, board), lambda: board.now).watch(plan, Listener(), lambda _: None)
    assert board.now == pytest.approx(100 + seconds, abs=0.01)


def test_a_heartbeat_that_comes_late_is_waited_for() -> None:
    board = Board(lambda passed: BEAT if passed > 31.5 else None)
    listener, _ = watched(board)
    assert listener.heartbeat == BEAT
    assert board.now == pytest.approx(133.0)


def test_a_board_that_is_silent_ends_and_stands_still() -> None:
    board = Board(lambda _: None)
    listener, _ = watched(board)
    assert listener.heartbeat is None
    assert board.now == pytest.approx(133.0)
    assert board.orders == BEGIN + END


def test_an_error_leaves_no_board_watching() -> None:
    def fails(passed: float) -> Message | None:
        raise HostError("gone", "plug it in")

    board = Board(fails)
    with pytest.raises(HostError, match="gone"):
        watched(board)
    assert board.orders == BEGIN + END
