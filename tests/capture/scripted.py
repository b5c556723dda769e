"""A capture from a scripted board, a step at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.capture.options import Options
from host.capture.session import CaptureSession
from host.data.journal import Journal
from host.link import messages as wire
from host.link.device import Device
from host.link.line import Timing
from host.link.messages import Mode
from host.viewer.session import Session
from host.viewer.view import first_view
from tests.data.pictures import picture
from tests.link.fake_board import FakeBoard, MemoryPort

LABELS = ("person", "non_person")


class Clock:
    """Seconds that pass when it is looked at."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


class Rig:
    """A session and the board behind it."""

    def __init__(self, session: CaptureSession, port: MemoryPort, journal: Journal) -> None:
        self.session, self.port, self.journal = session, port, journal

    def show(self, image: NDArray[np.uint8] | int, score: int = 100) -> None:
        """The board sees an image (or the one of a seed): int8 score of `person`. The session takes it."""
        board = self.port.board
        pixels = picture(image, 96, 96, 1) if isinstance(image, int) else image
        board.frame += 1
        frame = wire.Frame(board.frame, 96, 96, 1, 0, pixels.tobytes())
        self.port.arrive(board.say(frame) + board.say(board.result(pixels, score)))
        for _ in range(300):
            if self.session.step(0.05):
                return
        raise AssertionError("the frame did not arrive")

    @property
    def last(self) -> str:
        """What was said last."""
        return self.session.log[-1]


@contextmanager
def rig(folder: Path, options: Options | None = None) -> Iterator[Rig]:
    """A capture into a folder."""
    port = MemoryPort(FakeBoard())
    timing = Timing(hello_s=60, hello_again_s=0.1, answer_s=60)
    ticks = (datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=n) for n in range(10_000))
    wanted = options or Options(LABELS)
    with Journal(folder, wanted.labels) as journal, Device(port, timing=timing) as device:
        device.set_mode(Mode.STREAM)
        viewer = Session(device, first_view(device.hello, "memory"), Clock(), folder)
        yield Rig(
            CaptureSession(viewer, journal, device.hello, wanted, lambda: next(ticks)),
            port,
            journal,
        )
