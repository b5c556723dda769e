"""What quantisation costs: the float model and its int8 form on the same pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.statistics import Interval, bootstrap_difference
from host.evaluate.metrics import auc, rates
from host.evaluate.scored import Scored


@dataclass(frozen=True)
class Drop:
    """accuracy, auc: of the float model. points: float less int8 accuracy, in percentage points; interval: 95 %, of
    the points. changed: pictures with another verdict. mean, largest: absolute difference of their scores."""

    model: str
    accuracy: float
    auc: float | None
    points: float
    interval: Interval
    changed: int
    mean: float
    largest: float


def compare(name: str, real: Scored, quantised: Scored, threshold: float) -> Drop:
    """real: what the float model said of the pictures of `quantised`."""
    before, after = real.predicted(threshold), quantised.predicted(threshold)
    right, still = before == real.truth, after == quantised.truth
    between = bootstrap_difference(right, still)
    differences = np.abs(real.scores - quantised.scores)
    return Drop(
        model=name,
        accuracy=rates(real, threshold).accuracy,
        auc=auc(real),
        points=100 * float(right.mean() - still.mean()),
        interval=Interval(100 * between.low, 100 * between.high),
        changed=int(np.sum(before != after)),
        mean=float(differences.mean()),
        largest=float(differences.max()),
    )
