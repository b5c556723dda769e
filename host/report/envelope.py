"""Any number of points -> at most some thousand, each with the least and the most it stands for: what a plot shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MOST_POINTS = 4096  # more than a screen is wide


@dataclass(frozen=True)
class Envelope:
    """Float64 (n,) each: time of the first value, least, mean, most."""

    time: Values
    low: Values
    mean: Values
    high: Values


def envelope(
    blocks: Iterable[tuple[Values, Values, Values, Values]], most: int = MOST_POINTS
) -> Envelope:
    """blocks: (time, low, mean, high), float64 (n,) each, of any number and size; memory stays bounded.

    Points are merged by twos as soon as there are too many, so that every one but the last holds as many values.
    """
    held = np.empty((4, 0))
    each = 1  # values a point
    waiting = np.empty((4, 0))
    for block in blocks:
        waiting = np.concatenate([waiting, np.stack(block)], axis=1)
        points, waiting = _points(waiting, each)
        held = np.concatenate([held, points], axis=1)
        while held.shape[1] > most:
            whole, rest = np.split(held, [held.shape[1] // 2 * 2], axis=1)
            waiting = np.concatenate([np.repeat(rest, each, axis=1), waiting], axis=1)
            held, each = _merged(whole, 2), 2 * each
    if waiting.shape[1]:
        held = np.concatenate([held, _merged(waiting, waiting.shape[1])], axis=1)
    return Envelope(*held)


def _points(values: Values, each: int) -> tuple[Values, Values]:
    """Whole points, and what is left over."""
    whole, rest = np.split(values, [values.shape[1] // each * each], axis=1)
    return _merged(whole, each), rest


def _merged(values: Values, each: int) -> Values:
    groups = values.reshape(4, -1, each)
    return np.stack(
        [groups[0, :, 0], groups[1].min(axis=1), groups[2].mean(axis=1), groups[3].max(axis=1)]
    )
