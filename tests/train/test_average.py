"""The averaged weights a run ends with, and their normalisations' statistics."""

from __future__ import annotations

import keras
import numpy as np

from host.train.average import take_average


def test_it_is_the_moving_average_with_the_statistics_that_it_has_itself() -> None:
    keras.utils.set_random_seed(2)
    convolution, norm = keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()
    head = [keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    model = keras.Sequential([keras.layers.Input((4, 4, 1)), convolution, norm, *head])
    optimizer = keras.optimizers.AdamW(0.1, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer, keras.losses.CategoricalCrossentropy())
    draw = np.random.default_rng(3)
    inputs = draw.random((64, 4, 4, 1)).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)[draw.integers(0, 2, 64)]
    seen = []
    for _ in range(4):
        model.train_on_batch(inputs, targets)
        seen.append(np.array(convolution.kernel.numpy()))
    average = seen[0]
    for kernel in seen[1:]:
        average = (average + kernel) / 2
    halves = [inputs[:32], inputs[32:]]
    take_average(model, halves)
    np.testing.assert_allclose(convolution.kernel.numpy(), average, rtol=1e-6)
    assert np.abs(seen[-1] - average).max() > 0.01
    out = [np.asarray(convolution(half)) for half in halves]
    means = np.mean([half.mean((0, 1, 2)) for half in out], axis=0)
    spread = np.mean([half.var((0, 1, 2)) for half in out], axis=0)
    np.testing.assert_allclose(norm.moving_mean.numpy(), means, rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance.numpy(), spread, rtol=1e-4)
    assert norm.momentum == 0.99
