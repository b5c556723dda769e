"""A recording -> a folder of PNG files, exactly what the model saw, and samples.csv: one row a sample.

Where there was text (MLPerf Tiny's API), dialogue.txt has it: seconds, > for the host or < for the board, the line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from host.base.csv_text import csv_row
from host.base.errors import HostError
from host.base.files import new_private_text, placed_file, png_bytes, private_folder
from host.link.inbox import Inbox
from host.link.messages import Hello, Mode
from host.recording.container import NANOSECONDS, Kind
from host.recording.dialogue import TextListener
from host.recording.reader import Reader
from host.recording.summary import STAGES
from host.samples import Pairing, Sample

DIALOGUE = "dialogue.txt"


def recorded_samples(reader: Reader) -> Iterator[tuple[float, Sample]]:
    """(seconds since the recording began, sample). Raises HostError on a Hello of another wire."""
    inbox, pairing = Inbox(reader.layouts), Pairing()
    hello: Hello | None = None
    seconds = 0.0
    for chunk in reader.chunks():
        for record in chunk.records:
            if record.kind == Kind.MARK:
                inbox.reconnect()
            if record.kind != Kind.FROM_DEVICE:
                continue
            seconds = record.time_ns / NANOSECONDS
            for message in inbox.feed(record.data):
                if isinstance(message, Hello):
                    hello = message
                elif hello:
                    losses = inbox.losses(0, 0)
                    for sample in pairing.take(message, hello, Mode.STREAM, losses):
                        yield seconds, sample
    if hello:
        for sample in pairing.flush(hello, inbox.losses(0, 0)):
            yield seconds, sample


@dataclass(frozen=True)
class Exported:
    """How much was written."""

    samples: int
    text_lines: int


def export(reader: Reader, folder: Path) -> Exported:
    """All of it. Raises HostError when the folder exists or is full: what is in it is whole."""
    try:
        exists = folder.exists()
    except OSError as error:
        raise HostError(f"cannot make {folder}: {error.strerror}") from error
    if exists:
        raise HostError(f"{folder} exists", "give --output another name")
    private_folder(folder)
    count = lines = 0
    try:
        with new_private_text(folder / "samples.csv") as file:
            for count, (seconds, sample) in enumerate(recorded_samples(reader), 1):
                if count == 1:
                    scores = [f"score_{label.replace(' ', '_')}" for label in sample.labels]
                    cycles = [f"{name}_cycles" for name in STAGES]
                    header = ("time_s", "frame", "file", "source", *scores, *cycles)
                    file.write(csv_row(header))
                file.write(csv_row(_row(seconds, sample, _save(sample, folder, count))))
        lines = _write_dialogue(reader, folder / DIALOGUE)
    except OSError as error:
        raise HostError(
            f"cannot write to {folder}: {error.strerror}; {max(0, count - 1)} samples are there"
        ) from error
    return Exported(count, lines)


def _write_dialogue(reader: Reader, path: Path) -> int:
    """How many lines; without any there is no file."""
    listener, count = TextListener(), 0
    with contextlib.ExitStack() as open_files:
        file: TextIO | None = None
        for chunk in reader.chunks():
            for record in chunk.records:
                for message in listener.take(record):
                    file = file or open_files.enter_context(new_private_text(path))
                    mark = ">" if message.by_host else "<"
                    file.write(f"{message.time_ns / NANOSECONDS:.6f} {mark} {message.text}\n")
                    count += 1
    return count


def _row(seconds: float, sample: Sample, name: str) -> list[Any]:
    empty = [""] * len(sample.labels)
    scores = [f"{score:.6f}" for score in sample.scores] or empty
    cycles = [getattr(sample.cycles, stage) if sample.cycles else "" for stage in STAGES]
    return [f"{seconds:.6f}", sample.frame, name, sample.source.name.lower(), *scores, *cycles]


def _save(sample: Sample, folder: Path, number: int) -> str:
    """The picture's file name; "" without a picture. Raises OSError."""
    if sample.image is None:
        return ""
    path = folder / f"{number:07d}_frame_{sample.frame:06d}.png"
    with placed_file(path) as file:
        file.write(png_bytes(sample.image))
    return path.name
