"""How far a figure may be off because the pictures are so few: 95 % unless said otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 7
CELLS_AT_ONCE = 1 << 22  # of a block of resamples: bounds memory


@dataclass(frozen=True)
class Interval:
    """low <= the true figure <= high, with the confidence asked for."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """True when one figure could be the truth of both."""
        return self.low <= other.high and other.low <= self.high


def wilson(right: float, count: int, confidence: float = CONFIDENCE) -> Interval:
    """Of a share `right / count`, count >= 1. Wilson 1927; holds for few pictures and shares near 0 and 1."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = right / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count)
    half *= math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def bootstrap_auc(chance: Floats, positive: Flags, seed: int = SEED) -> Interval | None:
    """Percentiles of the AUC over resampled pictures, each class by itself.

    chance: float64 [N]; positive: bool [N]. None unless both classes have at least two pictures. The same seed gives
    the same interval. With every positive above every negative the bootstrap knows no doubt: [1, 1] is then honest
    of the method, not of the model.
    """
    if min(positive.sum(), (~positive).sum()) < 2:
        return None
    values, place = np.unique(chance, return_inverse=True)
    yes = np.bincount(place[positive], minlength=len(values))
    no = np.bincount(place[~positive], minlength=len(values))
    random = np.random.default_rng(seed)
    block = max(1, CELLS_AT_ONCE // len(values))
    found = [
        _areas(_drawn(random, yes, n), _drawn(random, no, n)) for n in _blocks(RESAMPLES, block)
    ]
    return _middle(np.concatenate(found))


def bootstrap_difference(first: Flags, second: Flags) -> Interval:
    """Of mean(first) - mean(second), bool [N] each of the same pictures, which are resampled in pairs."""
    change = first.astype(np.int64) - second.astype(np.int64)
    counts = np.array([np.sum(change == value) for value in (-1, 0, 1)])
    drawn = _drawn(np.random.default_rng(SEED), counts, RESAMPLES)
    return _middle((drawn[:, 2] - drawn[:, 0]) / len(change))


def _blocks(total: int, most: int) -> list[int]:
    return [min(most, total - start) for start in range(0, total, most)]


def _drawn(random: np.random.Generator, counts: Integers, resamples: int) -> Integers:
    """int64 [resamples, K]: as many pictures as there are, drawn with replacement, by distinct value."""
    total = int(counts.sum())
    return np.asarray(random.multinomial(total, counts / total, resamples), np.int64)


def _areas(yes: Integers, no: Integers) -> Floats:
    """float64 [R]: AUC of each row; columns are scores, rising."""
    below = np.cumsum(no, axis=1) - no
    won = np.sum(yes * (below + 0.5 * no), axis=1)
    return np.asarray(won / (yes[0].sum() * no[0].sum()))


def _middle(values: Floats) -> Interval:
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))
