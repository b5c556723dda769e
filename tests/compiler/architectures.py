"""Whole architectures with random weights, quantised as converters do: MobileNetV1, MobileNetV2, a plain CNN."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.compiler.mobilenet_v1 import V1_LAYERS
from tests.compiler.builder import ModelBuilder

V2_BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class Architect:
    """Appends layers whose outputs use their whole range."""

    def __init__(self, shape: tuple[int, int, int], seed: int) -> None:
        self.model, self.random = ModelBuilder(), np.random.default_rng(seed)
        self.image = self.model.tensor((1, *shape), 1 / 127.5, -1)
        self.value = self.image

    def _scales(self, taps: int, out: int) -> tuple[NDArray[np.float32], float]:
        # The rms of weights drawn from -127..127 is 73: with these scales signals keep their size on the way.
        scales = np.exp(self.random.uniform(-0.5, 0.5, out)) / (73 * np.sqrt(taps))
        return scales.astype(np.float32), self.model.scale(self.value)

    def convolution(
        self, out: int, kernel: int, stride: int, activation: str = "RELU6", depthwise: bool = False
    ) -> None:
        channels = self.model.shape(self.value)[3]
        shape = (1, kernel, kernel, channels) if depthwise else (out, kernel, kernel, channels)
        out = channels if depthwise else out
        scales, scale = self._scales(kernel * kernel * (1 if depthwise else channels), out)
        self.value = self.model.convolution(
            self.value,
            self.random.integers(-127, 128, shape).astype(np.int8),
            self.random.integers(-3000, 3000, out).astype(np.int32),
            scales,
            (scale, -128 if activation != "NONE" else int(self.random.integers(-20, 20))),
            (stride, stride),
            "SAME",
            activation,
            depthwise,
        )

    def add(self, other: int) -> None:
        scale = max(self.model.scale(self.value), self.model.scale(other)) * 1.3
        self.value = self.model.add(other, self.value, (scale, int(self.random.integers(-10, 10))))

    def classifier(self, classes: int) -> bytes:
        _, _, _, channels = self.model.shape(self.value)
        self.value = self.model.mean(self.value, (self.model.scale(self.value), -128))
        return self.dense(classes, channels)

    def dense(self, classes: int, inputs: int) -> bytes:
        scales, scale = self._scales(inputs, 1)
        weights = self.random.integers(-127, 128, (classes, inputs)).astype(np.int8)
        bias = self.random.integers(-3000, 3000, classes).astype(np.int32)
        self.value = self.model.fully_connected(self.value, weights, bias, scales, (scale, 4))
        return self.model.finish(self.image, self.model.softmax(self.value))


def mobilenet_v1(alpha: float, size: int, channels: int, classes: int = 2) -> bytes:
    """MobileNetV1 of width `alpha` on size x size images."""
    made = Architect((size, size, channels), 1)
    made.convolution(max(1, int(32 * alpha)), 3, 2)
    for width, stride in V1_LAYERS:
        made.convolution(0, 3, stride, depthwise=True)
        made.convolution(max(1, int(width * alpha)), 1, 1)
    return made.classifier(classes)


def mobilenet_v2(alpha: float, size: int, channels: int, classes: int = 2) -> bytes:
    """MobileNetV2 of width `alpha`, channels rounded to multiples of 8."""

    def width(base: int) -> int:
        rounded = max(8, int(base * alpha + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * base * alpha else rounded

    made = Architect((size, size, channels), 2)
    made.convolution(width(32), 3, 2)
    for expansion, base, repeats, first_stride in V2_BLOCKS:
        for index in range(repeats):
            source, inputs = made.value, made.model.shape(made.value)[3]
            stride = first_stride if index == 0 else 1
            if expansion > 1:
                made.convolution(expansion * inputs, 1, 1)
            made.convolution(0, 3, stride, depthwise=True)
            made.convolution(width(base), 1, 1, "NONE")
            if stride == 1 and inputs == width(base):
                made.add(source)
    made.convolution(max(1280, width(1280)) // 8, 1, 1)
    return made.classifier(classes)


def plain_cnn(size: int, channels: int, classes: int = 3) -> bytes:
    """Convolutions with pools between, flattened into a dense layer."""
    made = Architect((size, size, channels), 3)
    for width in (8, 12, 20):
        made.convolution(width, 3, 1, "RELU")
        made.value = made.model.pool(made.value, (2, 2), (2, 2), largest=True)
    _, height, columns, depth = made.model.shape(made.value)
    inputs = height * columns * depth
    made.value = made.model.reshape(made.value, (1, inputs))
    return made.dense(classes, inputs)
