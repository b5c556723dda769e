"""Hours of a board's stream, recorded by a clock that runs ahead, and summed up again: bytes on disk, memory, time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host.bench.host.stream import BoardStream
from host.recording.container import NANOSECONDS
from host.recording.recorder import start_recording
from host.recording.summary import Summary, summarise

LOOK_EVERY_FRAMES = 500
SETTLED_FRAMES = 1500  # until then libraries load and pools fill
Clock = Callable[[], float]
Memory = Callable[[], int]


@dataclass(frozen=True)
class Phase:
    """Writing or reading all of it. *_bytes: resident memory of this process."""

    seconds: float
    settled_bytes: int  # after SETTLED_FRAMES, or at the end of a shorter one
    peak_bytes: int  # from then on

    @property
    def growth_bytes(self) -> int:
        """What more frames cost in memory."""
        return self.peak_bytes - self.settled_bytes


@dataclass(frozen=True)
class Day:
    """A recording of `hours`, written and reported."""

    hours: float
    frames_a_second: float
    frames: int
    writing: Phase
    reading: Phase
    summary: Summary


class _Watch:
    """Looks at the memory now and then."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory, self._clock, self._began = memory, clock, clock()
        self._settled = self._peak = 0

    def look(self, is_settled: bool) -> None:
        now = self._memory()
        self._peak = max(self._peak, now) if self._settled else now
        if is_settled and not self._settled:
            self._settled = now

    def phase(self) -> Phase:
        self.look(True)
        return Phase(self._clock() - self._began, self._settled, self._peak)


def measure_day(
    path: Path,
    hours: float,
    frames_a_second: float,
    progress: Callable[[str, float], None] = lambda what, share: None,
    memory: Memory | None = None,
    clock: Clock = time.perf_counter,
) -> Day:
    """path: the new recording. memory: bytes that are resident now. Raises HostError on a full disk."""
    memory = memory or _resident
    frames = max(1, round(hours * 3600 * frames_a_second))
    writing = _write(path, frames, frames_a_second, progress, _Watch(memory, clock))
    watch, settled_share = _Watch(memory, clock), SETTLED_FRAMES / frames

    def look(share: float) -> None:
        watch.look(share >= settled_share)
        progress("reporting", share)

    summary = summarise(path, look)
    return Day(hours, frames_a_second, frames, writing, watch.phase(), summary)


def _write(
    path: Path,
    frames: int,
    frames_a_second: float,
    progress: Callable[[str, float], None],
    watch: _Watch,
) -> Phase:
    stream, ahead = BoardStream(frames_a_second), _Ahead()
    recorder = start_recording(path, "synthetic", "host costs", _ignore, ahead.now, ahead.wall)
    try:
        recorder.received(stream.hello())
        for number in range(1, frames + 1):
            ahead.now_ns = round(number * NANOSECONDS / frames_a_second)
            recorder.received(stream.frame(number))
            if number % LOOK_EVERY_FRAMES == 0:
                recorder.raise_failure()
                watch.look(number >= SETTLED_FRAMES)
                progress("recording", number / frames)
    finally:
        recorder.close()
    recorder.raise_failure()
    return watch.phase()


class _Ahead:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._began_ns = time.time_ns()

    def now(self) -> int:
        return self.now_ns

    def wall(self) -> int:
        return self._began_ns + self.now_ns


def _ignore(line: str) -> None:
    """raise_failure says it."""


def _resident() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)
