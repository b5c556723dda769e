"""The doctor's whole conversation with a scripted board, order by order, and the evidence that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.doctor.collect import collect
from host.doctor.evidence import Evidence
from host.link.device import Device
from host.link.inbox import Inbox
from host.link.line import NoAnswerError
from host.link.messages import Fault, FaultCode, Frame, Mode, Pong, Raster, Result, Setting
from host.link.sequence import Losses
from tests.goldens import check_golden
from tests.link.fake_board import HELLO, FakeBoard, moving_picture

RESULT = FakeBoard().result(moving_picture(0))


class Line:
    """What is sent without an answer."""

    def __init__(self, talk: list[str]) -> None:
        self._talk = talk
        self.inbox = Inbox()

    def send(self, message: Message) -> None:
        self._talk.append(f"sends {message}")


class Board:
    """A frame or a result each quarter of a second; each answer takes 10 ms. `faults`: instead of the first frames."""

    def __init__(
        self, whole_by: int = 0, faults: int = 0, registers: dict[int, int] | None = None
    ) -> None:
        self.talk: list[str] = []
        self.now, self.mode, self.hello = 0.0, Mode.IDLE, replace(HELLO, colour_bars=1)
        self.line = Line(self.talk)
        self.losses = Losses(wire_lost=4)
        self.registers = registers or {}
        self._number, self._whole_by, self._faults = 0, whole_by, faults
        self.silent_from = ""

    def _say(self, text: str) -> None:
        self.now += 0.01
        self.talk.append(f"{self.now:7.2f} {text}")
        if self.silent_from and text.startswith(self.silent_from):
            raise NoAnswerError("it is silent")

    def set_mode(self, mode: Mode) -> None:
        self._say(f"mode {mode.name}")
        self.mode = mode

    def set(self, setting: Setting, value: int) -> None:
        self._say(f"set {setting.name} {value}")

    def get(self, setting: Setting) -> int:
        self._say(f"get {setting.name}")
        return 1 if setting == Setting.HALVING else 3

    def pong(self, tries: int = 3) -> tuple[Pong, float]:
        self._say(f"ping, {tries} tries")
        return Pong(0, 1, 7, 0), 0.002

    def silicon(self) -> None:
        self._say("silicon")
        raise HostError("refused")

    def raster(self, line: int) -> Raster:
        self._say(f"raster of line {line}")
        way = int(self.talk[-2].rpartition(" ")[2]) if "HALVING" in self.talk[-2] else 1
        whole = way == self._whole_by
        return Raster(0, 240 if whole else 100, line, 640, 4 * 640, 2 * 510 * 1568, 1, bytes(640))

    def camera_register(self, address: int) -> int:
        self._say(f"register {address:#04x}")
        return self.registers.get(address, address)

    def receive(self, timeout_s: float) -> Message | None:
        if timeout_s <= 0:
            return None
        self.now += min(timeout_s, 0.25)
        self._number += 1
        if self._faults:
            self._faults -= 1
            return Fault(FaultCode.CAMERA_NO_VSYNC, 1, 2, b"")
        if self.mode == Mode.RESULTS:
            return replace(RESULT, frame=self._number)
        return Frame(self._number, 2, 3, 1, 0, bytes(6)) if self.mode == Mode.CAPTURE else None


def examined(board: Board) -> Evidence:
    return collect(
        cast(Device, board), lambda: board.now, lambda line: board.talk.append(f"-- {line}")
    )


def described(evidence: Evidence) -> Iterator[str]:
    for part in (evidence.camera, evidence.link):
        for name, value in vars(part).items():
            shown: Any = value
            if isinstance(value, Frame | Result):
                shown = f"{type(value).__name__} {value.frame}"
            elif name == "results":
                shown = f"{len(value)} of numbers {[each.frame for each in value]}"
            elif name in ("arrivals_s", "round_trips_s"):
                shown = [round(each, 3) for each in value]
            elif name == "seconds":
                shown = round(value, 3)
            elif name == "rasters":
                shown = sorted(value)
            yield f"{name}: {shown}"


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("a good board", Board(whole_by=1)),
        ("halved in another way", Board(whole_by=2)),
        ("halved in no way", Board(whole_by=9)),
        ("a first fault", Board(whole_by=1, faults=1)),
        ("rows that are added", Board(whole_by=1, registers={0x11: 0xC3, 0x2D: 0x34, 0x2E: 0x12})),
    ],
)
def test_a_conversation(name: str, board: Board) -> None:
    evidence = examined(board)
    text = "\n".join([f"== {name}", *board.talk, *described(evidence)])
    check_golden(f"doctor_talk_{name.replace(' ', '_')}", text)


def test_a_camera_that_keeps_failing_is_not_waited_for() -> None:
    board = Board(faults=99)
    evidence = examined(board)
    assert len(evidence.camera.faults) == 2 and evidence.camera.frame is None
    assert board.now < 3 and board.talk[-2:] == [
        f"{board.now - 0.01:7.2f} mode IDLE", f"{board.now:7.2f} set COLOUR_BARS 1",
    ]  # fmt: skip


def test_a_board_without_a_model_is_not_timed() -> None:
    board = Board(whole_by=1)
    board.hello = replace(board.hello, score_count=0)
    evidence = examined(board)
    assert evidence.camera.results == () and not any("RESULTS" in line for line in board.talk)
    assert evidence.camera.divider is None


@pytest.mark.parametrize("order", ["silicon", "raster", "register", "get"])
def test_a_board_that_falls_silent_is_sent_its_end_and_not_waited_for(order: str) -> None:
    board = Board(whole_by=1)
    board.silent_from = order
    evidence = examined(board)
    assert evidence.link.trouble == evidence.camera.trouble == "it is silent"
    assert [line.split("(")[0] for line in board.talk[-2:]] == ["sends SetMode", "sends Set"]


def test_losses_are_those_since_it_began() -> None:
    board = Board(whole_by=1)
    first = board.silicon

    def lost() -> None:
        board.losses = Losses(wire_lost=9, bad_packets=2)
        first()

    board.silicon = lost  # type: ignore[method-assign]  # one more thing happens meanwhile
    evidence = examined(board)
    assert evidence.link.losses == Losses(wire_lost=5, bad_packets=2)
    assert evidence.link.dropped_since_start == 7 and evidence.link.late_pings == 0
