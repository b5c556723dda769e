"""Operators that look at a window: convolutions, fully connected layers, pools, means over a map."""

from __future__ import annotations

import numpy as np

from host.compiler import arithmetic
from host.compiler.check import MAX_SMALL, refuse
from host.compiler.format import OperatorKind
from host.compiler.graph import Operator, WindowOptions
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Scaling, Window, place_window
from host.compiler.passes.lower_builder import SHAPES, Builder


def convolution(builder: Builder, operator: Operator) -> None:
    """CONV_2D; of a 1x1 window POINTWISE, or FULLY_CONNECTED on a vector. Raises HostError."""
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


def depthwise(builder: Builder, operator: Operator) -> None:
    """DEPTHWISE_CONV_2D; of one channel it is a convolution. Raises HostError."""
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
    size, same = (feature.height, feature.width), options.padding == "SAME"
    placed = place_window(size, kernel, options.stride, same)
    if placed is None:
        refuse(operator, f"window {kernel} is larger than its input", "use padding SAME")
    return placed


def fully_connected(builder: Builder, operator: Operator) -> None:
    """FULLY_CONNECTED over a whole map or a vector. Raises HostError."""
    source = builder.source(operator)
    feature, weights = builder.features[source], builder.tensor(operator, 1)
    out, inputs = weights.shape
    if inputs != feature.height * feature.width * feature.channels:
        refuse(
            operator, f"weights for {inputs} values, input {builder.tensor(operator).shape}", SHAPES
        )
    values = weights.constant(np.int8)
    if not feature.is_vector:
        values = values.reshape(out, feature.height, feature.width, feature.channels)
    scaling = arithmetic.convolution(builder.graph, operator, values, feature.zero_point)
    target = builder.result(operator, 1, 1, out)
    kind = OperatorKind.FULLY_CONNECTED
    builder.layers.append(
        Layer(kind, operator.index, (source,), target, weights=values, scaling=scaling)
    )


def pool(builder: Builder, operator: Operator) -> None:
    """AVERAGE_POOL_2D and MAX_POOL_2D. Raises HostError."""
    options = operator.options
    assert isinstance(options, WindowOptions)
    arithmetic.same_quantisation(builder.graph, operator)
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    high, wide = options.kernel
    window, rows, columns = _place(operator, options, feature, (high, wide))
    target = builder.result(operator, rows, columns, feature.channels)
    clamp = arithmetic.activation_range(
        builder.graph.tensors[operator.outputs[0]], options.activation
    )
    largest = operator.name == "MAX_POOL_2D"
    kind = OperatorKind.MAX_POOL if largest else OperatorKind.AVERAGE_POOL
    builder.layers.append(Layer(kind, operator.index, (source,), target, window, clamp=clamp))


def mean(builder: Builder, operator: Operator) -> None:
    """MEAN over rows and columns, or over one of the two: a depthwise convolution with weights of 1."""
    order = builder.axes.get(operator.inputs[0], "NHWC")
    if order != "NHWC" or len(_reduced(builder, operator)) == 1:
        _mean_of_one(builder, operator, order)
        return
    axes_of(builder, operator, "GlobalAveragePooling2D")
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    count = feature.height * feature.width
    scaling = arithmetic.mean(builder.graph, operator, count, feature.zero_point)
    target = builder.result(operator, 1, 1, feature.channels)
    builder.layers.append(
        Layer(OperatorKind.MEAN, operator.index, (source,), target, scaling=scaling)
    )


def _reduced(builder: Builder, operator: Operator) -> list[int]:
    """The axes, 0.. of the input's; empty when they are not constants."""
    axes, rank = builder.tensor(operator, 1), len(builder.tensor(operator).shape)
    if axes.data is None or axes.kind != "int32" or rank == 0:
        return []
    return [int(axis) % rank for axis in axes.constant(np.int32).reshape(-1)]


def _mean_of_one(builder: Builder, operator: Operator, order: str) -> None:
    """order: of the input's axes, a letter each."""
    reduced, source = _reduced(builder, operator), builder.feature_of.get(operator.inputs[0])
    letter = order[reduced[0]] if len(reduced) == 1 and reduced[0] < len(order) else "C"
    if letter not in "HW" or source is None or len(builder.tensor(operator).shape) != len(order):
        refuse(operator, f"reduces axes {reduced} of {order}", "use GlobalAveragePooling2D")
    source = builder.loaded_source(source, operator)
    f = builder.features[source]
    kernel = (f.height, 1) if letter == "H" else (1, f.width)
    if max(kernel) > MAX_SMALL:
        refuse(operator, f"averages {max(kernel)} pixels", f"use at most {MAX_SMALL}")
    one = arithmetic.mean(builder.graph, operator, max(kernel), f.zero_point)
    bias, multiplier, shift = (
        np.repeat(values, f.channels) for values in (one.bias, one.multiplier, one.shift)
    )
    height, width = f.height // kernel[0], f.width // kernel[1]
    target = builder.reordered(operator, (height, width, f.channels), order, letter)
    builder.layers.append(
        Layer(
            OperatorKind.DEPTHWISE,
            operator.index,
            (source,),
            target,
            Window(kernel),
            weights=np.ones((f.channels, *kernel), np.int8),
            scaling=Scaling(bias, multiplier, shift, one.act_min, one.act_max),
        )
    )


def reduce_max(builder: Builder, operator: Operator) -> None:
    """REDUCE_MAX over rows and columns is a pool with one window."""
    axes_of(builder, operator, "GlobalMaxPooling2D")
    arithmetic.same_quantisation(builder.graph, operator)
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    if max(feature.height, feature.width) > MAX_SMALL:
        refuse(operator, f"reads {feature.height}x{feature.width} pixels", "pool them first")
    target = builder.result(operator, 1, 1, feature.channels)
    window = Window((feature.height, feature.width))
    builder.layers.append(Layer(OperatorKind.MAX_POOL, operator.index, (source,), target, window))


def axes_of(builder: Builder, operator: Operator, remedy: str) -> None:
    """Refuses a reduction over anything but rows and columns."""
    axes = builder.tensor(operator, 1)
    known = axes.data is not None and axes.kind == "int32"
    values = axes.constant(np.int32).reshape(-1).tolist() if known else []
    rank = len(builder.tensor(operator).shape)
    if rank != 4 or sorted(a % 4 for a in values) != [1, 2]:
        refuse(operator, f"reduces axes {values}, not height and width", f"use {remedy}")
