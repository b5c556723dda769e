"""MobileNetV1 of any width, size and number of channels, and weights for it from any other of its kind.

Input: float32 (n, size, size, channels), (pixel - 127) / 127.5, so that int8 input is exactly pixel - 128.
Output: float32 (n, classes), a softmax.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.train.architecture import MULTIPLE
from host.train.augment import LUMA
from host.train.shape import MOBILENET, Shape

Array = NDArray[np.float32]
INPUT_OFFSET, INPUT_SCALE = 127.0, 127.5
WIDTHS = (64, 128, 128, 256, 256, *6 * (512,), 1024, 1024)  # of the 13 blocks at alpha 1
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
FIRST_WIDTH = 32


def channels_at(alpha: float, width: int) -> int:
    """`width` times alpha, to the next multiple of four, four at least."""
    return max(MULTIPLE, MULTIPLE * int(width * alpha / MULTIPLE + 0.5))


def build(shape: Shape, dropout: float = 0.1) -> keras.Model:
    """An untrained network."""
    inputs = keras.Input((shape.size, shape.size, shape.channels), name="picture")
    x = _block(
        keras.layers.Conv2D(
            channels_at(shape.alpha, FIRST_WIDTH),
            3,
            strides=2,
            padding="same",
            use_bias=False,
            name="conv1",
        ),
        inputs,
    )
    for index, (width, stride) in enumerate(zip(WIDTHS, STRIDES, strict=True), 1):
        depthwise = keras.layers.DepthwiseConv2D(
            3, strides=stride, padding="same", use_bias=False, name=f"conv_dw_{index}"
        )
        pointwise = keras.layers.Conv2D(
            channels_at(shape.alpha, width), 1, use_bias=False, name=f"conv_pw_{index}"
        )
        x = _block(pointwise, _block(depthwise, x))
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    scores = keras.layers.Dense(shape.classes, activation="softmax", name="scores")(x)
    return keras.Model(inputs, scores, name=MOBILENET)


def _block(layer: keras.layers.Layer, x: Any) -> Any:
    x = keras.layers.BatchNormalization(name=f"{layer.name}_bn")(layer(x))
    return keras.layers.ReLU(6.0, name=f"{layer.name}_relu")(x)


def width_of(model: keras.Model) -> float | None:
    """The roundest alpha that builds exactly the channels of `model`; None when it is no MobileNetV1 of ours."""
    wide = [n.filters for n in model.layers if isinstance(n, keras.layers.Conv2D)]
    widths = (FIRST_WIDTH, *WIDTHS)
    if len(wide) != len(widths):
        return None
    alphas = (round(wide[-1] / widths[-1], digits) for digits in (1, 2, 3, 4))
    made = (alpha for alpha in alphas if [channels_at(alpha, w) for w in widths] == wide)
    return next(made, None)


@dataclass(frozen=True)
class Stage:
    """A convolution and its batch normalisation.

    kernel: float32 (h, w, in, out), of a depthwise one (h, w, channels, 1); the others float32 (channels,).
    """

    kernel: Array
    gamma: Array
    beta: Array
    mean: Array
    variance: Array  # with epsilon added


class DepthwiseConv2D(keras.layers.DepthwiseConv2D):  # type: ignore[misc]  # Keras is untyped
    """Reads files of Keras 2, which state `groups`."""

    def __init__(self, *positional: Any, groups: int = 1, **named: Any) -> None:
        super().__init__(*positional, **named)


class DW(DepthwiseConv2D):
    """The same under the name that some files know it by: Keras finds weights by it."""


OLD_LAYERS = {"DepthwiseConv2D": DepthwiseConv2D, "DW": DW}


def load(path: Path) -> keras.Model:
    """A .keras or .h5 model. Raises HostError for a file that holds none, or code: that is not run."""
    if not path.is_file():
        raise HostError(f"{path}: no such file", "give a .keras or .h5 model, or `scratch`")
    try:
        return keras.models.load_model(
            path, compile=False, custom_objects=OLD_LAYERS, safe_mode=True
        )
    except Exception as error:  # Keras raises whatever its readers raise
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise HostError(
            f"{path} is no Keras model ({first[:120]})", "give a .keras or .h5 file"
        ) from error


def stages(model: keras.Model) -> list[Stage]:
    """Every convolution with the normalisation that follows it, in order."""
    found: list[Stage] = []
    kernel: Array | None = None
    bias: Array | float = 0.0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            weights = layer.get_weights()
            kernel, bias = weights[0], weights[1] if len(weights) > 1 else 0.0
        elif isinstance(layer, keras.layers.BatchNormalization) and kernel is not None:
            gamma, beta, mean, variance = layer.get_weights()
            found.append(Stage(kernel, gamma, beta, mean - bias, variance + layer.epsilon))
            kernel = None
    return found


def transfer(source: keras.Model, target: keras.Model, zero_to_one: bool = False) -> bool:
    """Copies weights from another MobileNetV1, wider or not, grey or RGB; False if `source` is no such network.

    Of a wider network those channels are kept that carry most. zero_to_one: `source` takes pixels as 0..1, not -1..1.
    The classifier is copied too, if it has as many classes.
    """
    theirs, ours = stages(source), stages(target)
    if len(theirs) != len(ours):
        return False
    if any(a.kernel.shape[:2] != b.kernel.shape[:2] for a, b in zip(theirs, ours, strict=True)):
        return False
    first = theirs[0]
    theirs[0] = _first(first, ours[0].kernel.shape[2], zero_to_one)
    keep: NDArray[np.int64] | None = None
    for index, (stage, like) in enumerate(zip(theirs, ours, strict=True)):
        depthwise = index % 2 == 1
        kernel = stage.kernel if keep is None else stage.kernel[:, :, keep]
        if depthwise:
            chosen = keep if keep is not None else np.arange(kernel.shape[2])
        else:
            following = theirs[index + 1] if index + 1 < len(theirs) else None
            chosen = _strongest(stage, following, like.kernel.shape[-1])
            kernel = kernel[..., chosen]
            keep = chosen
        if kernel.shape != like.kernel.shape:
            return False
        _put(target, index, kernel, stage, chosen)
    assert keep is not None
    dense, wanted = source.layers[-1], target.get_layer("scores")
    if isinstance(dense, keras.layers.Dense):
        weights, bias = dense.get_weights()
        if len(bias) == wanted.units and len(weights) >= len(keep):
            wanted.set_weights([weights[keep], bias])
    return True


def _first(stage: Stage, channels: int, zero_to_one: bool) -> Stage:
    kernel = stage.kernel
    mean = stage.mean
    if zero_to_one:  # w * (x + 1) / 2: half the weights, and their sum moves into the mean
        mean = np.asarray(mean - kernel.sum((0, 1, 2)) / 2, np.float32)
        kernel = np.asarray(kernel / 2, np.float32)
    if kernel.shape[2] == 3 and channels == 1:
        kernel = np.asarray(kernel.sum(2, keepdims=True), np.float32)
    elif kernel.shape[2] == 1 and channels == 3:
        kernel = np.asarray(kernel * LUMA[:, None], np.float32)
    return Stage(kernel, stage.gamma, stage.beta, mean, stage.variance)


def _strongest(stage: Stage, following: Stage | None, count: int) -> NDArray[np.int64]:
    """The `count` output channels whose signal is largest: its spread times the next kernel's norm."""
    strength = np.abs(stage.gamma) + np.maximum(stage.beta, 0)
    if following is not None:  # the depthwise layer after a pointwise one
        spread = np.abs(following.gamma) / np.sqrt(following.variance)
        strength = strength * np.sqrt((following.kernel**2).sum((0, 1))[:, 0]) * spread
    return np.sort(np.argsort(-strength, kind="stable")[:count])


def _put(
    model: keras.Model, index: int, kernel: Array, stage: Stage, keep: NDArray[np.int64]
) -> None:
    layers = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
    ]
    norm = model.get_layer(f"{layers[index].name}_bn")
    layers[index].set_weights([kernel])
    moments = [stage.gamma, stage.beta, stage.mean, stage.variance - norm.epsilon]
    norm.set_weights([m[keep] for m in moments])


def to_input(pictures: NDArray[np.uint8]) -> Array:
    """uint8 pixels -> the network's input range."""
    return np.asarray((pictures.astype(np.float32) - INPUT_OFFSET) / INPUT_SCALE, np.float32)
