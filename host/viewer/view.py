"""What is on the screen, as one value, and how a sample changes it. Pure: no window, no clock, no port."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from host.base.boards import CLOCK_HZ, VIRTUAL
from host.base.errors import HostError
from host.base.scores import Meaning
from host.link.fault_advice import Advice
from host.link.messages import Hello
from host.link.sequence import Losses
from host.samples import Cycles, Sample, absence, in_words, labels_of
from host.viewer.recording_status import RecordingStatus

HISTORY = 240  # scores in the line
RECENT = 12  # frames that a rate is taken over
NOTICE_S = 4.0
FAULT_S = 6.0
# without a picture nothing is said for so long, nor for three of the model's periods
PATIENT_S = 5.0
USUAL_LABEL = "person"
BEST_SHOWN = 3  # of more than two classes


@dataclass(frozen=True)
class Stage:
    """One stage of a frame, for the table."""

    name: str
    cycles: int
    milliseconds: float


@dataclass(frozen=True)
class View:
    """Everything that a drawing needs; scores are probabilities, where the model gives any (meaning)."""

    port: str = ""
    board: str = ""
    model: str = ""
    scene: str = ""  # of the virtual board
    clock_hz: int = CLOCK_HZ
    labels: tuple[str, ...] = ()
    label: str = USUAL_LABEL  # the one that is watched
    follows_best: bool = False  # of more than two classes, without --label: the best one is watched
    meaning: int = Meaning.PROBABILITY
    threshold: float = 0.5
    frame: int = -1
    image: NDArray[np.uint8] | None = None  # (height, width, channels)
    scores: tuple[float, ...] = ()
    history: tuple[float, ...] = ()  # of the watched label, newest last
    cycles: Cycles | None = None
    periods: tuple[int, ...] = ()  # cycles, newest last
    arrivals: tuple[float, ...] = ()  # seconds, newest last
    losses: Losses = field(default_factory=Losses)
    connected: bool = True
    paused: bool = False
    colour_bars: bool = False
    helps: bool = False  # the figures are explained instead of shown
    recording: RecordingStatus | None = None
    notice: str = ""
    notice_until: float = 0.0
    fault: Advice | None = None
    fault_until: float = 0.0
    waited_s: float = 0.0  # since the last picture

    @property
    def is_overdue(self) -> bool:
        """A picture should have come."""
        usual_s = 3 / self.board_fps if self.board_fps else 0.0
        return self.waited_s >= max(PATIENT_S, usual_s)

    @property
    def score(self) -> float | None:
        """Of the watched label."""
        return dict(zip(self.labels, self.scores, strict=False)).get(self.label)

    @property
    def is_virtual(self) -> bool:
        """Its cycles are estimates then."""
        return self.board == VIRTUAL

    @property
    def verdict(self) -> bool | None:
        """True: there is one; None before the first score."""
        return None if self.score is None else self.score >= self.threshold

    @property
    def verdict_text(self) -> str:
        """The verdict in words."""
        if self.verdict is None:
            return "WAITING"
        name = in_words(self.label).upper()
        if self.follows_best:
            return name if self.verdict else f"{name}?"
        return name if self.verdict else absence(self.label, self.labels).upper()

    @property
    def best(self) -> tuple[tuple[str, float], ...]:
        """The labels with the highest scores, best first."""
        pairs = sorted(zip(self.labels, self.scores, strict=False), key=lambda p: -p[1])
        return tuple(pairs[:BEST_SHOWN])

    @property
    def board_fps(self) -> float:
        """By the board's own clock; 0 when unknown."""
        return self.clock_hz / statistics.median(self.periods) if self.periods else 0.0

    @property
    def shown_fps(self) -> float:
        """Arriving here, by this computer's clock; 0 when unknown."""
        seconds = self.arrivals[-1] - self.arrivals[0] if len(self.arrivals) > 1 else 0.0
        return (len(self.arrivals) - 1) / seconds if seconds > 0 else 0.0

    @property
    def age_s(self) -> float:
        """From the end of the picture's last line to its result; 0 when unknown."""
        return self.cycles.age / max(1, self.clock_hz) if self.cycles else 0.0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """In the order of a frame's way; empty before the first result."""
        if self.cycles is None:
            return ()
        cycles = self.cycles
        named = (
            ("capture", cycles.capture),
            ("preprocess", cycles.preprocess),
            ("inference", cycles.inference),
            ("send", cycles.send),
        )
        return tuple(Stage(name, n, 1e3 * n / max(1, self.clock_hz)) for name, n in named)


def watched_label(labels: Sequence[str], wanted: str | None) -> str:
    """The label to watch: the one asked for, else `person`, else the last."""
    if wanted is None:
        return USUAL_LABEL if USUAL_LABEL in labels or not labels else labels[-1]
    if wanted not in labels:
        raise HostError(f"the model has no label {wanted!r}; it has: {', '.join(labels) or 'none'}")
    return wanted


def first_view(
    hello: Hello, port: str, scene: str = "", label: str | None = None, threshold: float = 0.5
) -> View:
    """Before any sample."""
    labels = labels_of(hello)
    follows = label is None and len(labels) > 2
    return View(
        port=port,
        board=hello.board,
        model=hello.model,
        scene=scene,
        clock_hz=hello.clock_hz,
        labels=labels,
        label=watched_label(labels, label),
        follows_best=follows,
        meaning=hello.score_meaning,
        threshold=threshold,
        colour_bars=bool(hello.colour_bars),
    )


def with_sample(view: View, sample: Sample, now: float) -> View:
    """After a sample. Paused, only the counts go on."""
    if view.paused:
        return replace(view, losses=sample.losses)
    view = _with_label(view, sample)
    score = sample.score_if_known(view.label)
    period = sample.cycles.period if sample.cycles else 0
    return replace(
        view,
        frame=sample.frame,
        image=view.image if sample.image is None else sample.image,
        labels=sample.labels,
        meaning=sample.meaning,
        scores=sample.scores or view.scores,
        history=view.history if score is None else (*view.history, score)[-HISTORY:],
        cycles=sample.cycles or view.cycles,
        periods=(*view.periods, period)[-RECENT:] if period else view.periods,
        arrivals=(*view.arrivals, now)[-RECENT:],
        clock_hz=sample.clock_hz,
        model=sample.model,
        board=sample.board,
        losses=sample.losses,
    )


def _with_label(view: View, sample: Sample) -> View:
    """The label that is watched from this sample on. Without scores it stays."""
    if view.label not in sample.labels:
        label = watched_label(sample.labels, None)
        view = replace(view, label=label, follows_best=len(sample.labels) > 2)
    if not view.follows_best or not sample.scores:
        return view
    best = max(range(len(sample.scores)), key=sample.scores.__getitem__)
    return replace(view, label=sample.labels[best])


def with_notice(view: View, text: str, now: float) -> View:
    """Shows a line for a while."""
    return replace(view, notice=text, notice_until=now + NOTICE_S)


def with_fault(view: View, fault: Advice, now: float) -> View:
    """Shows a fault for a while; it comes again while it lasts."""
    return replace(view, fault=fault, fault_until=now + FAULT_S)


def with_time(
    view: View, now: float, connected: bool, losses: Losses, waited_s: float = 0.0
) -> View:
    """What changes without a sample. waited_s: since the last one, where another is to be expected."""
    return replace(
        view,
        waited_s=waited_s,
        connected=connected,
        losses=losses,
        notice=view.notice if now < view.notice_until else "",
        fault=view.fault if now < view.fault_until else None,
    )
