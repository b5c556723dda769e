"""Does a score of 0.8 mean right in 8 of 10? Reliability by bins, and the expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.statistics import Flags, Floats, Interval, wilson
from host.evaluate.scored import Scored

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Pictures with a score in [low, high). said: their mean score. happened: how many of them came true."""

    low: float
    high: float
    count: int
    output: float
    happened: float
    interval: Interval


@dataclass(frozen=True)
class Calibration:
    """of: whose score. bins: those with pictures. error: expected calibration error, 0 is perfect. brier: mean
    squared difference between score and what came true, 0 is perfect."""

    of: str
    bins: tuple[Bin, ...]
    error: float
    brier: float


def calibrate(scored: Scored) -> Calibration:
    """Of the positive class; without one, of the highest score."""
    if scored.positive is not None:
        output, happened = scored.chance, scored.is_positive
        return _calibrated(f"score of {scored.labels[scored.positive]}", output, happened)
    top = scored.scores.argmax(axis=1)
    output = scored.scores.max(axis=1)
    return _calibrated("highest score", output, np.asarray(top == scored.truth))


def _calibrated(of: str, output: Floats, happened: Flags) -> Calibration:
    """said: float64 [N], 0..1; happened: bool [N]."""
    place = np.clip((output * BINS).astype(np.int64), 0, BINS - 1)
    bins = tuple(
        _bin(index, output[place == index], happened[place == index])
        for index in range(BINS)
        if np.any(place == index)
    )
    error = sum(b.count * abs(b.output - b.happened) for b in bins) / len(output)
    return Calibration(of, bins, float(error), float(np.mean((output - happened) ** 2)))


def _bin(index: int, output: Floats, happened: Flags) -> Bin:
    right = int(happened.sum())
    return Bin(
        low=index / BINS,
        high=(index + 1) / BINS,
        count=len(output),
        output=float(output.mean()),
        happened=right / len(output),
        interval=wilson(right, len(output)),
    )
