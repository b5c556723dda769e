"""What a model's scores mean, and how they become probabilities: for every tool the same."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Meaning(enum.IntEnum):
    """What the scores are, once they are real numbers."""

    PROBABILITY = 0  # each is one: the model ends in softmax or a sigmoid
    LOGIT = 1  # softmax over several, or the sigmoid of a single one, makes them probabilities
    DISTANCE = 2  # or whatever else; no probability can be made of them
    SINGLE_LOGIT = 3  # each by its own sigmoid, however many there are: several may be true at once


def real_scores(quantised: NDArray[np.int8], scale: float, zero_point: int, meaning: int) -> Floats:
    """int8 [..., scores] -> float64, the same shape: probabilities 0..1, but where the meaning is DISTANCE.

    scale, zero_point: real = (q - zero_point) * scale. A meaning that is unknown here counts as DISTANCE.
    """
    real = (quantised.astype(np.float64) - zero_point) * np.float64(np.float32(scale))
    if meaning == Meaning.PROBABILITY:
        return np.asarray(np.clip(real, 0.0, 1.0))
    if meaning not in (Meaning.LOGIT, Meaning.SINGLE_LOGIT) or real.shape[-1] == 0:
        return np.asarray(real)
    if real.shape[-1] == 1 or meaning == Meaning.SINGLE_LOGIT:
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * real)))
    powers = np.exp(real - real.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
