"""Figures of one set of pictures: rates at a threshold, and curves over all of them.

Every figure that its pictures do not define (a rate of a class without pictures) is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.statistics import Flags, Floats, Integers
from host.evaluate.scored import Scored


@dataclass(frozen=True)
class Rates:
    """At a threshold. The last five speak of the positive class; with more than two labels and none given, None."""

    count: int
    right: int
    positives: int | None
    true_positive_rate: float | None
    true_negative_rate: float | None
    precision: float | None
    f1: float | None

    @property
    def accuracy(self) -> float:
        """Top-1."""
        return self.right / self.count


@dataclass(frozen=True)
class Curve:
    """Every place where a threshold can cut, from "nothing is positive" to "everything is".

    threshold: float64 [K], falling, the first is infinite; a picture is flagged from its value on.
    false_positives, true_positives: int64 [K], flagged from there on; negatives, positives: of all pictures.
    """

    threshold: Floats
    false_positives: Integers
    true_positives: Integers
    negatives: int
    positives: int

    @property
    def false_positive_rate(self) -> Floats:
        """float64 [K], rising from 0 to 1."""
        return np.asarray(self.false_positives / self.negatives)

    @property
    def true_positive_rate(self) -> Floats:
        """float64 [K], rising from 0 to 1: recall."""
        return np.asarray(self.true_positives / self.positives)

    @property
    def precision(self) -> Floats:
        """float64 [K]; 1 where nothing is flagged."""
        flagged = self.true_positives + self.false_positives
        return np.asarray(np.where(flagged, self.true_positives / np.maximum(flagged, 1), 1.0))


def confusion(truth: Integers, predicted: Integers, classes: int) -> Integers:
    """int64 [classes, classes]: rows are what is true, columns what the model said."""
    cells = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return np.asarray(cells.reshape(classes, classes), np.int64)


def rates(scored: Scored, threshold: float) -> Rates:
    """Of at least one picture."""
    right = int(np.sum(scored.predicted(threshold) == scored.truth))
    if scored.positive is None:
        return Rates(len(scored), right, None, None, None, None, None)
    flagged, positive = scored.flagged(threshold), scored.is_positive
    hits, positives = int(np.sum(flagged & positive)), int(positive.sum())
    false = int(np.sum(flagged & ~positive))
    return Rates(
        count=len(scored),
        right=right,
        positives=positives,
        true_positive_rate=_share(hits, positives),
        true_negative_rate=_share(len(scored) - positives - false, len(scored) - positives),
        precision=_share(hits, hits + false),
        f1=_share(2 * hits, positives + hits + false),
    )


def curve(chance: Floats, positive: Flags) -> Curve | None:
    """chance: float64 [N], the score of the positive class; positive: bool [N]. None unless both classes occur."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    order = np.argsort(-chance, kind="stable")
    ordered, hits = chance[order], np.cumsum(positive[order])
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True))  # of each run of equal scores
    return Curve(
        threshold=np.append(np.inf, ordered[last]),
        false_positives=np.append(0, last + 1 - hits[last]).astype(np.int64),
        true_positives=np.append(0, hits[last]).astype(np.int64),
        negatives=negatives,
        positives=positives,
    )


def area(found: Curve | None) -> float | None:
    """Under the ROC: how often a positive picture scores higher than a negative one, ties half."""
    if found is None:
        return None
    return float(np.trapezoid(found.true_positive_rate, found.false_positive_rate))


def average_precision(found: Curve | None) -> float | None:
    """Precision averaged over recall, as a step function."""
    if found is None:
        return None
    return float(np.sum(np.diff(found.true_positive_rate) * found.precision[1:]))


def auc(scored: Scored) -> float | None:
    """Of the positive class; without one the mean over all classes, each against the rest. None if undefined."""
    if scored.positive is not None:
        return area(curve(scored.chance, scored.is_positive))
    each = [area(curve(scored.scores[:, c], scored.truth == c)) for c in range(len(scored.labels))]
    known = [value for value in each if value is not None]
    return float(np.mean(known)) if known else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
