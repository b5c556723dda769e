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
from host.link.messages import (
    Fault,
    FaultCode,
    Frame,
    Mode,
    Pong,
    Raster,
    Result,
    Set,
    Setting,
)
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


@pytest.mark.parametrize(
    ("codes", "is_counted"),
    [
        ((FaultCode.CAMERA_NO_VSYNC, FaultCode.CAMERA_SHORT_LINE), True),
        ((FaultCode.CAMERA_SHORT_LINE, FaultCode.CAMERA_NO_VSYNC), False),
    ],
)
def test_lines_are_counted_of_a_camera_whose_last_fault_was_a_torn_frame(
    monkeypatch: pytest.MonkeyPatch, codes: tuple[FaultCode, ...], is_counted: bool
) -> None:
    """One that gives no frame at all is not asked for its lines: it would not answer."""
    board = Board()
    said = iter([codes[0]] + [codes[1]] * 1000)
    monkeypatch.setattr(board, "receive", lambda timeout_s: Fault(next(said), 1, 2, b""))
    assert bool(examined(board).camera.rasters) == is_counted


@pytest.mark.parametrize("code", [FaultCode.CAMERA_OVERRUN, None])
def test_a_frame_that_was_dropped_makes_it_count_more_of_them_and_say_so(
    code: FaultCode | None,
) -> None:
    """It takes seconds."""
    board = Board(whole_by=1)
    receive, faults = board.receive, [] if code is None else [Fault(code, 1, 2, b"")]
    board.receive = (  # type: ignore[method-assign]
        lambda timeout_s: (
            faults.pop() if faults and board.mode == Mode.RESULTS else receive(timeout_s)
        )
    )
    is_counted = examined(board).camera.undisturbed is not None
    said = "-- a frame was dropped: counting more of them, without a command between"
    assert is_counted == (said in board.talk) == (code is not None)


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


def test_a_way_of_halving_that_is_refused_leaves_the_one_that_was_found() -> None:
    """An older firmware knows fewer of them. The board's own is 1."""
    board = Board(whole_by=9)
    set_it = board.set

    def refuse(setting: Setting, value: int) -> None:
        set_it(setting, value)
        if setting == Setting.HALVING and value == 2:
            raise HostError("2 is not known")

    board.set = refuse  # type: ignore[method-assign]
    assert examined(board).link.trouble == "2 is not known"
    assert [line[8:] for line in board.talk[-3:]] == [
        "mode IDLE", "set HALVING 1", "set COLOUR_BARS 1",
    ]  # fmt: skip


def test_a_board_that_falls_silent_is_told_the_way_of_halving_that_was_found() -> None:
    board = Board(whole_by=9)
    board.silent_from = "set HALVING 0"
    examined(board)
    assert board.talk[-2] == f"sends {Set(Setting.HALVING, 1)}"


@pytest.mark.parametrize("moved", [0x11, 0x2D, 0x2E, None])
def test_a_clock_that_moves_while_results_come_times_no_frame(moved: int | None) -> None:
    """CLKRC, and the rows that are added, low and high: read before and after."""
    board = Board(whole_by=1, registers={0x11: 0x05, 0x2D: 1, 0x2E: 0})
    read, seen = board.camera_register, list[int]()

    def register(address: int) -> int:
        seen.append(address)
        return read(address) + (address == moved and seen.count(address) == 2)

    board.camera_register = register  # type: ignore[method-assign]
    camera = examined(board).camera
    wanted = (5, 1) if moved is None else (None, 0)
    assert (camera.divider, camera.extra_rows) == wanted
    assert len(camera.results) > 2


def test_registers_that_are_refused_are_not_known_and_the_rest_is() -> None:
    board = Board(whole_by=1)

    def refused(address: int) -> int:
        raise HostError("the camera failed")

    board.camera_register = refused  # type: ignore[method-assign]
    evidence = examined(board)
    camera = evidence.camera
    assert (camera.registers, camera.light, camera.divider) == (None, None, None)
    assert evidence.link.trouble == "" and len(camera.results) > 2 and len(evidence.link.frames) > 2


def test_pings_that_are_answered_late_are_counted_and_those_that_never_are_not_timed() -> None:
    board = Board(whole_by=1)
    ping, receive, asked = board.pong, board.receive, list[int]()
    late = [Pong(0, 1, 7, 0)] * 2

    def pong(tries: int = 3) -> tuple[Pong, float]:
        asked.append(tries)
        if len(asked) in (3, 7, 9):
            raise NoAnswerError("in time")
        return ping(tries)

    board.pong = pong  # type: ignore[method-assign]
    board.receive = lambda timeout_s: late.pop() if late else receive(timeout_s)  # type: ignore[method-assign]
    link = examined(board).link
    assert (link.pings, len(link.round_trips_s), link.late_pings) == (16, 13, 2)
    assert link.trouble == ""


@pytest.mark.parametrize(("refused", "seen"), [(4, True), (5, False)])
def test_frames_that_are_refused_five_times_are_waited_for_no_more(
    refused: int, seen: bool
) -> None:
    """Of a lossy link one may be wrong by chance. What is said of other messages counts for nothing."""
    board = Board(whole_by=1)
    receive, left = board.receive, [refused]

    def damaged(timeout_s: float) -> Message | None:
        if board.mode == Mode.CAPTURE and left[0] and timeout_s > 0:
            left[0] -= 1
            board.now += 0.1
            board.line.inbox.objections["Frame of 3 bytes"] += 1
            board.line.inbox.objections["Result of 3 bytes"] += 1
            return None
        return receive(timeout_s)

    board.receive = damaged  # type: ignore[method-assign]
    assert (examined(board).camera.frame is not None) == seen


def test_what_came_while_it_was_spoken_to_counts_for_nothing() -> None:
    """Two messages wait behind each answer: of what held before it, and their time is not known."""
    board = Board(whole_by=1)
    say, receive, waiting, fresh = board._say, board.receive, list[Message](), list[Result]()

    def answer(text: str) -> None:
        waiting.extend([replace(RESULT, frame=900), Frame(900, 2, 3, 1, 0, bytes(6))] * 2)
        say(f"{text}, behind {len(fresh)} results")

    def pile(timeout_s: float) -> Message | None:
        message = waiting.pop(0) if waiting else receive(timeout_s)
        fresh.extend([message] if isinstance(message, Result) and message.frame < 900 else [])
        return message

    board._say, board.receive = answer, pile  # type: ignore[method-assign]
    evidence = examined(board)
    assert evidence.camera.bars is not None
    numbers = [*evidence.link.frames, evidence.camera.bars.frame]
    numbers += [result.frame for result in evidence.camera.results]
    assert len(numbers) > 6 and max(numbers) < 900
    clock = next(line for line in board.talk if "register 0x11" in line)
    assert clock.endswith("behind 2 results"), "the first two settle"


def test_three_frames_are_waited_for_where_they_come_slowly() -> None:
    """One each 0.8 s: three of them take 2.4 s, and a second is not enough."""
    board = Board(whole_by=1)
    receive = board.receive

    def slow(timeout_s: float) -> Message | None:
        message = receive(timeout_s)
        board.now += 0.55 if isinstance(message, Frame) else 0.0
        return message

    board.receive = slow  # type: ignore[method-assign]
    link = examined(board).link
    assert len(link.frames) == 3 and link.seconds == pytest.approx(2.4)
