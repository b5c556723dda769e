"""A chain of Keras layers with every batch normalisation folded into the layer before it, and the way back.

What int8 conversion does to a network before it rounds anything (Jacob and others 2018, arXiv 1712.05877, 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError

Array = NDArray[np.float32]
WEIGHTED = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)
POOLS = (keras.layers.GlobalAveragePooling2D,)
LEFT = (keras.layers.Dropout, keras.layers.Flatten)  # their output has the range of their input
PLAIN, RELU, RELU6 = "linear", "relu", "relu6"
SMALLEST = 1e-6  # a normalisation's factor below it carries nothing that could be divided out again


@dataclass(frozen=True)
class Part:
    """A layer and what is fused into it. norm: the normalisation behind a weighted layer; relu: behind both."""

    layer: keras.layers.Layer
    norm: keras.layers.BatchNormalization | None = None
    relu: str = PLAIN

    @property
    def weighted(self) -> bool:
        """Whether it has a kernel."""
        return isinstance(self.layer, WEIGHTED)


def chain_of(model: keras.Model) -> tuple[Part, ...]:
    """The parts of `model` in order; the softmax that ends it is left out.

    Raises HostError for a network that branches, that knows other layers, or does not end with a softmax.
    """
    parts: list[Part] = []
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    tensor, ended = model.inputs[0], False
    for layer in layers:
        if ended or not _follows(layer, tensor):
            raise _unknown(layer)
        tensor = layer.output
        ended = _append(parts, layer)
    if not ended:
        raise HostError("--aware knows networks that end with a softmax", "leave it out")
    for part in parts:
        if part.weighted and part.norm is None and not part.layer.use_bias:
            raise _unknown(part.layer)  # nowhere to put a bias
    return tuple(parts)


def _append(parts: list[Part], layer: keras.layers.Layer) -> bool:
    """Adds a layer to the parts, or to the last of them; True for the softmax."""
    last = parts[-1] if parts else None
    if isinstance(layer, keras.layers.Softmax):
        return True
    if isinstance(layer, WEIGHTED) and _is_plain(layer):
        softmax = layer.activation is keras.activations.softmax
        parts.append(Part(layer, relu=PLAIN if softmax else _relu(layer)))
        return softmax
    if isinstance(layer, (*POOLS, *LEFT)):
        parts.append(Part(layer))
    elif last is None or not last.weighted or last.relu != PLAIN:
        raise _unknown(layer)
    elif isinstance(layer, keras.layers.BatchNormalization) and _is_affine(layer, last):
        parts[-1] = replace(last, norm=layer)
    elif isinstance(layer, keras.layers.ReLU | keras.layers.Activation):
        parts[-1] = replace(last, relu=_relu(layer))
    else:
        raise _unknown(layer)
    return False


def _follows(layer: keras.layers.Layer, tensor: Any) -> bool:
    try:
        return layer.input is tensor
    except (AttributeError, ValueError):  # used more than once
        return False


def _is_plain(layer: keras.layers.Layer) -> bool:
    """Whether the engine's kernels, too, could run it: channels last, one group, no dilation."""
    if isinstance(layer, keras.layers.Dense):
        return True
    undilated = tuple(np.ravel(layer.dilation_rate)) in ((1,), (1, 1))
    whole = getattr(layer, "groups", 1) == 1
    return bool(layer.data_format == "channels_last" and undilated and whole)


def _is_affine(norm: keras.layers.BatchNormalization, behind: Part) -> bool:
    return bool(behind.norm is None and norm.scale and norm.center)


def _relu(layer: keras.layers.Layer) -> str:
    if isinstance(layer, keras.layers.ReLU):
        names = {None: RELU, 6.0: RELU6}
        if layer.max_value in names and not layer.negative_slope and not layer.threshold:
            return names[layer.max_value]
        raise _unknown(layer)
    name = getattr(layer.activation, "__name__", "")
    if name not in (PLAIN, RELU, RELU6):
        raise _unknown(layer)
    return str(name)


def _unknown(layer: keras.layers.Layer) -> HostError:
    return HostError(
        "--aware knows chains of convolutions, dense layers, normalisations and ReLUs up "
        f"to a softmax; {layer.name} ({type(layer).__name__}) does not fit in",
        "leave --aware out",
    )


def folded(part: Part) -> tuple[Array, Array]:
    """Kernel and bias of a weighted part, in Keras' shapes, that do what layer and normalisation do."""
    kernel, *rest = part.layer.get_weights()
    bias = rest[0] if rest else np.zeros(_channels(part.layer, kernel), np.float32)
    if part.norm is None:
        return kernel, bias
    factor, shift = _affine(part.norm)
    scaled = kernel * _along(part.layer, kernel, factor)
    return np.asarray(scaled, np.float32), np.asarray(factor * bias + shift, np.float32)


def unfold(parts: Sequence[Part], weights: Sequence[tuple[Array, Array]]) -> None:
    """Puts folded kernels and biases back into the layers and normalisations of `parts`.

    weights: of the weighted parts. Statistics and factors stay, so that training may go on from there; a channel
    that its normalisation had multiplied by nothing gets a factor of one.
    """
    for part, (kernel, bias) in zip([p for p in parts if p.weighted], weights, strict=True):
        rest = part.layer.get_weights()[1:]
        if part.norm is None:
            part.layer.set_weights([kernel, bias][: 1 + len(rest)])
            continue
        _revive(part.norm)
        factor, shift = _affine(part.norm)
        own = rest[0] if rest else 0.0
        part.layer.set_weights([kernel / _along(part.layer, kernel, factor), *rest])
        beta = part.norm.beta.numpy()
        part.norm.beta.assign(np.asarray(beta + bias - factor * own - shift, np.float32))


def _revive(norm: keras.layers.BatchNormalization) -> None:
    factor, _ = _affine(norm)
    deviation = np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
    gamma = norm.gamma.numpy()
    norm.gamma.assign(np.where(np.abs(factor) < SMALLEST, deviation, gamma))


def _affine(norm: keras.layers.BatchNormalization) -> tuple[Array, Array]:
    """factor and shift, float32 (channels,): the normalisation's output is factor * x + shift."""
    deviation = np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
    factor = norm.gamma.numpy() / deviation
    return np.asarray(factor), np.asarray(norm.beta.numpy() - factor * norm.moving_mean.numpy())


def _along(layer: keras.layers.Layer, kernel: Array, values: Array) -> Array:
    """A value for each output channel, in a shape that multiplies a kernel."""
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return np.asarray(values.reshape(kernel.shape[2:]))
    return values


def _channels(layer: keras.layers.Layer, kernel: Array) -> int:
    depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    return int(np.prod(kernel.shape[2:]) if depthwise else kernel.shape[-1])
