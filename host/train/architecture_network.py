"""An Architecture as a Keras network, with the weights of a wider, deeper or other one as far as they fit."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.train.architecture import LARGEST_DEPTHS, Architecture
from host.train.augment import LUMA
from host.train.network import Stage, load, stages, width_of
from host.train.shape import MOBILENET, SEARCHED

Chosen = NDArray[np.int64]


def build(architecture: Architecture, classes: int, dropout: float = 0.1) -> keras.Model:
    """Untrained. Input as host.train.network's: float32 (n, size, size, channels), (pixel - 127) / 127.5."""
    layers = keras.layers
    size = architecture.size
    inputs = keras.Input((size, size, architecture.channels), name="picture")
    first = layers.Conv2D(
        architecture.widths[0], 3, strides=2, padding="same", use_bias=False, name="conv1"
    )
    x = _normalised(first, inputs)
    for index, (width, stride) in enumerate(architecture.blocks, 1):
        depthwise = layers.DepthwiseConv2D(
            3, strides=stride, padding="same", use_bias=False, name=f"conv_dw_{index}"
        )
        x = _normalised(depthwise, x)
        x = _normalised(layers.Conv2D(width, 1, use_bias=False, name=f"conv_pw_{index}"), x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    scores = layers.Dense(classes, activation="softmax", name="scores")(x)
    return keras.Model(inputs, scores, name=SEARCHED)


def _normalised(layer: keras.layers.Layer, x: keras.KerasTensor) -> keras.KerasTensor:
    x = keras.layers.BatchNormalization(momentum=0.98, name=f"{layer.name}_bn")(layer(x))
    return keras.layers.ReLU(6.0, name=f"{layer.name}_relu")(x)


def words_for(model: keras.Model) -> str:
    """The name of a model's network, from its layers alone: MobileNetV1's width, a free architecture's channels and
    blocks as Architecture.stages writes them, else the name it has."""
    if model.name == MOBILENET and (width := width_of(model)):
        return f"MobileNetV1, width {width:g}"
    wide = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    deep = [layer for layer in model.layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
    if model.name != SEARCHED or len(wide) != 1 + len(deep):
        return str(model.name)
    blocks: list[list[int]] = []  # width and depth of each stage
    for pointwise, depthwise in zip(wide[1:], deep, strict=True):
        if depthwise.strides[0] == 2 or not blocks:
            blocks.append([pointwise.filters, 0])
        blocks[-1][1] += 1
    written = "-".join(f"{width}x{depth}" for width, depth in blocks)
    return f"MobileNetV1 of channels and blocks {wide[0].filters}-{written}"


def start(
    architecture: Architecture, classes: int, source: Path | None, must_fit: bool = False
) -> keras.Model:
    """Built, and with what fits of the MobileNetV1 in `source`; any other network gives nothing.

    must_fit: then raises HostError instead, since a user named it.
    """
    model = build(architecture, classes)
    if source is None:
        return model
    theirs = load(source)
    chosen = inherit(stages(theirs), model, architecture)
    if chosen is None and must_fit:
        raise HostError(
            f"{source} gives --network nothing: it is no MobileNetV1 of 13 blocks",
            "leave --network out to train it on as it is, or give --from scratch",
        )
    head = theirs.layers[-1]
    if chosen is not None and isinstance(head, keras.layers.Dense) and head.units == classes:
        own, _ = model.get_layer("scores").get_weights()
        weights, bias = head.get_weights()
        own[: len(chosen)] = weights[chosen]
        model.get_layer("scores").set_weights([own, bias])
    return model


def inherit(theirs: list[Stage], model: keras.Model, architecture: Architecture) -> Chosen | None:
    """Copies weights of the blocks that both have; of a wider stage the channels that carry most, of a narrower one
    all, and the rest stays fresh. The channels that were kept of the last block; None, and nothing copied, when
    `theirs` is no MobileNetV1 of 13 blocks."""
    if len(theirs) != 1 + 2 * sum(LARGEST_DEPTHS):
        return None
    ours = [
        theirs[0],
        *(s for block in _remaining_blocks(architecture) for s in theirs[1 + 2 * block :][:2]),
    ]
    names = ["conv1"]
    for index in range(1, len(architecture.blocks) + 1):
        names += [f"conv_dw_{index}", f"conv_pw_{index}"]
    chosen: Chosen | None = None
    for index, (name, stage) in enumerate(zip(names, ours, strict=True)):
        kernel = _first_kernel(stage, architecture.channels) if index == 0 else stage.kernel
        if index % 2:  # depthwise: the channels of what feeds it
            assert chosen is not None
            _put(model, name, kernel[:, :, chosen], stage, chosen)
            continue
        kernel = kernel if chosen is None else kernel[:, :, chosen]
        following = ours[index + 1] if index + 1 < len(ours) else None
        chosen = _strongest(stage, following, model.get_layer(name).filters)
        _put(model, name, kernel[..., chosen], stage, chosen)
    return chosen


def _remaining_blocks(architecture: Architecture) -> list[int]:
    """The blocks of the 13 that stay: the first ones of each stage."""
    starts = np.cumsum((0, *LARGEST_DEPTHS))
    return [
        int(start) + block
        for start, depth in zip(starts, architecture.depths, strict=False)
        for block in range(depth)
    ]


def _first_kernel(stage: Stage, channels: int) -> NDArray[np.float32]:
    kernel = stage.kernel
    if kernel.shape[2] == 3 and channels == 1:
        return np.asarray(kernel.sum(2, keepdims=True), np.float32)
    if kernel.shape[2] == 1 and channels == 3:
        return np.asarray(kernel * LUMA[:, None], np.float32)
    return kernel


def _strongest(stage: Stage, following: Stage | None, count: int) -> Chosen:
    """At most `count` output channels, those whose signal is largest, in their order."""
    strength = np.abs(stage.gamma) + np.maximum(stage.beta, 0)
    if following is not None and len(following.gamma) == len(strength):
        reach = np.sqrt((following.kernel**2).sum((0, 1))[:, 0])
        strength = strength * reach * np.abs(following.gamma) / np.sqrt(following.variance)
    return np.sort(np.argsort(-strength, kind="stable")[:count])


def _put(
    model: keras.Model, name: str, kernel: NDArray[np.float32], stage: Stage, chosen: Chosen
) -> None:
    """Into the first channels of a layer and its normalisation. kernel: in the shape of the layer's, or smaller."""
    layer, norm = model.get_layer(name), model.get_layer(f"{name}_bn")
    own = layer.get_weights()[0]
    own[tuple(slice(size) for size in kernel.shape)] = kernel
    layer.set_weights([own])
    moments = (stage.gamma, stage.beta, stage.mean, stage.variance - norm.epsilon)
    filled = norm.get_weights()
    for value, theirs in zip(filled, moments, strict=True):
        value[: len(chosen)] = theirs[chosen]
    norm.set_weights(filled)
