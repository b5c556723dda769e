"""Counts of values in bins of equal ratio: percentiles of any number of values, in constant memory."""

from __future__ import annotations

import math
from collections import Counter

RATIO = 1.0001  # a percentile is at most so far from the value it stands for
_LOG_RATIO = math.log(RATIO)


class Histogram:
    """Of whole numbers from 0, below 2^64: at most 444,000 bins, and cycles of one stage use a few hundred."""

    def __init__(self) -> None:
        self.count = self.least = self.most = 0
        self._bins: Counter[int] = Counter()

    def add(self, value: int) -> None:
        """One more."""
        self.least = min(self.least, value) if self.count else value
        self.most = max(self.most, value)
        self.count += 1
        self._bins[0 if value < 1 else 1 + int(math.log(value) / _LOG_RATIO)] += 1

    def percentile(self, share: float) -> float:
        """What `share` (0..1) of the values do not exceed, by nearest rank, within RATIO; 0 without any."""
        rank = max(1, math.ceil(share * self.count))
        seen = 0
        for index in sorted(self._bins):
            seen += self._bins[index]
            if seen >= rank:
                middle = 0.0 if index == 0 else RATIO ** (index - 0.5)
                return min(float(self.most), max(float(self.least), middle))
        return 0.0
