"""Pictures with what is true of them and what a model said: what every metric is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.statistics import Flags, Floats, Integers


@dataclass(frozen=True)
class Scored:
    """N pictures.

    labels: the model's, in the order of its scores. truth: int64 [N], an index into labels. scores: float64
    [N, len(labels)], 0..1. positive: the class that is looked for, when there is one: always with two labels.
    """

    labels: tuple[str, ...]
    truth: Integers
    scores: Floats
    positive: int | None

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def chance(self) -> Floats:
        """float64 [N]: the score of the positive class."""
        assert self.positive is not None
        return self.scores[:, self.positive]

    @property
    def is_positive(self) -> Flags:
        """bool [N]: belongs to the positive class."""
        return np.asarray(self.truth == self.positive)

    def predicted(self, threshold: float) -> Integers:
        """int64 [N]: with two labels the positive one from `threshold` on, with more the highest score."""
        if len(self.labels) == 2 and self.positive is not None:
            return np.where(self.chance >= threshold, self.positive, 1 - self.positive)
        return np.asarray(self.scores.argmax(axis=1), np.int64)

    def flagged(self, threshold: float) -> Flags:
        """bool [N]: taken for the positive class."""
        if len(self.labels) == 2:
            return np.asarray(self.chance >= threshold)
        return np.asarray(self.predicted(threshold) == self.positive)

    def part(self, chosen: Flags) -> Scored:
        """The pictures where `chosen`, bool [N], is true."""
        return Scored(self.labels, self.truth[chosen], self.scores[chosen], self.positive)
