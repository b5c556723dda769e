"""Values -> what an engineer quotes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Of `count` values. Percentiles interpolate between neighbours (NumPy's `linear`).

    iqr: p75 - p25. deviation: the sample's standard deviation, 0 for a single value.
    """

    count: int
    minimum: float
    p50: float
    p95: float
    p99: float
    maximum: float
    iqr: float
    mean: float
    deviation: float

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that no measurement has."""
        ordered = (self.minimum, self.p50, self.p95, self.p99, self.maximum)
        if any(later < earlier for earlier, later in pairwise(ordered)):
            raise ValueError(f"of {ordered} each must be as large as the one before")

    def scaled(self, factor: float) -> Spread:
        """In another unit: cycles * 1000 / clock_hz are milliseconds."""
        return Spread(
            count=self.count,
            minimum=factor * self.minimum,
            p50=factor * self.p50,
            p95=factor * self.p95,
            p99=factor * self.p99,
            maximum=factor * self.maximum,
            iqr=factor * self.iqr,
            mean=factor * self.mean,
            deviation=factor * self.deviation,
        )


def spread_of(values: ArrayLike | Sequence[float]) -> Spread:
    """Raises ValueError for none."""
    array = np.asarray(values, np.float64)
    if not array.size:
        raise ValueError("no values")
    p25, p50, p75, p95, p99 = (float(p) for p in np.percentile(array, (25, 50, 75, 95, 99)))
    return Spread(
        count=int(array.size),
        minimum=float(array.min()),
        p50=p50,
        p95=p95,
        p99=p99,
        maximum=float(array.max()),
        iqr=p75 - p25,
        mean=float(array.mean()),
        deviation=float(array.std(ddof=1)) if array.size > 1 else 0.0,
    )
