"""A register of a camera that was just switched on is requested until the camera has started; not for ever."""

from __future__ import annotations

import itertools

import pytest

from host.base.records import Message
from host.link import messages as wire
from host.link.client import Client, RefusedError
from host.link.line import Line, Timing
from tests.link.fake_board import FakeBoard, MemoryPort

STEP_S = 0.01  # of a clock that goes on by as much each time that it is read


def client_of(board: FakeBoard) -> Client:
    """By a clock of its own: how fast this machine is does not matter."""
    steps = itertools.count()
    client = Client(Line(MemoryPort(board), Timing(), lambda: next(steps) * STEP_S))
    client.greet()
    return client


def starting(turns: int) -> FakeBoard:
    """Its camera answers the request behind so many."""
    left = itertools.count(turns, -1)

    def refuse(command: Message) -> wire.Status:
        is_late = not isinstance(command, wire.CameraRegister) or next(left) <= 0
        return wire.Status.OK if is_late else wire.Status.BUSY

    return FakeBoard(refuse=refuse)


def test_it_is_requested_until_the_camera_has_started() -> None:
    client = client_of(starting(12))  # more than the tries of other commands
    client.set_mode(wire.Mode.STREAM)
    assert client.camera_register(0x0A) == 0x76


def test_a_camera_that_never_starts_is_a_refusal() -> None:
    board = starting(1_000_000)
    client = client_of(board)
    client.set_mode(wire.Mode.STREAM)
    with pytest.raises(RefusedError, match="the board refused CameraRegister: busy"):
        client.camera_register(0x0A)
    longest = client.line.timing.camera_s / client.line.timing.busy_s
    requests = [c for c in board.commands if isinstance(c, wire.CameraRegister)]
    assert 12 < len(requests) < longest + 2 * client.line.timing.tries


def test_nobody_waits_for_one_that_no_mode_has_started() -> None:
    board = starting(1_000_000)
    client = client_of(board)
    with pytest.raises(RefusedError):
        client.camera_register(0x0A)
    assert len([c for c in board.commands if isinstance(c, wire.CameraRegister)]) <= 4
