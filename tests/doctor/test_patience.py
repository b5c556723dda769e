"""How long the doctor waits for what a board makes: a good board is not called silent for being emulated slowly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.doctor import examine
from host.doctor.collect import FRAME_WAIT_S, collect
from host.doctor.evidence import Evidence
from host.link.inbox import Inbox
from host.link.line import NoAnswerError
from host.link.messages import Frame, Mode, Pong, Setting
from host.link.sequence import Losses
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort

FRAME = Frame(1, 96, 96, 1, 0, bytes(96 * 96))


@dataclass
class SlowDevice:
    """Its first frame comes `frame_s` after it was to make frames; then it answers nothing more."""

    frame_s: float
    now: float = 0.0
    looked_at: bool = False
    hello = HELLO
    losses = Losses()
    line = SimpleNamespace(inbox=Inbox(), send=lambda message: None)

    def set_mode(self, mode: Mode) -> None:
        self.frames_from = self.now + self.frame_s

    def pong(self, tries: int = 0) -> tuple[Pong, float]:
        return Pong(0, 1, 0, 0), 0.002

    def get(self, setting: Setting) -> int:
        return 0

    def silicon(self) -> None:
        raise HostError("refused")

    def receive(self, timeout_s: float) -> Message | None:
        self.now = min(self.now + timeout_s, max(self.now, self.frames_from))
        return FRAME if self.now >= self.frames_from else None

    def camera_register(self, address: int) -> int:
        self.looked_at = True  # a frame came
        raise NoAnswerError("it is silent")

    def __getattr__(self, name: str) -> object:
        raise NoAnswerError("it is silent")


@pytest.mark.parametrize(
    ("patience", "frame_s", "seen"),
    [(1.0, 0.99, True), (1.0, 1.01, False), (5.0, 4.99, True), (5.0, 5.01, False)],
)
def test_a_frame_is_waited_for_as_long_as_was_requested(
    patience: float, frame_s: float, seen: bool
) -> None:
    device = SlowDevice(frame_s * FRAME_WAIT_S)
    collect(device, lambda: device.now, lambda line: None, patience)  # type: ignore[arg-type]
    assert device.looked_at == seen


@pytest.mark.parametrize(
    ("is_serial", "by_this_computers_clock", "patience"),
    [(True, True, 1.0), (False, True, 5.0), (False, False, 1.0)],
)
def test_an_emulator_is_waited_for_by_this_computers_clock_alone(
    is_serial: bool, by_this_computers_clock: bool, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def noted(device: object, clock: object, say: object, patience: float) -> Evidence:
        waits.append(patience)
        raise HostError("enough")

    monkeypatch.setattr(examine, "collect", noted)
    clock = time.monotonic if by_this_computers_clock else lambda: time.monotonic()
    with pytest.raises(HostError, match="enough"):
        examine.examine_port(lambda: MemoryPort(FakeBoard()), is_serial, lambda line: None, clock)
    assert waits == [patience]
