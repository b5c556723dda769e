"""What MLPerf Tiny measures: inferences a second, and how often the board is right. Pure arithmetic and a Dialogue."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.bench.mlperf.dialogue import Dialogue, Inference

LEAST_SECONDS, LEAST_ITERATIONS, REPETITIONS = 10.0, 10, 5
WARM_UPS = 5
SPARE = 1.02  # iterations more than 10 s should take
PATIENCE = 40.0  # a virtual board on a busy computer is that much slower than its own clock
TOP1_TARGET = 0.80
PICTURES_BY_THE_RULES = 1000

Say = Callable[[str], None]


@dataclass(frozen=True)
class Performance:
    """One window a repetition."""

    windows: tuple[Inference, ...]

    @property
    def rates(self) -> tuple[float, ...]:
        """Inferences a second."""
        return tuple(window.iterations / window.seconds for window in self.windows)

    @property
    def median(self) -> float:
        """Inferences a second: what counts."""
        return statistics.median(self.rates)

    @property
    def short(self) -> str:
        """Why it is no result by the rules; empty when it is one."""
        return short_windows([(w.iterations, w.seconds) for w in self.windows])


@dataclass(frozen=True)
class Graded:
    """truth: 0 or 1; score: of class 1; hit: the largest score was the right one's."""

    picture: str
    truth: int
    score: float
    hit: bool


@dataclass(frozen=True)
class Accuracy:
    """At least one picture."""

    graded: tuple[Graded, ...]

    @property
    def top1(self) -> float:
        """Share of pictures that are right."""
        return sum(each.hit for each in self.graded) / len(self.graded)

    @property
    def short(self) -> str:
        """Why it is no figure to quote; empty when it is one."""
        return few_pictures(len(self.graded))

    @property
    def auc(self) -> float | None:
        """Area under the ROC curve; None when all pictures are of one class."""
        return area_under_curve([j.truth for j in self.graded], [j.score for j in self.graded])


def short_windows(windows: Sequence[tuple[int, float]]) -> str:
    """Why (iterations, seconds) of so many are no result by the rules; empty when they are one."""
    enough = all(n >= LEAST_ITERATIONS and seconds >= LEAST_SECONDS for n, seconds in windows)
    if enough and len(windows) >= REPETITIONS:
        return ""
    return (
        f"SHORT: the rules ask for {REPETITIONS} windows of {LEAST_SECONDS:g} s and "
        f"{LEAST_ITERATIONS} iterations"
    )


def few_pictures(count: int) -> str:
    """Why so many are no result by the rules; empty when they are one."""
    if count == PICTURES_BY_THE_RULES:
        return ""
    return (
        f"{count} pictures: the rules ask for the {PICTURES_BY_THE_RULES:,} of vww01; "
        "no figure to quote beside others"
    )


def area_under_curve(truths: Sequence[int], scores: Sequence[float]) -> float | None:
    """How likely a person's picture scores above another's; ties count half (Mann and Whitney 1947)."""
    wanted = np.asarray(truths) == 1
    positives, negatives = int(wanted.sum()), int((~wanted).sum())
    if not positives or not negatives:
        return None
    _, index, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[index]
    won = float(ranks[wanted].sum()) - positives * (positives + 1) / 2
    return won / (positives * negatives)


def iterations_for(dialogue: Dialogue, seconds: float) -> int:
    """How many inferences last that long, by one that is timed."""
    once = dialogue.infer(1, 1, 60.0 + PATIENCE)
    if not once.laps_us:
        raise HostError("the board prints no timestamps: it is in energy mode")
    return max(LEAST_ITERATIONS, int(seconds * SPARE / once.seconds) + 1)


def measure_performance(
    dialogue: Dialogue,
    inputs: Sequence[NDArray[np.uint8]],
    seconds: float,
    repetitions: int,
    say: Say = lambda _: None,
    keep: Callable[[Inference], None] = lambda _: None,
) -> Performance:
    """Each repetition on the next picture, warmed up, and timed by the board."""
    windows: list[Inference] = []
    iterations = 0
    for number in range(repetitions):
        dialogue.load(inputs[number % len(inputs)])
        iterations = iterations or iterations_for(dialogue, seconds)
        window = dialogue.infer(iterations, WARM_UPS, PATIENCE * (seconds + 10))
        if not window.laps_us:
            raise HostError("the board prints no timestamps: it is in energy mode")
        windows.append(window)
        keep(window)
        say(
            f"window {number + 1} of {repetitions}: {iterations} inferences in {window.seconds:.2f} s, "
            f"{iterations / window.seconds:.3f} a second"
        )
    return Performance(tuple(windows))


def measure_accuracy(
    dialogue: Dialogue,
    pictures: Sequence[tuple[str, Callable[[], NDArray[np.uint8]], int]],
    say: Say = lambda _: None,
    keep: Callable[[Graded], None] = lambda _: None,
) -> Accuracy:
    """pictures: each with its name and class. The board's words alone decide."""
    graded: list[Graded] = []
    for number, (name, read, truth) in enumerate(pictures, 1):
        dialogue.load(read())
        scores = dialogue.infer(1, 0, 60.0 + PATIENCE).scores
        if len(scores) < 2:
            raise HostError(f"the board gives {len(scores)} scores; this task needs two classes")
        graded.append(Graded(name, truth, scores[1], int(np.argmax(scores)) == truth))
        keep(graded[-1])
        if number % 10 == 0 or number == len(pictures):
            right = 100 * Accuracy(tuple(graded)).top1
            say(f"{number} of {len(pictures)} pictures, {right:.1f} % right")
    return Accuracy(tuple(graded))
