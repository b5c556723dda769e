"""A run's weights as their exponential moving average (Polyak and Juditsky 1992), which Keras's optimizers keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
from numpy.typing import NDArray


def take_average(model: keras.Model, batches: Iterable[NDArray[np.float32]]) -> None:
    """Sets the trainable weights to the optimizer's averages, and the normalisations' statistics to those that the
    averaged weights have on `batches`, float32 (n, size, size, channels): the old ones belong to the last weights.

    model: compiled with an optimizer that keeps averages.
    """
    model.optimizer.finalize_variable_values(model.trainable_variables)
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    with _own_momentum(norms):
        for index, batch in enumerate(batches):
            for norm in norms:
                norm.momentum = index / (index + 1)  # the plain mean over the batches
            model(batch, training=True)


@contextmanager
def _own_momentum(norms: list[keras.layers.BatchNormalization]) -> Iterator[None]:
    before = [norm.momentum for norm in norms]
    try:
        yield
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum
