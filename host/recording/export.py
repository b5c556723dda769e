"""A recording -> a folder of PNG files, exactly what the model saw, and samples.csv: one row a sample."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from host.errors import HostError
from host.link.inbox import Inbox
from host.link.messages import Hello, Mode
from host.recording.container import Kind
from host.recording.reader import NANOSECONDS, Reader
from host.recording.summary import STAGES
from host.samples import Pairing, Sample

OWNER_ALONE = 0o700  # there are people in the pictures


def recorded_samples(reader: Reader) -> Iterator[tuple[float, Sample]]:
    """(seconds since the recording began, sample). Raises HostError on a Hello of another wire."""
    inbox, pairing = Inbox(), Pairing()
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


def export(reader: Reader, folder: Path) -> int:
    """How many samples were written. Raises HostError when the folder exists or is full: what is in it is whole."""
    try:
        folder.mkdir(mode=OWNER_ALONE, parents=True)
    except FileExistsError as error:
        raise HostError(f"{folder} exists: give --output another name") from error
    except OSError as error:
        raise HostError(f"cannot make {folder}: {error.strerror}") from error
    count = 0
    try:
        with (folder / "samples.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            for count, (seconds, sample) in enumerate(recorded_samples(reader), 1):
                if count == 1:
                    scores = [f"score_{label.replace(' ', '_')}" for label in sample.labels]
                    cycles = [f"{name}_cycles" for name in STAGES]
                    table.writerow(["time_s", "frame", "file", "source", *scores, *cycles])
                table.writerow(_row(seconds, sample, _save(sample, folder, count)))
    except OSError as error:
        raise HostError(
            f"cannot write to {folder}: {error.strerror}; {max(0, count - 1)} samples are there"
        ) from error
    return count


def _row(seconds: float, sample: Sample, name: str) -> list[Any]:
    empty = [""] * len(sample.labels)
    scores = [f"{score:.6f}" for score in sample.scores] or empty
    cycles = [getattr(sample.cycles, stage) if sample.cycles else "" for stage in STAGES]
    return [f"{seconds:.6f}", sample.frame, name, sample.source.name.lower(), *scores, *cycles]


def _save(sample: Sample, folder: Path, number: int) -> str:
    """The picture's file name; "" without a picture. Written beside, then renamed."""
    if sample.image is None:
        return ""
    import cv2

    is_colour = sample.image.shape[2] == 3
    image = cv2.cvtColor(sample.image, cv2.COLOR_RGB2BGR) if is_colour else sample.image
    _, encoded = cv2.imencode(".png", image)
    path = folder / f"{number:07d}_frame_{sample.frame:06d}.png"
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(encoded.tobytes())
    part.replace(path)
    return path.name
