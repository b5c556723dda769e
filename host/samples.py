"""Messages of a board -> samples: one picture, what the model said of it, what it cost, what was lost.

Every tool that shows or keeps frames (viewer, bench, capture, evaluate) uses these.
"""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import Message
from host.base.scores import Meaning, real_scores
from host.base.spelling import did_you_mean
from host.link.client import Client
from host.link.handshake import BUSY, END_OTHERS
from host.link.messages import Frame, Hello, Mode, Result, Source
from host.link.sequence import Losses

POLL_S = 0.25
PATIENCE_S = 25.0  # of a script, for the next frame with its result
STALE_S = 2.0  # silence after which the other half of a sample is no longer expected


@dataclass(frozen=True)
class Cycles:
    """What each stage cost, in cycles of the board's clock (Result says what each one covers)."""

    capture: int
    preprocess: int
    inference: int
    send: int
    period: int  # since the previous result; 0 for the first
    overlapped: int  # of capture and preprocess, while the frame before was inferred and sent
    age: int  # of the picture, from the end of its last line to its result


@dataclass(frozen=True)
class Sample:
    """One frame of a board. A frame without a result has no scores and no cycles."""

    frame: int  # number of the frame since the board's start
    image: NDArray[np.uint8] | None  # (height, width, channels): exactly what the model saw
    labels: tuple[str, ...]
    scores: tuple[
        float, ...
    ]  # in the labels' order, probabilities by scores_of; empty without a result
    cycles: Cycles | None
    source: Source
    clock_hz: int
    model: str
    board: str
    losses: Losses
    meaning: int = Meaning.PROBABILITY  # of the scores

    def score(self, label: str) -> float | None:
        """The score of a label; None for a frame without a result. Raises HostError for a label of no model's."""
        if self.labels and label not in self.labels:
            raise HostError(
                f"the model has no label {label!r}{did_you_mean(label, self.labels)}",
                f"give one of {', '.join(self.labels)}",
            )
        return self.score_if_known(label)

    def score_if_known(self, label: str) -> float | None:
        """As score, None for a label that the model does not have, either."""
        return dict(zip(self.labels, self.scores, strict=False)).get(label)


def labels_of(hello: Hello) -> tuple[str, ...]:
    """One label for each score; class_N where the model has no name for it."""
    names = hello.labels.decode(errors="replace").split("\n") + [""] * hello.score_count
    return tuple(name or f"class_{i}" for i, name in enumerate(names[: hello.score_count]))


def absence(label: str, labels: Sequence[str]) -> str:
    """What there is when `label` is not: the other one of two classes, else no LABEL. In words, no underscores."""
    others = [other for other in labels if other != label]
    name = others[0] if len(labels) == 2 and len(others) == 1 else f"no {label}"
    return in_words(name)


def in_words(label: str) -> str:
    """no_person -> no person."""
    return label.replace("_", " ")


def scores_of(hello: Hello, result: Result) -> tuple[float, ...]:
    """int8 scores -> probabilities, whatever the model ends in; distances stay what they are."""
    quantised = np.frombuffer(result.scores, dtype=np.int8)
    scale, zero_point = hello.output_scale, hello.output_zero_point
    return tuple(real_scores(quantised, scale, zero_point, hello.score_meaning).tolist())


def image_of(frame: Frame) -> NDArray[np.uint8] | None:
    """(height, width, channels); None when the pixels do not fill it."""
    shape = (frame.height, frame.width, frame.channels)
    if len(frame.pixels) != frame.height * frame.width * frame.channels or 0 in shape:
        return None
    return np.frombuffer(frame.pixels, dtype=np.uint8).reshape(shape)


class Pairing:
    """Joins each Frame with its Result; a half whose other half is lost is a sample by itself."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._result: Result | None = None

    def take(self, message: Message, hello: Hello, mode: Mode, losses: Losses) -> list[Sample]:
        """The samples that `message` completes. Other messages complete none."""
        if not isinstance(message, Frame | Result):
            return []
        samples = []
        if self._number() not in (None, message.frame) or self._has(type(message)):
            samples = self.flush(hello, losses)
        if isinstance(message, Frame):
            self._frame = message
        else:
            self._result = message
        if (self._frame and self._result) or mode in (Mode.RESULTS, Mode.CAPTURE):
            samples += self.flush(hello, losses)
        return samples

    def flush(self, hello: Hello, losses: Losses) -> list[Sample]:
        """The half that waits, if one does."""
        frame, result = self._frame, self._result
        self._frame = self._result = None
        if frame is None and result is None:
            return []
        if frame and result and zlib.crc32(frame.pixels) != result.image_crc:
            # of two pictures, though the numbers are equal: neither says anything of the other
            return [
                _sample(frame, None, hello, losses),
                _sample(None, result, hello, losses),
            ]
        return [_sample(frame, result, hello, losses)]

    def _number(self) -> int | None:
        half = self._frame or self._result
        return half.frame if half else None

    def _has(self, kind: type[Message]) -> bool:
        return (self._frame if kind is Frame else self._result) is not None


def samples(
    device: Client,
    others: Callable[[Message], None] = lambda message: None,
    wanted: Callable[[Sample], bool] = lambda sample: True,
    patience_s: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sample]:
    """Samples that are `wanted`, for ever; every message that belongs to none goes to `others`. clock: of patience_s.

    Raises HostError on a dead port and when none came for patience_s seconds, EndOfRecordingError at a recording's end.
    """
    since = clock()
    for sample in _all_samples(device, others):
        if sample is not None and wanted(sample):
            yield sample
            since = clock()
        elif clock() - since > patience_s:
            raise silence(device, clock() - since)


def silence(device: Client, seconds: float) -> HostError:
    """What to say of a board of which nothing that counts has come for so long."""
    lost = device.losses
    what = (
        f"{device.name}: no frame with its result for {seconds:.0f} s ({lost.total} "
        f"messages lost, {lost.bad_packets} damaged or impossible)"
    )
    if device.line.is_emulated:
        return HostError(f"{what}: {BUSY}", END_OTHERS)
    return HostError(what, "python -m host.doctor says why")


def _all_samples(device: Client, others: Callable[[Message], None]) -> Iterator[Sample | None]:
    """None each time that nothing came for POLL_S, or nothing that makes a sample."""
    pairing = Pairing()
    try:
        while True:
            silent_s = 0.0
            while (message := device.receive(POLL_S)) is None:
                silent_s += POLL_S
                if silent_s >= STALE_S:
                    yield from pairing.flush(device.hello, device.losses)
                yield None
            yield None
            if not isinstance(message, Frame | Result):
                others(message)
            yield from pairing.take(message, device.hello, device.mode, device.losses)
    except EndOfRecordingError:
        yield from pairing.flush(device.hello, device.losses)
        raise


def _sample(frame: Frame | None, result: Result | None, hello: Hello, losses: Losses) -> Sample:
    half = frame or result
    assert half is not None
    return Sample(
        frame=half.frame,
        image=image_of(frame) if frame else None,
        labels=labels_of(hello),
        scores=scores_of(hello, result) if result else (),
        cycles=_cycles(result) if result else None,
        source=Source(half.source),
        clock_hz=hello.clock_hz,
        model=hello.model,
        board=hello.board,
        losses=losses,
        meaning=hello.score_meaning,
    )


def _cycles(result: Result) -> Cycles:
    return Cycles(
        result.capture_cycles,
        result.preprocess_cycles,
        result.inference_cycles,
        result.send_cycles,
        result.period_cycles,
        result.overlapped_cycles,
        result.age_cycles,
    )
