"""Graph -> Network: TFLite's operators become the engine's. Shapes are checked here, where they are used.

Reshapes vanish; a depthwise convolution of one channel becomes a convolution; a fully connected layer over a
height x width map becomes a convolution with a window of that size; what cannot read the image gets a LOAD before it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from host.base.errors import HostError
from host.compiler import arithmetic
from host.compiler.check import MAX_SMALL, refuse
from host.compiler.format import OperatorKind
from host.compiler.graph import Graph, Operator, OtherOptions, Tensor, WindowOptions
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Network, Window

SHAPES = "export the model again"


def lower(graph: Graph) -> Network:
    """The network that computes the same scores."""
    builder = _Builder(graph)
    for operator in graph.operators:
        _LOWER[operator.name](builder, operator)
    output = builder.feature_of.get(graph.outputs[0])
    if output is None or output == IMAGE_FEATURE:
        raise HostError("no operator computes the model's output")
    shape = graph.tensors[graph.outputs[0]].shape
    if not builder.features[output].is_vector:
        raise HostError(
            f"the model's output has shape {shape}; the engine runs classifiers: [1, n]"
        )
    kept = tuple(np.arange(feature.channels) for feature in builder.features)
    return Network(
        tuple(builder.features), tuple(builder.layers), output, tuple(builder.tensors), kept
    )


class _Builder:
    """Features and layers so far, and which feature each tensor is."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.features: list[Feature] = []
        self.tensors: list[int] = []
        self.layers: list[Layer] = []
        self.feature_of: dict[int, int] = {}
        self.loaded: int | None = None
        image = graph.tensors[graph.inputs[0]]
        self._add_feature(image, *image.shape[1:])

    def _add_feature(self, tensor: Tensor, height: int, width: int, channels: int) -> int:
        point = arithmetic.zero_point(tensor) + 128
        self.features.append(Feature(height, width, channels, arithmetic.scale(tensor), point))
        self.tensors.append(tensor.index)
        self.feature_of[tensor.index] = len(self.features) - 1
        return len(self.features) - 1

    def tensor(self, operator: Operator, position: int = 0) -> Tensor:
        return self.graph.tensors[operator.inputs[position]]

    def source(self, operator: Operator, position: int = 0) -> int:
        """The feature that an input is."""
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

    def result(self, operator: Operator, height: int, width: int, channels: int) -> int:
        """The output's feature; its tensor must have that many values, flat or in that shape."""
        tensor = self.graph.tensors[operator.outputs[0]]
        spatial = (1, height, width, channels)
        flat = height == width == 1 and tensor.shape[-1:] == (channels,) == _wide(tensor.shape)
        if tensor.index in self.feature_of:
            refuse(operator, f"tensor {tensor.index} is computed twice", SHAPES)
        if not (tensor.shape == spatial or flat):
            refuse(operator, f"output of shape {tensor.shape}, expected {spatial}", SHAPES)
        return self._add_feature(tensor, height, width, channels)

    def alias(self, operator: Operator, source: int) -> None:
        self.feature_of[operator.outputs[0]] = source


def _wide(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions other than 1, or (1,)."""
    return tuple(n for n in shape if n != 1) or (1,)


def _convolution(builder: _Builder, operator: Operator) -> None:
    options = operator.options
    assert isinstance(options, WindowOptions)
    source = builder.spatial(operator)
    feature, weights = builder.features[source], builder.tensor(operator, 1)
    out, height, width, channels = weights.shape
    if channels != feature.channels:
        refuse(operator, f"weights for {channels} channels, input has {feature.channels}", SHAPES)
    window, rows, columns = _place(operator, options, feature, (height, width))
    target = builder.result(operator, rows, columns, out)
    values = weights.constant(np.int8)
    kind = OperatorKind.CONV
    if (height, width) == window.stride == (1, 1) and source != IMAGE_FEATURE:
        kind = OperatorKind.FULLY_CONNECTED if feature.is_vector else OperatorKind.POINTWISE
        values = values.reshape(out, channels)
    scaling = arithmetic.convolution(builder.graph, operator, values, feature.zero_point)
    builder.layers.append(
        Layer(kind, operator.index, (source,), target, window, weights=values, scaling=scaling)
    )


def _depthwise(builder: _Builder, operator: Operator) -> None:
    options = operator.options
    assert isinstance(options, WindowOptions)
    source = builder.spatial(operator)
    feature, weights = builder.features[source], builder.tensor(operator, 1)
    one, height, width, channels = weights.shape
    multiplier = channels // feature.channels
    if one != 1 or channels % feature.channels or multiplier != options.depth_multiplier:
        refuse(operator, f"weights {weights.shape} for {feature.channels} channels", SHAPES)
    if multiplier > MAX_SMALL:
        refuse(operator, f"depth multiplier {multiplier}", f"use at most {MAX_SMALL}")
    window, rows, columns = _place(operator, options, feature, (height, width))
    values = np.ascontiguousarray(weights.constant(np.int8)[0].transpose(2, 0, 1))
    scaling = arithmetic.convolution(builder.graph, operator, values, feature.zero_point)
    kind = OperatorKind.DEPTHWISE
    if feature.channels == 1:
        kind, values, multiplier = OperatorKind.CONV, values[..., None], 1
    else:
        source = builder.loaded_source(source, operator)
    target = builder.result(operator, rows, columns, channels)
    builder.layers.append(
        Layer(
            kind,
            operator.index,
            (source,),
            target,
            window,
            depth_multiplier=multiplier,
            weights=values,
            scaling=scaling,
        )
    )


def _place(
    operator: Operator, options: WindowOptions, feature: Feature, kernel: tuple[int, int]
) -> tuple[Window, int, int]:
    """The window and the output's rows and columns, by TFLite's SAME and VALID."""
    if not all(1 <= n <= MAX_SMALL for n in kernel):
        refuse(operator, f"window {kernel}", f"use at most {MAX_SMALL}")
    sizes: list[int] = []
    pads: list[int] = []
    for size, k, step in zip((feature.height, feature.width), kernel, options.stride, strict=True):
        same = options.padding == "SAME"
        count = -(-size // step) if same else (size - k) // step + 1
        if count < 1:
            refuse(operator, f"window {kernel} is larger than its input", "use padding SAME")
        sizes.append(count)
        pads.append(max((count - 1) * step + k - size, 0) // 2 if same else 0)
    return Window(kernel, options.stride, pads[0], pads[1]), sizes[0], sizes[1]


def _fully_connected(builder: _Builder, operator: Operator) -> None:
    source = builder.source(operator)
    feature, weights = builder.features[source], builder.tensor(operator, 1)
    out, inputs = weights.shape
    if inputs != feature.height * feature.width * feature.channels:
        refuse(
            operator, f"weights for {inputs} values, input {builder.tensor(operator).shape}", SHAPES
        )
    values, kind, window = weights.constant(np.int8), OperatorKind.FULLY_CONNECTED, Window()
    if not feature.is_vector or source == IMAGE_FEATURE:
        if max(feature.height, feature.width) > MAX_SMALL:
            refuse(operator, f"reads {feature.height}x{feature.width} pixels", "pool them first")
        kind, window = OperatorKind.CONV, Window((feature.height, feature.width))
        values = values.reshape(out, feature.height, feature.width, feature.channels)
    scaling = arithmetic.convolution(builder.graph, operator, values, feature.zero_point)
    target = builder.result(operator, 1, 1, out)
    builder.layers.append(
        Layer(kind, operator.index, (source,), target, window, weights=values, scaling=scaling)
    )


def _pool(builder: _Builder, operator: Operator) -> None:
    options = operator.options
    assert isinstance(options, WindowOptions)
    arithmetic.same_quantisation(builder.graph, operator)
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    window, rows, columns = _place(operator, options, feature, options.kernel)
    target = builder.result(operator, rows, columns, feature.channels)
    clamp = arithmetic.activation_range(
        builder.graph.tensors[operator.outputs[0]], options.activation
    )
    largest = operator.name == "MAX_POOL_2D"
    kind = OperatorKind.MAX_POOL if largest else OperatorKind.AVERAGE_POOL
    builder.layers.append(Layer(kind, operator.index, (source,), target, window, clamp=clamp))


def _mean(builder: _Builder, operator: Operator) -> None:
    axes = builder.tensor(operator, 1)
    known = axes.data is not None and axes.kind == "int32"
    values = axes.constant(np.int32).reshape(-1).tolist() if known else []
    if sorted(a % 4 for a in values) != [1, 2]:
        refuse(operator, "averages other axes than height and width", "use GlobalAveragePooling2D")
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    scaling = arithmetic.mean(builder.graph, operator, feature)
    target = builder.result(operator, 1, 1, feature.channels)
    builder.layers.append(
        Layer(OperatorKind.MEAN, operator.index, (source,), target, scaling=scaling)
    )


def _reshape(builder: _Builder, operator: Operator) -> None:
    source = builder.source(operator)
    feature, old = builder.features[source], builder.tensor(operator)
    new = builder.graph.tensors[operator.outputs[0]]
    arithmetic.same_quantisation(builder.graph, operator)
    if len(operator.inputs) == 2 and builder.tensor(operator, 1).data is None:
        refuse(
            operator, "its shape is computed at run time", "fix every dimension before converting"
        )
    count = int(np.prod(old.shape))
    spatial = (1, feature.height, feature.width, feature.channels)
    if int(np.prod(new.shape)) != count or not (
        new.shape == spatial or _wide(new.shape) == _wide((count,))
    ):
        refuse(operator, f"turns {old.shape} into {new.shape}", "reshape only to flatten")
    builder.alias(operator, source)


def _softmax(builder: _Builder, operator: Operator) -> None:
    source = builder.loaded_source(builder.source(operator), operator)
    feature, shape = builder.features[source], builder.tensor(operator).shape
    if not feature.is_vector or shape[-1] != feature.channels:
        refuse(operator, f"input of shape {shape}", "the engine takes softmax over [1, n]")
    assert isinstance(operator.options, OtherOptions)
    if operator.options.beta * feature.scale <= 2.0**-26:
        refuse(operator, f"input scale {feature.scale:g} is too small", "convert the model again")
    form = arithmetic.softmax(feature.scale, operator.options.beta)
    target = builder.result(operator, 1, 1, feature.channels)
    builder.layers.append(
        Layer(OperatorKind.SOFTMAX, operator.index, (source,), target, exponential=form)
    )


def _add(builder: _Builder, operator: Operator) -> None:
    sources = tuple(
        builder.loaded_source(builder.source(operator, position), operator) for position in (0, 1)
    )
    first, second = (builder.features[s] for s in sources)
    shapes = [builder.tensor(operator, position).shape for position in (0, 1)]
    if shapes[0] != shapes[1] or (first.height, first.width) != (second.height, second.width):
        refuse(operator, f"adds {shapes[0]} and {shapes[1]}", "only equal shapes can be added")
    addition = arithmetic.addition(builder.graph, operator)
    target = builder.result(operator, first.height, first.width, first.channels)
    builder.layers.append(
        Layer(OperatorKind.ADD, operator.index, sources, target, addition=addition)
    )


def _pad(builder: _Builder, operator: Operator) -> None:
    paddings = builder.tensor(operator, 1)
    known = paddings.data is not None and paddings.kind == "int32" and paddings.shape == (4, 2)
    values = paddings.constant(np.int32) if known else np.full((4, 2), -1)
    if values[[0, 3]].any() or values.min() < 0 or values.max() > MAX_SMALL:
        refuse(operator, "pads other than rows and columns by constants", f"use 0..{MAX_SMALL}")
    arithmetic.same_quantisation(builder.graph, operator)
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    rows, columns = (int(v) for v in values[1:3].sum(axis=1))
    target = builder.result(
        operator, feature.height + rows, feature.width + columns, feature.channels
    )
    window = Window(pad_top=int(values[1, 0]), pad_left=int(values[2, 0]))
    builder.layers.append(Layer(OperatorKind.PAD, operator.index, (source,), target, window))


def _quantize(builder: _Builder, operator: Operator) -> None:
    source = builder.loaded_source(builder.source(operator), operator)
    feature = builder.features[source]
    scaling = arithmetic.rescaling(builder.graph, operator)
    target = builder.result(operator, feature.height, feature.width, feature.channels)
    builder.layers.append(
        Layer(OperatorKind.QUANTIZE, operator.index, (source,), target, scaling=scaling)
    )


_LOWER: dict[str, Callable[[_Builder, Operator], None]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "MEAN": _mean,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
    "ADD": _add,
    "PAD": _pad,
    "QUANTIZE": _quantize,
}
