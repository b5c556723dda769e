"""Does a score of 0.8 mean right in 8 of 10? Reliability by bins, and the expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.statistics import Flags, Floats, Interval, wilson
from host.evaluate.scored import Scored

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Pictures with a score in [low, high). predicted: their mean score. happened: how many of them came true."""

    low: float
    high: float
    count: int
    predicted: float
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
        predicted, happened = scored.chance, scored.is_positive
        return _calibrated(f"score of {scored.labels[scored.positive]}", predicted, happened)
    top = scored.scores.argmax(axis=1)
    predicted = scored.scores.max(axis=1)
    return _calibrated("highest score", predicted, np.asarray(top == scored.truth))


def _calibrated(of: str, predicted: Floats, happened: Flags) -> Calibration:
    """predicted: float64 [N], 0..1; happened: bool [N]."""
    place = np.clip((predicted * BINS).astype(np.int64), 0, BINS - 1)
    bins = tuple(
        _bin(index, predicted[place == index], happened[place == index])
        for index in range(BINS)
        if np.any(place == index)
    )
    error = sum(b.count * abs(b.predicted - b.happened) for b in bins) / len(predicted)
    return Calibration(of, bins, float(error), float(np.mean((predicted - happened) ** 2)))


def _bin(index: int, predicted: Floats, happened: Flags) -> Bin:
    right = int(happened.sum())
    return Bin(
        low=index / BINS,
        high=(index + 1) / BINS,
        count=len(predicted),
        predicted=float(predicted.mean()),
        happened=right / len(predicted),
        interval=wilson(right, len(predicted)),
    )
