"""Quantisation-aware training: a network trained on while it is rounded as its int8 form will be.

Jacob and others 2018 (arXiv 1712.05877): kernels symmetric per output channel, -127 to 127; activations asymmetric per
tensor, -128 to 127; in the backward pass rounding counts as the identity. The activations' ranges are those of the
representative pictures before the first step, as the converter would take them, and stay; the kernels' follow them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from host.base.errors import HostError
from host.compiler.read_graph import read_graph
from host.train.fold import LEFT, Array, Part, chain_of, folded, unfold
from host.train.network import INPUT_OFFSET, INPUT_SCALE
from host.train.rounding import Range, Rounding

INPUT_RANGE = (-INPUT_OFFSET / INPUT_SCALE, (255 - INPUT_OFFSET) / INPUT_SCALE)
LEAST_RANGE = 1e-5  # of an activation that is always nothing
Ranges = tuple[tuple[float, float], ...]
Mark = Callable[[int, Any], Any]


@dataclass(frozen=True)
class Aware:
    """Two networks of the same weights.

    taught: rounds kernels and activations, to be trained; its scores are without the logit bias.
    exported: rounds activations only, for the converter, which rounds the kernels by the same rule.
    ranges: lowest and highest value of the input and of each activation after it, in order. logit_bias: see make_aware.
    """

    parts: tuple[Part, ...]
    layers: tuple[Any, ...]
    taught: keras.Model
    exported: keras.Model
    ranges: Ranges
    logit_bias: tuple[float, ...]

    def put_back(self) -> None:
        """What was learnt, into the model that this one was made of."""
        pairs = zip(self.parts, self.layers, strict=True)
        learnt = [(part, layer) for part, layer in pairs if part.weighted and layer.trainable]
        weights = [(layer.kernel.numpy(), layer.bias.numpy()) for _, layer in learnt]
        unfold([part for part, _ in learnt], weights)

    @property
    def digest(self) -> str:
        """Of all that its training begins with: weights, ranges and logit bias."""
        found = hashlib.sha256(repr((self.ranges, self.logit_bias)).encode())
        for value in self.exported.get_weights():
            found.update(value.tobytes())
        return found.hexdigest()


def make_aware(
    model: keras.Model, shown: Array, logit_bias: Sequence[float], head_only: bool, seed: int
) -> Aware:
    """shown: float32 (n, size, size, channels), the representative pictures as the converter gets them.

    logit_bias: what was added to each class's logit. head_only: the last weighted layer alone will learn.
    Raises HostError for networks that chain_of does not know.
    """
    parts = chain_of(model)
    last = max(index for index, part in enumerate(parts) if part.weighted)
    layers = tuple(
        _layer(part, index == last or not head_only, seed) for index, part in enumerate(parts)
    )
    shape = model.input_shape[1:]
    ranges = calibrate(layers, shape, shown)

    def mark(index: int, tensor: Any) -> Any:
        return Range(index, *ranges[index])(tensor)

    taught = _network(layers, shape, mark, logit_bias, rounded=True)
    exported = _network(layers, shape, mark, (), rounded=False)
    return Aware(parts, layers, taught, exported, ranges, tuple(logit_bias))


def calibrate(layers: Sequence[Any], shape: tuple[int, ...], shown: Array) -> Ranges:
    """What the float network's activations reach on the pictures; zero is always among it."""
    reached: list[Any] = []

    def remember(index: int, tensor: Any) -> Any:
        reached.append(tensor)
        return tensor

    network = _network(layers, shape, remember, (), rounded=False)
    limits = keras.Model(network.input, [(keras.ops.min(t), keras.ops.max(t)) for t in reached[1:]])
    ranges = [INPUT_RANGE]
    for low, high in limits(shown, training=False):
        least = min(float(low), 0.0)
        ranges.append((least, max(float(high), least + LEAST_RANGE)))
    return tuple(ranges)


def check_ranges(content: bytes, ranges: Ranges) -> None:
    """Raises HostError unless the activations of an int8 .tflite have just these ranges, in order."""
    graph = read_graph(content)
    scales = [_scale(graph.tensors[i].quantisation) for i in graph.inputs]
    made = [o.outputs[0] for o in graph.operators if o.name != "RESHAPE"]
    scales += [_scale(graph.tensors[i].quantisation) for i in made]
    wanted = [quantisation(low, high) for low, high in ranges]
    alike = [
        abs(found[0] / scale - 1) < 1e-5 and found[1] == zero
        for found, (scale, zero) in zip(scales, wanted, strict=False)
    ]
    if len(scales) != len(wanted) + 1 or not all(alike):  # and the softmax, whose scale is given
        raise HostError(
            f"the converter quantised to {scales}, trained with was {wanted}: this version of "
            "TensorFlow converts otherwise than --aware expects",
            "leave it out",
        )


def quantisation(low: float, high: float) -> tuple[float, int]:
    """Scale and zero point of int8 for a range that holds zero."""
    scale = (high - low) / 255
    return scale, int(np.clip(np.floor(-128 - low / scale + 0.5), -128, 127))


def _scale(found: Any) -> tuple[float, int]:
    return (float(found.scales[0]), int(found.zero_points[0])) if found else (0.0, 0)


def _layer(part: Part, trainable: bool, seed: int) -> Any:
    if part.weighted:
        return Rounding(part, *folded(part), trainable)
    if isinstance(part.layer, keras.layers.Dropout):
        return keras.layers.Dropout(part.layer.rate, seed=seed, name=part.layer.name)
    return type(part.layer).from_config(part.layer.get_config())


def _network(
    layers: Sequence[Any],
    shape: tuple[int, ...],
    mark: Mark,
    logit_bias: Sequence[float],
    rounded: bool,
) -> keras.Model:
    """mark: what the input, 0, and each activation after it passes through. Only the rounded one has dropout."""
    x = inputs = keras.Input(shape, name="picture")
    x, marked = mark(0, x), 1
    for layer in layers:
        if isinstance(layer, LEFT):
            dropped = isinstance(layer, keras.layers.Dropout) and not rounded
            x = x if dropped else layer(x)
            continue
        x = layer(x, rounded=rounded) if isinstance(layer, Rounding) else layer(x)
        x, marked = mark(marked, x), marked + 1
    if any(logit_bias):
        x = keras.layers.Rescaling(1.0, [-amount for amount in logit_bias], name="upright")(x)
    return keras.Model(inputs, keras.layers.Softmax(name="softmax")(x), name="aware")
