"""Is B slower than A, or is it noise? A ratio with its confidence interval by resampling, seeded: it repeats."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from host.base.statistics import CONFIDENCE, RESAMPLES
from host.bench.latency.spread import Values

SEED = 20261122
FEWEST = 10  # of either run: with fewer an interval would be too narrow to be true
VALUES_AT_ONCE = 1 << 22  # 32 MB

Statistic = Callable[[Values], Values]  # (resamples, n) -> (resamples,)


class Verdict(enum.Enum):
    """What the interval says."""

    SLOWER = "slower"
    FASTER = "faster"
    NOISE = "within noise"
    RUNS = "within what runs differ by"  # beyond the noise within both, but two runs of one build differ so much
    EQUAL = "equal"  # every value of both runs is the same
    TOO_FEW = "too few values"


@dataclass(frozen=True)
class Ratio:
    """B over A. low, high: the confidence interval, NaN when there are too few values."""

    value: float
    low: float
    high: float
    verdict: Verdict


def beyond_runs(found: Ratio, spread: float) -> Ratio:
    """No verdict where the ratio is nearer to 1 than two runs of one build may be: spread 0.01 means 0.99..1.01."""
    certain = found.verdict in (Verdict.SLOWER, Verdict.FASTER)
    if certain and max(found.value, 1 / found.value) <= 1 + spread:
        return replace(found, verdict=Verdict.RUNS)
    return found


def median(values: Values) -> Values:
    """Of each row."""
    return np.asarray(np.median(values, axis=1), np.float64)


def mean(values: Values) -> Values:
    """Of each row."""
    return np.asarray(values.mean(axis=1), np.float64)


def ratio(a: Values, b: Values, statistic: Statistic = median, seed: int = SEED) -> Ratio:
    """statistic(b) / statistic(a). a, b: float64 (n,), in the order in which they were measured.

    Neighbours resemble each other (a sensor that runs freely against a loop), so blocks of n^(1/3) neighbours are
    drawn, around the end to the start (Politis and Romano 1992, circular block bootstrap). The interval lies
    between the percentiles of the resampled ratios.
    """
    value = float(statistic(b[None])[0] / statistic(a[None])[0])
    if min(len(a), len(b)) < FEWEST:
        return Ratio(value, float("nan"), float("nan"), Verdict.TOO_FEW)
    random = np.random.default_rng(seed)
    ratios = _resampled(b, statistic, random) / _resampled(a, statistic, random)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = (float(p) for p in np.percentile(ratios, (tail, 100 - tail)))
    return Ratio(value, low, high, _verdict(a, b, low, high))


def _verdict(a: Values, b: Values, low: float, high: float) -> Verdict:
    if a.min() == a.max() == b.min() == b.max():
        return Verdict.EQUAL
    if low <= 1 <= high:
        return Verdict.NOISE
    return Verdict.SLOWER if low > 1 else Verdict.FASTER


def _resampled(values: Values, statistic: Statistic, random: np.random.Generator) -> Values:
    """The statistic of RESAMPLES resamples, some at once."""
    at_once = math.ceil(VALUES_AT_ONCE / len(values))
    found: list[Values] = []
    for first in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - first)
        found.append(statistic(values[_blocks(len(values), rows, random)]))
    return np.concatenate(found)


def _blocks(count: int, rows: int, random: np.random.Generator) -> NDArray[np.int64]:
    """(rows, count) positions: blocks of neighbours, cut to length."""
    length = max(1, round(count ** (1 / 3)))
    starts = random.integers(0, count, (rows, -(-count // length), 1))
    positions = (starts + np.arange(length)) % count
    return positions.reshape(rows, -1)[:, :count]
