"""Layers that round as an int8 network does, and pass slopes through as if they did not."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from host.train.fold import RELU, RELU6, Array, Part


class Rounding(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """A convolution or dense layer with bias and ReLU; called with rounded=True it rounds its kernel first."""

    def __init__(self, part: Part, kernel: Array, bias: Array, trainable: bool) -> None:
        super().__init__(name=part.layer.name, trainable=trainable)
        self.part = part
        # As initial values, since those of several machines become the first one's.
        self.kernel = self.add_weight(kernel.shape, lambda *_, **__: kernel, name="kernel")
        self.bias = self.add_weight(bias.shape, lambda *_, **__: bias, name="bias")

    def call(self, x: Any, rounded: bool) -> Any:
        """The layer's output."""
        kernel = _rounded(self.kernel, self._across()) if rounded else self.kernel
        x = keras.ops.add(self._operate(x, kernel), self.bias)
        if self.part.relu == RELU6:
            return tf.nn.relu6(x)
        return tf.nn.relu(x) if self.part.relu == RELU else x

    def _operate(self, x: Any, kernel: Any) -> Any:
        layer = self.part.layer
        if isinstance(layer, keras.layers.Dense):
            return keras.ops.matmul(x, kernel)
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        operate = keras.ops.depthwise_conv if depthwise else keras.ops.conv
        return operate(x, kernel, strides=layer.strides, padding=layer.padding)

    def _across(self) -> tuple[int, ...]:
        """The axes of the kernel that share a scale."""
        layer = self.part.layer
        if isinstance(layer, keras.layers.Dense):
            return (0,)
        return (0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (0, 1, 2)


def _rounded(kernel: Any, across: tuple[int, ...]) -> Any:
    """On the grid of -127 to 127 steps of each channel; its slope is one."""
    kernel = tf.convert_to_tensor(kernel)
    steps = tf.reduce_max(tf.abs(kernel), across, keepdims=True) / 127
    steps = tf.where(steps > 0, steps, tf.ones_like(steps))
    return kernel + tf.stop_gradient(tf.round(kernel / steps) * steps - kernel)


class Range(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Rounds an activation, the index-th, to int8 of a range, in a form that TFLite's converter takes for its own.

    What lies outside does not learn.
    """

    def __init__(self, index: int, low: float, high: float) -> None:
        super().__init__(name=f"range_{index}")  # names are in the .tflite: the same in every run
        self.low, self.high = low, high

    def call(self, x: Any) -> Any:
        """The rounded activation."""
        return tf.quantization.fake_quant_with_min_max_args(x, self.low, self.high)
