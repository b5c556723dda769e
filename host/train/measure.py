"""How well scores fit labels: the figures that a manifest states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Figures:
    """accuracy: two classes, of the second score against 0.5; else of the highest score. auc: the mean over classes."""

    pictures: int
    of_class: tuple[int, ...]
    accuracy: float
    auc: float


def measure(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> Figures:
    """scores: float32 (n, classes), labels: int64 (n,)."""
    classes = scores.shape[1]
    predicted = (scores[:, 1] >= 0.5).astype(np.int64) if classes == 2 else scores.argmax(1)
    areas = [area_under_curve(scores[:, i], labels == i) for i in range(classes)]
    return Figures(
        len(labels),
        tuple(int(n) for n in np.bincount(labels, minlength=classes)),
        round(float(np.mean(predicted == labels)), 4),
        round(float(np.mean([a for a in areas if a is not None] or [0.0])), 4),
    )


def area_under_curve(scores: NDArray[np.float32], positive: NDArray[np.bool_]) -> float | None:
    """The chance that a positive scores above a negative, ties half; None when one of both is missing."""
    if positive.all() or not positive.any():
        return None
    order = np.sort(scores[~positive])
    below = np.searchsorted(order, scores[positive], "left")
    not_above = np.searchsorted(order, scores[positive], "right")
    return float(np.mean(below + not_above) / 2 / len(order))
