"""Which threshold? Three ways to choose one, and what each would reach on pictures it was not chosen on.

A threshold chosen and measured on the same pictures looks better than it is. So each way is also tried five times on
four fifths of the pictures and measured on the last: that is the figure to expect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from host.base.statistics import Flags, Floats, Integers
from host.evaluate.metrics import Curve, curve

FOLDS = 5
SEED = 7


@dataclass(frozen=True)
class Outcome:
    """What a threshold does to pictures."""

    accuracy: float
    true_positive_rate: float
    false_positive_rate: float


@dataclass(frozen=True)
class Choice:
    """A threshold. way: how it was chosen. here: on the pictures it was chosen on. expected: on others, by
    cross-validation; None with fewer than FOLDS pictures of a class."""

    criterion: str
    threshold: float
    here: Outcome
    expected: Outcome | None


Criterion = Callable[[Curve], float]


def choose(chance: Floats, positive: Flags, most_false_positives: float) -> list[Choice]:
    """chance: float64 [N]; positive: bool [N]. Nothing unless both classes occur.

    most_false_positives: the false positive rate that the third way allows, 0..1.
    """
    found = curve(chance, positive)
    if found is None:
        return []
    ways: dict[str, Criterion] = {
        "highest accuracy": most_accurate,
        "highest TPR - FPR (Youden)": youden,
        f"FPR at most {most_false_positives:g}": lambda c: at_most(c, most_false_positives),
    }
    return [
        Choice(
            name,
            criterion(found),
            outcome(chance, positive, criterion(found)),
            _held_out(chance, positive, criterion),
        )
        for name, criterion in ways.items()
    ]


def most_accurate(found: Curve) -> float:
    """The most pictures right; of equal ones that nearest to 0.5."""
    right = found.true_positives + found.negatives - found.false_positives
    return _nearest_half(found, right)


def youden(found: Curve) -> float:
    """Youden 1950: both classes count alike, however many pictures each has."""
    # Whole numbers, so that equal is equal: (TPR - FPR) * positives * negatives.
    gain = found.true_positives * found.negatives - found.false_positives * found.positives
    return _nearest_half(found, gain)


def at_most(found: Curve, false_positive_rate: float) -> float:
    """The most true positives without more false ones than that."""
    allowed = found.false_positive_rate <= false_positive_rate
    return _nearest_half(found, np.where(allowed, found.true_positives, -1))


def outcome(chance: Floats, positive: Flags, threshold: float) -> Outcome:
    """At a threshold; both classes must occur."""
    flagged = chance >= threshold
    return Outcome(
        accuracy=float(np.mean(flagged == positive)),
        true_positive_rate=float(np.mean(flagged[positive])),
        false_positive_rate=float(np.mean(flagged[~positive])),
    )


def _nearest_half(found: Curve, gain: Integers) -> float:
    """Where gain, int64 [K], is highest. Any value above the next lower score cuts alike: the middle is taken."""
    score = found.threshold
    highest = np.minimum(score, 1.0 + 1 / 256)  # the first cut flags nothing: above every score
    lowest = np.append(score[1:], 0.0)
    middle = (highest + lowest) / 2
    best = np.flatnonzero(gain == gain.max())
    inside = (lowest[best] < 0.5) & (highest[best] >= 0.5)
    if np.any(inside):
        return 0.5
    return float(middle[best[np.argmin(np.abs(middle[best] - 0.5))]])


def _held_out(chance: Floats, positive: Flags, criterion: Criterion) -> Outcome | None:
    """Each fold flagged by a threshold of the others; measured over all pictures."""
    if min(positive.sum(), (~positive).sum()) < FOLDS:
        return None
    fold = _folds(positive)
    flagged = np.zeros(len(chance), bool)
    for index in range(FOLDS):
        here = fold == index
        found = curve(chance[~here], positive[~here])
        assert found is not None
        flagged[here] = chance[here] >= criterion(found)
    return outcome(flagged.astype(np.float64), positive, 0.5)


def _folds(positive: Flags) -> Integers:
    """int64 [N]: the fold of each picture; both classes are dealt out evenly, in a fixed random order."""
    random = np.random.default_rng(SEED)
    fold = np.empty(len(positive), np.int64)
    for which in (True, False):
        members = random.permutation(np.flatnonzero(positive == which))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold
