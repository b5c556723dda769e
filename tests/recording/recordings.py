"""Recordings to test with: made from a scripted board, by the code that records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from host.link.framing import encode_packet
from host.link.messages import HelloRequest
from host.recording.container import NANOSECONDS, FileHeader, Kind
from host.recording.recorder import Recorder, start_recording
from host.recording.writer import ChunkFile, Writer
from tests.link.fake_board import FakeBoard

BEGAN_WALL_NS = 1_790_000_000 * NANOSECONDS


class Clock:
    """Time that passes on request. Nanoseconds."""

    def __init__(self) -> None:
        self.now_ns = 5_000_000_000

    def __call__(self) -> int:
        """Now."""
        return self.now_ns

    def wall(self) -> int:
        """The same on the wall."""
        return BEGAN_WALL_NS + self.now_ns

    def sleep(self, seconds: float) -> None:
        """Lets time pass."""
        self.now_ns += round(seconds * NANOSECONDS)


def begin(path: Path, clock: Clock, say: Callable[[str], None] = print) -> Recorder:
    """A recording by that clock."""
    return start_recording(path, "memory", "a test", say, clock, clock.wall)


def record_board(
    path: Path, seconds: int, frames_a_second: int = 4, board: FakeBoard | None = None
) -> FakeBoard:
    """A board that said hello and then streamed for so long. The score of a frame is its number modulo 100."""
    board, clock = board or FakeBoard(), Clock()
    recorder = begin(path, clock)
    recorder.mark("opened memory")
    recorder.sent(encode_packet(HelloRequest.ID, 0, b""))
    recorder.received(board.say(board.hello))
    for number in range(seconds * frames_a_second):
        recorder.received(board.shoot(score=number % 100))
        clock.sleep(1 / frames_a_second)
    recorder.close()
    return board


def writer_of(file: ChunkFile, clock: Clock) -> Writer:
    """A writer into any file."""
    return Writer(file, FileHeader(clock.wall(), "memory", "a test"), clock, clock.wall)


def fill(writer: Writer, clock: Clock, records: list[bytes], step_s: float = 0.3) -> None:
    """Records from the device, one every `step_s`; not closed."""
    for data in records:
        writer.add(Kind.FROM_DEVICE, data)
        clock.sleep(step_s)
