"""What lowering builds up: features and layers so far, and which feature each tensor is."""

from __future__ import annotations

import numpy as np

from host.base.errors import HostError
from host.compiler import arithmetic
from host.compiler.check import refuse
from host.compiler.format import MAX_DIMENSION, NO_SOURCE, OperatorKind
from host.compiler.graph import Graph, Operator, Tensor
from host.compiler.network import IMAGE_FEATURE, Feature, Layer
from host.compiler.pixels import Reading

SHAPES = "export the model again"
ORDER = "build the model channels last ([1, height, width, channels]), so that none is needed"


class Builder:
    """Features and layers so far, and which feature each tensor is."""

    def __init__(self, graph: Graph, reading: Reading) -> None:
        self.graph = graph
        self.features: list[Feature] = []
        self.tensors: list[int] = []
        self.layers: list[Layer] = []
        self.feature_of: dict[int, int] = {}
        self.loaded: int | None = None
        self.axes: dict[int, str] = {}  # of tensors whose dimensions are not in the order NHWC
        image = graph.tensors[graph.inputs[0]]
        if reading.table is not None:
            self._add_picture(image, reading)
        made = self._add_feature(image, *image.shape[1:])
        if reading.table is not None:
            self.layers.append(
                Layer(
                    OperatorKind.TABLE,
                    NO_SOURCE,
                    (IMAGE_FEATURE,),
                    made,
                    tables=reading.table[None],
                )
            )

    def _add_picture(self, image: Tensor, reading: Reading) -> None:
        """Feature 0, where the model's own input is made of it by a table."""
        low, step = reading.pixels.low, (reading.pixels.high - reading.pixels.low) / 255
        point = int(np.clip(round(-low / step), 0, 255))
        _, height, width, channels = image.shape
        self.features.append(Feature(height, width, channels, step, point))
        self.tensors.append(-1)

    def _add_feature(self, tensor: Tensor, height: int, width: int, channels: int) -> int:
        if max(height, width, channels) > MAX_DIMENSION:
            shape = f"{height}x{width}x{channels}"
            raise HostError(
                f"tensor '{tensor.name}' is a map of {shape}", f"use at most {MAX_DIMENSION} a side"
            )
        point = arithmetic.zero_point(tensor) + 128
        self.features.append(Feature(height, width, channels, arithmetic.scale(tensor), point))
        self.tensors.append(tensor.index)
        self.feature_of[tensor.index] = len(self.features) - 1
        return len(self.features) - 1

    def tensor(self, operator: Operator, position: int = 0) -> Tensor:
        """An operator's input at that position."""
        return self.graph.tensors[operator.inputs[position]]

    def source(self, operator: Operator, position: int = 0) -> int:
        """The feature that an input is."""
        if operator.inputs[position] in self.axes:
            refuse(
                operator, f"reads a map in the order {self.axes[operator.inputs[position]]}", ORDER
            )
        index = self.feature_of.get(operator.inputs[position])
        if index is None:
            refuse(
                operator, f"reads tensor {operator.inputs[position]} before it is computed", SHAPES
            )
        return index

    def spatial(self, operator: Operator, position: int = 0) -> int:
        """The feature that an input is; it must have the tensor's [1, height, width, channels]."""
        index = self.source(operator, position)
        f, shape = self.features[index], self.tensor(operator, position).shape
        if shape != (1, f.height, f.width, f.channels):
            refuse(operator, f"needs a [1, height, width, channels] input, got {shape}", SHAPES)
        return index

    def loaded_source(self, source: int, operator: Operator) -> int:
        """`source`, or a map with the image's content when it is the image."""
        if source != IMAGE_FEATURE:
            return source
        if self.loaded is None:
            self.features.append(self.features[IMAGE_FEATURE])
            self.tensors.append(self.tensors[IMAGE_FEATURE])
            self.loaded = len(self.features) - 1
            self.layers.append(
                Layer(OperatorKind.LOAD, operator.index, (IMAGE_FEATURE,), self.loaded)
            )
        return self.loaded

    def result(
        self, operator: Operator, height: int, width: int, channels: int, like: int | None = None
    ) -> int:
        """The output's feature; its tensor must have that many values, flat or in that shape.

        like: a feature whose values it has one by one, whatever its shape.
        """
        tensor = self.graph.tensors[operator.outputs[0]]
        spatial = (1, height, width, channels)
        flat = height == width == 1 and tensor.shape[-1:] == (channels,) == wide(tensor.shape)
        if tensor.index in self.feature_of:
            refuse(operator, f"tensor {tensor.index} is computed twice", SHAPES)
        if like is not None and tensor.shape == self.graph.tensors[operator.inputs[0]].shape:
            return self._add_feature(tensor, height, width, channels)
        if not (tensor.shape == spatial or flat):
            refuse(operator, f"output of shape {tensor.shape}, expected {spatial}", SHAPES)
        return self._add_feature(tensor, height, width, channels)

    def reordered(
        self, operator: Operator, shape: tuple[int, int, int], order: str, gone: str
    ) -> int:
        """The output's feature where the input's axes are `order`, and the axis `gone` is 1 or left out now."""
        tensor = self.graph.tensors[operator.outputs[0]]
        sizes = dict(zip("NHWC", (1, *shape), strict=True))
        kept = order if len(tensor.shape) == len(order) else order.replace(gone, "")
        if tensor.shape != tuple(sizes[letter] for letter in kept):
            refuse(operator, f"output of shape {tensor.shape}, expected axes {kept}", SHAPES)
        if tensor.index in self.feature_of:
            refuse(operator, f"tensor {tensor.index} is computed twice", SHAPES)
        if kept != "NHWC" and shape[:2] != (1, 1):
            self.axes[tensor.index] = kept
        return self._add_feature(tensor, *shape)

    def hidden(self, tensor: Tensor, height: int, width: int, channels: int) -> int:
        """A feature on the way to `tensor`, quantised as it is, that no tensor of the file is."""
        made = self._add_feature(tensor, height, width, channels)
        self.tensors[made] = -1
        del self.feature_of[tensor.index]
        return made

    def alias(self, operator: Operator, source: int) -> None:
        """The operator's output is the feature `source` itself."""
        self.feature_of[operator.outputs[0]] = source


def wide(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions other than 1, or (1,)."""
    return tuple(n for n in shape if n != 1) or (1,)
