"""Fine-tuning in minutes: the trunk stays as it is, its features are computed once and kept, the last layer learns."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.files import write_again
from host.train.epoch import HEAD_ROUNDS, ROUND, Epoch
from host.train.fit import (
    Plan,
    TrainingViews,
    ValidationSet,
    balanced_loss,
    batches,
    predict,
    stale_epochs,
)
from host.train.start import last_dense

Features = NDArray[np.float32]
RATE, DECAY = 0.02, 1e-4


def train_head(
    model: keras.Model,
    views: TrainingViews,
    validation: ValidationSet,
    plan: Plan,
    folder: Path,
    key: str,
    on_epoch: Callable[[Epoch], None],
    advance: Callable[[int], None],
) -> tuple[Epoch, ...]:
    """Trains the last dense layer in place on what the trunk makes of plan.epochs epochs of camera-like pictures.

    Returns what HEAD_ROUNDS rounds brought, after round 0, the layer as it was; the best round's weights stay.
    advance(n): n more batches went through the trunk. folder: of the features, which a killed run finds again.
    """
    head = last_dense(model)
    trunk = keras.Model(model.inputs, head.input)
    features, targets = _features(trunk, model, views, plan, folder, key, advance)
    graded = _through(trunk, validation.pictures)
    layer = _Softmax(*head.get_weights())
    best, history = layer.weights, [_epoch(layer, 0, float("nan"), graded, validation)]
    random = np.random.default_rng([plan.seed, 3])
    for number in range(1, HEAD_ROUNDS + 1):
        loss = layer.learn(features, targets, random, plan.batch, 1 - (number - 1) / HEAD_ROUNDS)
        history.append(_epoch(layer, number, loss, graded, validation))
        if stale_epochs(tuple(history)) == 0:
            best = layer.weights
        on_epoch(history[-1])
    head.set_weights(list(best))
    return tuple(history)


def _features(
    trunk: keras.Model,
    model: keras.Model,
    views: TrainingViews,
    plan: Plan,
    folder: Path,
    key: str,
    advance: Callable[[int], None],
) -> tuple[Features, Features]:
    path = folder / "features.npz"
    if path.exists():
        with np.load(path) as stored:
            if str(stored["key"]) == key:
                return stored["features"], stored["targets"]
    _, size, _, channels = model.input_shape
    features, targets = [], []
    for epoch in range(plan.epochs):
        for pictures, target in batches(views, plan, size, channels, epoch):
            features.append(np.asarray(trunk(pictures, training=False), np.float32))
            targets.append(target)
            advance(1)
    made = np.concatenate(features), np.concatenate(targets)
    content = io.BytesIO()
    np.savez(content, features=made[0], targets=made[1], key=np.array(key))
    write_again(path, content.getvalue())
    return made


def _through(trunk: keras.Model, pictures: NDArray[np.uint8]) -> Features:
    return predict(trunk, pictures)


def _epoch(
    layer: _Softmax, number: int, loss: float, features: Features, validation: ValidationSet
) -> Epoch:
    scores = layer.scores(features)
    accuracy = float(np.mean(scores.argmax(1) == validation.labels))
    return Epoch(number, loss, balanced_loss(scores, validation.labels), accuracy, 0.0, ROUND)


class _Softmax:
    """Multinomial logistic regression by Adam."""

    def __init__(self, kernel: Features, bias: Features) -> None:
        self.joined = np.concatenate([kernel, bias[None]]).astype(np.float64)
        self.mean = np.zeros_like(self.joined)
        self.square = np.zeros_like(self.joined)
        self.step = 0

    @property
    def weights(self) -> tuple[Features, Features]:
        return self.joined[:-1].astype(np.float32), self.joined[-1].astype(np.float32)

    def scores(self, features: Features) -> Features:
        logits = features @ self.joined[:-1] + self.joined[-1]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)

    def learn(
        self,
        features: Features,
        targets: Features,
        random: np.random.Generator,
        batch: int,
        pace: float,
    ) -> float:
        """One pass; returns its mean loss. pace: factor of the learning rate."""
        order = random.permutation(len(features))
        losses = []
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            scores = self.scores(features[chosen])
            losses.append(-np.sum(targets[chosen] * np.log(scores + 1e-9), 1).mean())
            error = (scores - targets[chosen]) / len(chosen)
            slope = np.concatenate([features[chosen].T @ error, error.sum(0, keepdims=True)])
            self._move(slope + DECAY * self.joined, RATE * pace)
        return float(np.mean(losses))

    def _move(self, slope: NDArray[np.float64], rate: float) -> None:
        self.step += 1
        self.mean = 0.9 * self.mean + 0.1 * slope
        self.square = 0.999 * self.square + 0.001 * slope**2
        mean, square = self.mean / (1 - 0.9**self.step), self.square / (1 - 0.999**self.step)
        self.joined = self.joined - rate * mean / (np.sqrt(square) + 1e-8)
