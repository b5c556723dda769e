"""Trains: batches of views as the camera would show them, epoch by epoch; can be killed at any moment and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from host.base.errors import HostError
from host.train import checkpoint
from host.train.augment import Camera, as_camera, to_grey
from host.train.average import take_average
from host.train.checkpoint import Progress
from host.train.degradations import degraded
from host.train.epoch import Epoch
from host.train.network import to_input
from host.train.views import Views, render

WARM_UP = 20  # the first 1/20 of all steps raises the learning rate from 1/20 of its peak
MOMENTUM = 0.98  # of the batch normalisations of a long run
PREDICT_BATCH = 128
AVERAGED_BATCHES = 64  # that give the averaged weights' normalisations their statistics
Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """epoch_pictures: shown in one epoch; rate: the highest learning rate, falling to nothing along a cosine.

    ema: momentum of an average of the weights, which the run ends with; 0: it ends with the last weights.
    patience: epochs without a lower validation loss after which it ends with the best weights; 0: it ends with
    the last ones. worker: index among several machines. before: epochs of another plan that came first; the count of
    epochs goes on from it, and so do the batches.
    """

    epochs: int
    epoch_pictures: int
    batch: int = 64
    rate: float = 5e-4
    ema: float = 0.0
    patience: int = 0
    seed: int = 1
    worker: int
    before: int = 0

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return max(1, self.epoch_pictures // self.batch)


@dataclass(frozen=True)
class TrainingViews:
    """pixels: uint8 (n, s, s, 3); targets: float32 (v, classes) of the views; chance: float64 (v,), of being drawn;
    degraded_share: of pictures shown under a strong condition (degradations.py)."""

    pixels: NDArray[np.uint8]
    views: Views
    targets: NDArray[np.float32]
    chance: NDArray[np.float64]
    camera: Camera
    degraded_share: float = 0.0


@dataclass(frozen=True)
class ValidationSet:
    """pictures: uint8 (n, size, size, channels), as the board would make them; labels: int64 (n,)."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]


def batches(
    training_views: TrainingViews, plan: Plan, size: int, channels: int, epoch: int
) -> Iterator[Batch]:
    """The batches of an epoch; what they hold depends on the seed, the worker and the epoch alone."""
    random = np.random.default_rng([plan.seed, plan.worker, epoch])
    chance = training_views.chance / training_views.chance.sum()
    order = random.choice(len(training_views.views), plan.steps * plan.batch, p=chance)
    for chosen in order.reshape(plan.steps, plan.batch):
        seen = np.stack(
            [render(training_views.pixels, training_views.views, i, size) for i in chosen]
        )
        shown = to_grey(seen) if channels == 1 else seen
        seen = as_camera(shown, training_views.camera, random)
        seen = degraded(seen, training_views.degraded_share, random)
        yield to_input(seen), training_views.targets[chosen]


def train(
    model: keras.Model,
    training_views: TrainingViews,
    validation: ValidationSet,
    plan: Plan,
    folder: Path,
    key: str,
    on_epoch: Callable[[Epoch], None],
    advance: Callable[[int], None] = lambda steps: None,
) -> tuple[Epoch, ...]:
    """Trains `model` in place and returns what each epoch brought.

    The last weights stay, unless patience was asked for: choosing by a small validation set flatters the figure.

    folder: of the checkpoint, from which a killed run with the same key goes on where its last epoch ended.
    model: built under the strategy that it shall train with.
    """
    compile_model(model, plan)
    step = _stepper(model)
    progress = checkpoint.restore(folder, key, model)
    for epoch in range(len(progress.history), plan.epochs):
        if plan.patience and stale_epochs(progress.history) >= plan.patience:
            break
        latest = _one_epoch(
            model, step, training_views, validation, plan, plan.before + epoch, advance
        )
        history = (*progress.history, latest)
        is_best = stale_epochs(history) == 0
        progress = Progress(history, checkpoint.weights_of(model) if is_best else progress.best)
        if plan.worker == 0:
            checkpoint.save(folder, key, model, progress)
        on_epoch(latest)
    if plan.patience:
        checkpoint.set_weights(model, progress.best)
    if plan.ema:
        last = batches(training_views, plan, *_input_of(model), plan.before + plan.epochs)
        take_average(model, (inputs for inputs, _ in islice(last, AVERAGED_BATCHES)))
    return progress.history


def compile_model(model: keras.Model, plan: Plan) -> None:
    """AdamW with a warm-up and a cosine; its variables exist afterwards."""
    total = plan.steps * plan.epochs
    _remember(model, total)
    warm_up = total // WARM_UP
    schedule = keras.optimizers.schedules.CosineDecay(
        plan.rate / WARM_UP,
        max(1, total - warm_up),
        alpha=0.005,
        warmup_target=plan.rate if warm_up else None,
        warmup_steps=warm_up,
    )
    average = {"use_ema": True, "ema_momentum": plan.ema} if plan.ema else {}
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=1e-4, clipnorm=5.0, **average)
    model.compile(optimizer, keras.losses.CategoricalCrossentropy())
    optimizer.build(model.trainable_variables)


def _remember(model: keras.Model, steps: int) -> None:
    """Normalisation averages over a twentieth of a short run, else its statistics are still those of the start."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = float(np.clip(1 - WARM_UP / steps, 0.5, MOMENTUM))


def _input_of(model: keras.Model) -> tuple[int, int]:
    """Size and channels."""
    _, size, _, channels = model.input_shape
    return size, channels


def _stepper(model: keras.Model) -> Callable[[Any], None]:
    """A training step on one batch. Keras' own fit cannot train on several machines (its issue 20585), this can."""
    devices = tf.distribute.get_strategy()

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def step(batch: Any) -> None:
        devices.run(model.train_step, args=(batch,))

    return step  # type: ignore[no-any-return]  # TensorFlow is untyped


def _agree(model: keras.Model) -> None:
    """Normalisations' statistics become the mean of all devices', who have gathered their own until now."""
    devices = tf.distribute.get_strategy()
    norms = [n for n in model.layers if isinstance(n, keras.layers.BatchNormalization)]
    gathered = [v.value for n in norms for v in (n.moving_mean, n.moving_variance)]

    def average() -> None:
        here = tf.distribute.get_replica_context()
        for variable in gathered:
            variable.assign(here.all_reduce(tf.distribute.ReduceOp.MEAN, tf.identity(variable)))

    if devices.num_replicas_in_sync > 1 and gathered:
        tf.function(lambda: devices.run(average))()


def _dataset(model: keras.Model, training_views: TrainingViews, plan: Plan, epoch: int) -> Any:
    """The batches of an epoch, spread over the devices."""
    size, channels = _input_of(model)
    signature = (
        tf.TensorSpec((plan.batch, size, size, channels), tf.float32),
        tf.TensorSpec((plan.batch, training_views.targets.shape[1]), tf.float32),
    )
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    made: Any = tf.data.Dataset.from_generator(
        lambda: batches(training_views, plan, size, channels, epoch), output_signature=signature
    )
    spread = made.prefetch(4).with_options(options)
    return tf.distribute.get_strategy().experimental_distribute_dataset(spread)


def _one_epoch(
    model: keras.Model,
    step: Callable[[Any], None],
    training_views: TrainingViews,
    validation: ValidationSet,
    plan: Plan,
    epoch: int,
    advance: Callable[[int], None],
) -> Epoch:
    started = time.monotonic()
    model.reset_metrics()
    data = iter(_dataset(model, training_views, plan, epoch))
    for _ in range(plan.steps):
        step(next(data))
        advance(1)
    loss = float(model.get_metrics_result()["loss"])
    if not np.isfinite(loss):
        raise HostError(f"the loss of epoch {epoch + 1} is {loss}", f"lower --rate ({plan.rate})")
    _agree(model)
    scores = predict(model, validation.pictures)
    accuracy = float(np.mean(scores.argmax(1) == validation.labels))
    spent = round(time.monotonic() - started, 2)
    return Epoch(epoch + 1, loss, balanced_loss(scores, validation.labels), accuracy, spent)


def predict(model: keras.Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (n, classes): the scores for uint8 pictures of the model's size."""
    starts = range(0, len(pictures), PREDICT_BATCH)
    inputs = (to_input(pictures[start : start + PREDICT_BATCH]) for start in starts)
    return np.concatenate([np.asarray(model(x, training=False), np.float32) for x in inputs])


def balanced_loss(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Cross-entropy in nats: the mean over classes of the mean over each class's pictures."""
    losses = -np.log(np.clip(scores[np.arange(len(labels)), labels], 1e-4, 1))
    return float(np.mean([losses[labels == label].mean() for label in np.unique(labels)]))


def stale_epochs(history: tuple[Epoch, ...]) -> int:
    """How many epochs ago the validation loss was lowest."""
    losses = [epoch.val_loss for epoch in history]
    return len(losses) - 1 - int(np.argmin(losses)) if losses else 0
