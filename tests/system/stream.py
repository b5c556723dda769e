"""A stream counted frame by frame, each held against what the sensor had put on its pins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from host.link.messages import Fault, FaultCode, Frame, Mode, Result
from host.preprocess import area_average
from host.virtual.ov7675 import SensorFrame
from tests.system.board import Bench
from tests.system.sweep import in_colour

COM7, COM7_RESET = 0x12, 0x80
LONGEST_WAIT_S = 6.0  # of guest time: a camera that is started afresh takes 1.2


@dataclass
class Tally:
    """What became of the frames of a stream. Every number is a count of frames unless it says otherwise.

    delivered: that arrived, of them wrong: with a pixel that no frame of the sensor had there, and results: whose
    Result came, too. dropped: faults that said so, by name. missing: numbers that neither a frame nor a fault accounts
    for. lost: messages, on the wire or on the board. restarts: resets of the sensor beyond its first. seconds: of guest
    time. divider: CLKRC at the end.
    """

    delivered: int = 0
    wrong: int = 0
    results: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    lost: int = 0
    restarts: int = 0
    seconds: float = 0.0
    divider: int = 0

    def __iadd__(self, other: Tally) -> Self:
        """A stretch behind this one. The board's own count of lost messages stands in both."""
        for name in ("delivered", "wrong", "results", "missing", "lost", "restarts", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.dropped += other.dropped
        self.divider = other.divider
        return self

    @property
    def drops(self) -> int:
        """Frames that the board said it dropped."""
        return sum(self.dropped.values())

    @property
    def rate(self) -> float:
        """Frames a second that arrived."""
        return self.delivered / self.seconds if self.seconds else 0.0


def expected(frame: SensorFrame, channels: int) -> bytes:
    """The host's own preprocessing of a frame of the sensor."""
    if channels == 3:
        return in_colour(frame, luma_second=False).tobytes()
    return area_average(np.ascontiguousarray(frame.luma), 96, 96).tobytes()


class Witness:
    """Says of a delivered picture whether the sensor sent it. Frames of the sensor are averaged once."""

    def __init__(self, bench: Bench) -> None:
        self._sensor, self._channels = bench.board.sensor, bench.hello.input_channels
        self._known: dict[int, bytes] = {}

    def saw(self, pixels: bytes) -> bool:
        """Any of the newest frames: a picture is on its way for less than two."""
        whole = [f for f in self._sensor.last_frames if f.luma.shape == (240, 320)]
        self._known = {
            f.start_cycle: self._known.get(f.start_cycle) or expected(f, self._channels)
            for f in whole
        }
        return pixels in self._known.values()


def count_restarts(bench: Bench, tally: Tally) -> None:
    """From here on each reset of the sensor counts; the one that starts a camera does not."""
    write, started = bench.board.sensor.write_register, False

    def counted(number: int, value: int) -> None:
        nonlocal started
        if number == COM7 and value & COM7_RESET:
            tally.restarts += started
            started = True
        write(number, value)

    bench.board.sensor.write_register = counted  # type: ignore[method-assign]


def ignore(_: Frame | Result) -> None:
    """Nobody looks on."""


def lost_messages(bench: Bench) -> int:
    """On the wire: those that are missing, and those that were damaged."""
    return bench.client.losses.wire_lost + bench.client.losses.bad_packets


def missing_frames(numbers: list[int], drops: int) -> int:
    """Between the first and the last of these numbers of frames, less those that the board said it dropped."""
    return max(numbers[-1] - numbers[0] + 1 - len(numbers) - drops, 0) if numbers else 0


def stream(
    bench: Bench,
    frames: int,
    mode: Mode = Mode.STREAM,
    seen: Callable[[Frame | Result], None] = ignore,
) -> Tally:
    """Streams until so many frames were sent or dropped, and counts. A board that falls silent ends it.

    seen: is given each Frame and Result as it comes, and may ask the board something.
    """
    tally, witness = Tally(), Witness(bench)
    count_restarts(bench, tally)
    bench.messages.clear()
    lost_before = lost_messages(bench)
    bench.mode(mode)
    start, numbers, answered = bench.port.clock(), list[int](), set[int]()
    while tally.delivered + tally.drops < frames:
        message = bench.client.receive(LONGEST_WAIT_S)
        if message is None:
            break
        if isinstance(message, Frame):
            numbers.append(message.frame)
            tally.delivered += 1
            tally.wrong += not witness.saw(message.pixels)
        elif isinstance(message, Fault):
            tally.dropped[FaultCode(message.code).name] += 1
        elif isinstance(message, Result):
            answered.add(message.frame)
            tally.lost = message.dropped_messages
        if isinstance(message, Frame | Result):
            seen(message)
    tally.seconds = bench.port.clock() - start
    bench.mode(Mode.IDLE)
    bench.board.run(1)
    answered |= {message.frame for message in bench.messages if isinstance(message, Result)}
    tally.results = len(answered & set(numbers))
    tally.lost += lost_messages(bench) - lost_before
    tally.missing = missing_frames(numbers, tally.drops)
    tally.divider = bench.greet().clock_divider
    return tally
