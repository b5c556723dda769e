"""What this computer spends on a frame: decoding, pairing, logging and recording, beside a raw read of the same bytes.

CPU time of one core, user and system; each figure is the median of several turns in one process.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from host.bench.host.stream import BoardStream
from host.link.inbox import Inbox
from host.link.messages import Hello, Mode
from host.recording.recorder import start_recording
from host.runs.conditions import gather
from host.runs.layout import Column, Layout
from host.runs.write import RunWriter
from host.samples import Pairing, Sample

PORTION_BYTES = 4096  # of one read, as a USB port gives them
REAL_RATE = 5.0  # frames a second: more than the board's 3.1 with inference
TURNS = 5
Clock = Callable[[], float]
ROW = Layout(
    "samples",
    (
        Column("frame", "int64", "number since the board's start"),
        Column("score", "float64", "of the last label"),
        Column("capture_cycles", "int64", "waiting and reading"),
        Column("preprocess_cycles", "int64", "averaging"),
        Column("inference_cycles", "int64", "the engine"),
        Column("send_cycles", "int64", "queueing"),
        Column("period_cycles", "int64", "since the frame before"),
    ),
)


@dataclass(frozen=True)
class Cost:
    """One kind of work over the whole stream. seconds: CPU, a turn each."""

    name: str
    seconds: tuple[float, ...]
    frames: int

    @property
    def median_s(self) -> float:
        """Of the turns."""
        return statistics.median(self.seconds)

    @property
    def frames_per_second(self) -> float:
        """On one core."""
        return self.frames / max(1e-9, self.median_s)

    @property
    def microseconds(self) -> float:
        """Of a frame."""
        return 1e6 * self.median_s / self.frames


@dataclass(frozen=True)
class HostCosts:
    """costs: in the order of the work, each including what stands before it but `record`, which stands alone."""

    frames: int
    bytes: int
    turns: int
    raw: Cost
    costs: tuple[Cost, ...]

    @property
    def whole(self) -> Cost:
        """Decoding, pairing and logging."""
        return self.costs[2]


def measure_host(
    folder: Path, frames: int, turns: int = TURNS, clock: Clock = time.process_time
) -> HostCosts:
    """folder: an empty one, for the stream and what is logged of it. clock: CPU seconds."""
    stream = folder / "stream.bin"
    source = BoardStream(REAL_RATE)
    with stream.open("wb") as file:
        file.write(source.hello())
        file.writelines(source.frames(frames))
    size = stream.stat().st_size
    works: tuple[tuple[str, Callable[[int], int], int], ...] = (  # each with what it must count
        ("raw read", lambda turn: sum(map(len, portions(stream))), size),
        ("decode", lambda turn: sum(1 for _ in _messages(stream)), 2 * frames + 1),
        ("decode, pair", lambda turn: sum(1 for _ in _samples(stream)), frames),
        ("decode, pair, log", lambda turn: _log(stream, folder / f"run{turn}"), frames),
        ("record", lambda turn: _record(stream, folder / f"{turn}.rec"), size),
    )
    taken: dict[str, list[float]] = {name: [] for name, *_ in works}
    for turn in range(turns):  # all of them in each turn: what disturbs one disturbs its neighbours
        for name, work, wanted in works:
            start = clock()
            done = work(turn)
            taken[name].append(clock() - start)
            # else it would be the price of work that was not done
            assert done == wanted, f"{name}: {done} of {wanted}"
    raw, *costs = (Cost(name, tuple(taken[name]), frames) for name, *_ in works)
    return HostCosts(frames, size, turns, raw, tuple(costs))


def portions(stream: Path) -> Iterator[bytes]:
    """As they come from a port."""
    with stream.open("rb", buffering=0) as file:
        while data := file.read(PORTION_BYTES):
            yield data


def _messages(stream: Path) -> Iterator[object]:
    inbox = Inbox()
    for data in portions(stream):
        yield from inbox.feed(data)


def _samples(stream: Path) -> Iterator[Sample]:
    inbox, pairing, hello = Inbox(), Pairing(), None
    for data in portions(stream):
        for message in inbox.feed(data):
            if isinstance(message, Hello):
                hello = message
            elif hello is not None:
                yield from pairing.take(message, hello, Mode.STREAM, inbox.losses(0, 0))


def _log(stream: Path, folder: Path) -> int:
    """Into a run's table, as `bench latency` does: rows."""
    conditions = gather("host costs", "python -m host.bench host", datetime.now().astimezone())
    count = 0
    with RunWriter(folder, "host", conditions, (ROW,)) as run:
        for sample in _samples(stream):
            count += 1
            cycles = sample.cycles
            assert cycles is not None
            spent = (cycles.capture, cycles.preprocess, cycles.inference, cycles.send)
            run.append("samples", sample.frame, sample.scores[-1], *spent, cycles.period)
    return count


def _record(stream: Path, path: Path) -> int:
    """Bytes that were given to a recording. Raises HostError where they could not be written."""
    recorder = start_recording(path, "synthetic", "host costs", _fail)
    taken = 0
    for data in portions(stream):
        recorder.received(data)
        taken += len(data)
    recorder.close()
    recorder.raise_failure()
    path.unlink()
    return taken


def _fail(line: str) -> None:
    """The recorder says why; raise_failure follows."""
