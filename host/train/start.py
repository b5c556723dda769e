"""The network that training begins with: fresh, one of ours of any width, or whatever a file holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from host.base.errors import HostError
from host.data.labels import resolve
from host.train.network import build, load, transfer, width_of
from host.train.shape import SEARCHED, Shape
from host.train.teach import Teacher


def start_model(
    shape: Shape, start: Path | None, zero_to_one: bool, own_width: bool = True
) -> keras.Model:
    """A model of `shape` that takes (pixel - 127) / 127.5; its weights come from `start`, if given.

    A MobileNetV1 gives its weights to ours, whatever its width; any other network is kept as it is, and gets a
    new last layer where the classes differ; so is one narrower than ours. own_width False: the user named the width,
    so a network that would be kept with its own is refused. Raises HostError for that, and when its input does not fit.
    """
    fresh = build(shape)
    if start is None:
        return fresh
    source = load(start)
    if source.name != SEARCHED and transfer(source, fresh, zero_to_one):
        return fresh
    if not own_width:
        width = width_of(source)
        raise HostError(
            f"--alpha {shape.alpha:g}: {start} cannot give its weights to that width, "
            + (f"its own is {width:g}" if width else "it is another network"),
            "leave --alpha out to train it as it is, or give --from scratch",
        )
    wanted = (shape.size, shape.size, shape.channels)
    if tuple(source.input_shape[1:]) != wanted:
        raise HostError(
            f"{start} takes pictures of {source.input_shape[1:]}, asked for are {wanted}",
            "set --size and --channels to what it takes",
        )
    if zero_to_one:
        _absorb_range(source, start)
    return _with_classes(source, shape.classes, start)


def blend(model: keras.Model, shape: Shape, others: Sequence[Teacher]) -> None:
    """Averages the weights of `model` with those of its relatives (begun with the same weights), each by its share.

    Wortsman and others 2021 and 2022 (arXiv 2109.01903, 2203.05482): with the model it began with it keeps what
    fine-tuning on other pictures would forget; with sisters it does better than the best of them.
    """
    shape = replace(shape, alpha=width_of(model) or shape.alpha)  # where it kept its own
    weights = [(1 - sum(other.weight for other in others)) * own for own in model.get_weights()]
    for other in others:
        relative = build(shape)
        if [w.shape for w in relative.get_weights()] != [w.shape for w in weights]:
            raise HostError("--blend works between MobileNetV1s of one shape", "leave it out")
        if not transfer(load(other.path), relative):
            raise HostError(f"--blend {other.path}: is no MobileNetV1 of that shape")
        pairs = zip(weights, relative.get_weights(), strict=True)
        weights = [own + other.weight * theirs for own, theirs in pairs]
    model.set_weights(weights)


def add_logit_bias(model: keras.Model, classes: Sequence[str], towards: dict[str, float]) -> None:
    """Adds to the logits of the labels named: moves the point where a score of 0.5 decides, and no ranking.

    Teachers that miss more than they invent, and sets with few pictures of one label, teach a model to miss.
    """
    dense = last_dense(model)
    kernel, bias = dense.get_weights()
    dense.set_weights([kernel, bias + np.array(logit_biases(classes, towards), np.float32)])


def logit_biases(classes: Sequence[str], towards: dict[str, float]) -> tuple[float, ...]:
    """What is added to each class's logit."""
    amounts = {resolve(label, classes, "--logit-bias"): amount for label, amount in towards.items()}
    return tuple(amounts.get(label, 0.0) for label in classes)


def last_dense(model: keras.Model) -> keras.layers.Dense:
    """The layer that makes scores of features. Raises HostError when there is none."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if not dense:
        raise HostError("the model does not end with a dense layer", "start from another one")
    return dense[-1]


def _with_classes(model: keras.Model, classes: int, path: Path) -> keras.Model:
    head = last_dense(model)
    if head.units == classes and model.output_shape == (None, classes):
        ends = model.output
        if head.activation is keras.activations.softmax or head is not model.layers[-1]:
            return model
        return keras.Model(model.inputs, keras.layers.Softmax(name="softmax")(ends), name=path.stem)
    scores = keras.layers.Dense(classes, activation="softmax", name="scores")(head.input)
    return keras.Model(model.inputs, scores, name="retrained")


def _absorb_range(model: keras.Model, path: Path) -> None:
    """Makes a model for pixels of 0..1 take -1..1: halves the first kernel and moves its sum into what is added.

    Exact except in the border that padding fills, which training repairs.
    """
    for layer, following in zip(model.layers, model.layers[1:], strict=False):
        if not isinstance(layer, keras.layers.Conv2D):
            continue
        kernel, *bias = layer.get_weights()
        half = kernel.sum((0, 1, 2)) / 2
        if bias:
            layer.set_weights([kernel / 2, bias[0] + half])
            return
        if isinstance(following, keras.layers.BatchNormalization):
            layer.set_weights([kernel / 2])
            following.moving_mean.assign(following.moving_mean.numpy() - half)
            return
        break
    raise HostError(f"{path}: --from-range 0..1 works for networks that begin with a convolution")
