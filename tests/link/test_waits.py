"""How long a host waits for a board and how often it asks, by a clock of its own; and a port that begins anew."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from host.base.errors import HostError
from host.link import messages as wire
from host.link.client import Client, RefusedError
from host.link.device import Device
from host.link.line import EMULATED, GUEST, LOSSY, QUEUE_MESSAGES, Line, NoAnswerError, Timing
from host.link.transport import Port
from tests.link.fake_board import FakeBoard, MemoryPort
from tests.link.patience import PATIENT

HALF_A_COMMAND = b"\x55half a command of a program that crashed"


class TimedPort(MemoryPort):
    """Silence takes time, `step` milliseconds a look; nothing else does."""

    milliseconds, step = 0, 10

    def read(self) -> bytes:
        """What the board said."""
        if self._arrived.empty():
            self.milliseconds += self.step
            return b""
        return super().read()

    def clock(self) -> float:
        """In seconds."""
        return self.milliseconds / 1000


def greeted(board: FakeBoard, timing: Timing) -> tuple[Client, TimedPort]:
    port = TimedPort(board)
    client = Client(Line(port, timing, port.clock))
    client.greet()
    return client, port


def gives_up_after(port: TimedPort, act: Callable[[], object]) -> float:
    """Seconds."""
    began = port.clock()
    with pytest.raises(NoAnswerError):
        act()
    return round(port.clock() - began, 3)


@pytest.mark.parametrize(
    ("timing", "greets_s", "greets", "asks_s", "asks", "infers_s"),
    [
        (Timing(), 6, 12, 6, 4, 24),
        (EMULATED, 25, 50, 60, 4, 60),
        (LOSSY, 6, 12, 20, 40, 240),
        (GUEST, 2, 4, 2, 1, 60),
    ],
)
def test_a_silent_board_is_given_up(
    timing: Timing, greets_s: float, greets: int, asks_s: float, asks: int, infers_s: float
) -> None:
    board = FakeBoard()
    client, port = greeted(board, timing)
    board.drop_answer = lambda message: isinstance(message, wire.Result)
    assert gives_up_after(port, lambda: client.inject(np.zeros((96, 96, 1), np.uint8))) == infers_s
    board.drop_answer = lambda message: True
    for act, seconds, count in ((client.greet, greets_s, greets), (client.ping, asks_s, asks)):
        board.commands.clear()
        assert gives_up_after(port, act) == seconds
        assert len(board.commands) == count


@pytest.mark.parametrize(("timing", "seconds"), [(Timing(), 3), (EMULATED, 30)])
def test_a_camera_that_starts_is_asked_every_50_ms(timing: Timing, seconds: float) -> None:
    """Four times, and one more 50 ms are waited before the next round: 16 requests a second."""
    board = FakeBoard()
    client, port = greeted(board, timing)
    client.set_mode(wire.Mode.STREAM)
    board.refuse = lambda command: wire.Status.BUSY if len(board.commands) < 999 else wire.Status.OK
    board.commands.clear()
    port.step = 1
    began = port.clock()
    with pytest.raises(RefusedError, match="busy"):
        client.camera_register(0x0A)
    waited = port.clock() - began
    assert seconds <= waited < seconds + 0.26, "a round at most"
    assert len(board.commands) == pytest.approx(16 * waited, rel=0.05)


def test_a_pong_that_comes_too_late_is_not_the_next_pings() -> None:
    """Ten milliseconds later."""
    board = FakeBoard()
    client, port = greeted(board, Timing(tries=1, answer_s=0.01))
    board.drop_answer = lambda message: True
    for _ in range(2):
        with pytest.raises(NoAnswerError):
            client.ping()
    first, second = (c.host_time_us for c in board.commands if isinstance(c, wire.Ping))
    assert (first, second) == (0, 10_000)
    port.arrive(board.say(wire.Pong(second, 1, 2, 3)))
    with pytest.raises(NoAnswerError):
        client.ping()


# -- a port that is opened, or opened again ------------------------------------------------------


def greetings(board: FakeBoard) -> int:
    return sum(isinstance(command, wire.HelloRequest) for command in board.commands)


@pytest.mark.parametrize("again", [False, True])
def test_what_another_program_left_half_sent_costs_no_request(again: bool) -> None:
    """A zero ends it."""
    first, board = FakeBoard(), FakeBoard()
    board.hear(HALF_A_COMMAND)
    port, seen = MemoryPort(first if again else board), list[bool]()

    def reopen() -> Port:
        seen.append(device.connected)
        if len(seen) < 3:
            raise HostError("not plugged in yet")
        return MemoryPort(board)

    with Device(port, reopen=reopen, timing=replace(PATIENT, hello_again_s=60)) as device:
        if again:
            port.die()
            while not (seen and device.connected):
                device.receive(0.01)
            assert seen == [False] * 3, "that it is gone can be seen meanwhile"
        device.set_mode(wire.Mode.STREAM)
    assert greetings(board) == 1 and board.mode == wire.Mode.STREAM


class Recording(MemoryPort):
    """Waits for its reader, as one that is played."""

    waits_for_reader = True


@pytest.mark.parametrize("asks", [True, False])
def test_a_port_that_waits_for_its_reader_loses_nothing(asks: bool) -> None:
    """As many as fit have come, and the next one waits. Who asks goes first."""
    port, count = Recording(FakeBoard()), QUEUE_MESSAGES + 9
    with Device(port, timing=replace(PATIENT, answer_s=5, tries=1)) as device:
        for number in range(count):
            port.arrive(port.board.say(wire.Log(1, b"%d" % number)))
        while len(device.line.queue) < QUEUE_MESSAGES or port._arrived.qsize() > 8:
            threading.Event().wait(0.01)
        if asks:
            device.ping()
        taken = itertools.takewhile(bool, (device.receive(5) for _ in range(count)))
        texts = [message.text for message in taken if isinstance(message, wire.Log)]
    assert texts == [b"%d" % number for number in range(count)]
    assert device.losses.total == 0
