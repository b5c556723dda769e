"""A recording -> what it holds: messages, losses, cycles of each stage, damage. Reads it once, in constant memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from host.link.handshake import WrongFirmwareError
from host.link.inbox import Inbox
from host.link.layout import OURS, WireLayout
from host.link.messages import Hello, Mode
from host.link.sequence import Losses
from host.recording.container import FileHeader, Kind, Record
from host.recording.dialogue import TextListener
from host.recording.histogram import Histogram
from host.recording.reader import Reader
from host.samples import Cycles, Pairing, Sample

STAGES = tuple(field.name for field in fields(Cycles))
PROGRESS_CHUNKS = 64
NO_LOSSES = Losses()
MOST_MARKS = 1000


@dataclass(frozen=True)
class Summary:
    """messages: how many, by name, those of the board. stages: cycles, by name. hello: None where none was received.

    unread: why the messages were not understood (another wire), else "". marks: what happened to the port.
    commands, lines: of MLPerf Tiny's text, both ways.
    """

    header: FileHeader
    size_bytes: int
    duration_s: float
    is_ended: bool
    torn_bytes: int
    damaged_chunks: int
    skipped_bytes: int
    link_bytes: int
    messages: dict[str, int]
    samples: int
    commands: int
    lines: int
    stages: dict[str, Histogram]
    losses: Losses
    hello: Hello | None
    unread: str
    marks: tuple[str, ...]

    @property
    def frames_per_second(self) -> float:
        """By the board's clock: the median period. 0 when unknown."""
        period = self.stages["period"].percentile(0.5)
        return self.hello.clock_hz / period if self.hello and period else 0.0


class Tally:
    """What has been read so far."""

    def __init__(self, layouts: Sequence[WireLayout] = (OURS,)) -> None:
        self.link_bytes = self.samples = self.commands = self.lines = 0
        self.messages: Counter[str] = Counter()
        self.stages = {name: Histogram() for name in STAGES}
        self.hello: Hello | None = None
        self.unread = ""
        self.marks: list[str] = []
        self._inbox, self._pairing, self._text = Inbox(layouts), Pairing(), TextListener()

    @property
    def losses(self) -> Losses:
        """What the host lost that recorded, but for what it was too slow for."""
        reopened = sum(mark.startswith("opened") for mark in self.marks) - 1
        return self._inbox.losses(0, max(0, reopened))

    def take(self, record: Record) -> None:
        """One record more."""
        for line in self._text.take(record):
            self.commands += line.by_host
            self.lines += not line.by_host
        if record.kind == Kind.MARK:
            self._mark(record.data.decode(errors="replace"))
            return
        if record.kind == Kind.LAYOUT:
            return
        self.link_bytes += len(record.data)
        if record.kind == Kind.TO_DEVICE or self.unread:
            return
        try:
            received = self._inbox.feed(record.data)
        except WrongFirmwareError as error:
            self.unread = error.wire
            return
        for message in received:
            self.messages[type(message).__name__] += 1
            if isinstance(message, Hello):
                self.hello = message
            elif self.hello:
                paired = self._pairing.take(message, self.hello, Mode.STREAM, NO_LOSSES)
                self._count(paired)

    def finish(self) -> None:
        """The half of a sample that still waits."""
        if self.hello:
            self._count(self._pairing.flush(self.hello, NO_LOSSES))

    def _count(self, samples: list[Sample]) -> None:
        for sample in samples:
            self.samples += 1
            if sample.cycles is not None:
                for name, histogram in self.stages.items():
                    cycles = getattr(sample.cycles, name)
                    if cycles or name != "period":  # that of the first result is unknown
                        histogram.add(cycles)

    def _mark(self, text: str) -> None:
        self._inbox.reconnect()
        if len(self.marks) < MOST_MARKS:
            self.marks.append(text)


def summarise(path: Path, progress: Callable[[float], None] = lambda share: None) -> Summary:
    """Reads all of it; progress: 0..1 of the file. Raises HostError when there is no recording."""
    with Reader(path) as reader:
        tally = Tally(reader.layouts)
        size = max(1, reader.size_bytes)
        for number, chunk in enumerate(reader.chunks()):
            for record in chunk.records:
                tally.take(record)
            if number % PROGRESS_CHUNKS == 0:
                progress(chunk.next_offset / size)
        tally.finish()
        return Summary(
            header=reader.header,
            size_bytes=size,
            duration_s=reader.duration_s,
            is_ended=reader.is_ended,
            torn_bytes=reader.torn_bytes,
            damaged_chunks=reader.damaged_chunks,
            skipped_bytes=reader.skipped_bytes,
            link_bytes=tally.link_bytes,
            messages=dict(tally.messages),
            samples=tally.samples,
            commands=tally.commands,
            lines=tally.lines,
            stages=tally.stages,
            losses=tally.losses,
            hello=tally.hello,
            unread=tally.unread,
            marks=tuple(tally.marks),
        )
