"""Operators that work value by value or only move values: tables, sums, products, padding, joins, other shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.compiler import arithmetic
from host.compiler.check import MAX_SMALL, refuse
from host.compiler.format import OperatorKind
from host.compiler.graph import Operator, OtherOptions, Tensor
from host.compiler.network import Layer, Window
from host.compiler.passes.lower_builder import ORDER, SHAPES, Builder, wide


def reshape(builder: Builder, operator: Operator) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS, and TRANSPOSE where it moves no value."""
    source = builder.source(operator)
    feature, old = builder.features[source], builder.tensor(operator)
    new = builder.graph.tensors[operator.outputs[0]]
    arithmetic.same_quantisation(builder.graph, operator)
    if len(operator.inputs) == 2 and builder.tensor(operator, 1).data is None:
        refuse(
            operator, "its shape is computed at run time", "fix every dimension before converting"
        )
    if operator.name == "TRANSPOSE" and not _keeps_order(builder, operator, old):
        _reorder(builder, operator, old, new)
        return
    count = int(np.prod(old.shape))
    spatial = (1, feature.height, feature.width, feature.channels)
    if int(np.prod(new.shape)) != count or not (
        new.shape == spatial or wide(new.shape) == wide((count,)) or _same_pixels(new, feature)
    ):
        refuse(operator, f"turns {old.shape} into {new.shape}", "reshape only to flatten")
    builder.alias(operator, source)


def _same_pixels(new: Tensor, feature: object) -> bool:
    """[1, n, 1, c] and [1, 1, n, c] and [1, n, c] hold the same values in the same order."""
    height, width, channels = (getattr(feature, n) for n in ("height", "width", "channels"))
    return wide(new.shape) == wide((height, width, channels))


def _reorder(builder: Builder, operator: Operator, old: Tensor, new: Tensor) -> None:
    """No value is moved; the new order of the axes is noted, for those that only average over them."""
    source, permutation = builder.spatial(operator), builder.tensor(operator, 1)
    readers = [o for o in builder.graph.operators if operator.outputs[0] in o.inputs]
    if permutation.data is None or not readers or any(o.name != "MEAN" for o in readers):
        refuse(operator, f"moves values: {old.shape} becomes {new.shape}", ORDER)
    moved = permutation.constant(np.int32).reshape(-1)
    if sorted(int(axis) for axis in moved) != [0, 1, 2, 3]:
        refuse(operator, f"permutes by {moved.tolist()}", SHAPES)
    builder.alias(operator, source)
    builder.axes[operator.outputs[0]] = "".join("NHWC"[axis] for axis in moved)


def _keeps_order(builder: Builder, operator: Operator, old: Tensor) -> bool:
    permutation = builder.tensor(operator, 1)
    if permutation.data is None or permutation.kind != "int32":
        return False
    moved = [int(axis) for axis in permutation.constant(np.int32).reshape(-1)]
    if sorted(moved) != list(range(len(old.shape))):
        return False
    large = [axis for axis in moved if old.shape[axis] != 1]
    return large == sorted(large)


def softmax(builder: Builder, operator: Operator) -> None:
    """SOFTMAX over one row of scores."""
    source = builder.loaded_source(builder.source(operator), operator)
    feature, shape = builder.features[source], builder.tensor(operator).shape
    if not feature.is_vector or shape[-1] != feature.channels:
        refuse(
            operator,
            f"input of shape {shape}",
            "the engine runs classifiers: softmax over [1, n]. A detector's map of scores needs a "
            "pool (GlobalMaxPooling2D) before it",
        )
    assert isinstance(operator.options, OtherOptions)
    if operator.options.beta * feature.scale <= 2.0**-26:
        refuse(operator, f"input scale {feature.scale:g} is too small", "convert the model again")
    form = arithmetic.softmax(feature.scale, operator.options.beta)
    target = builder.result(operator, 1, 1, feature.channels)
    builder.layers.append(
        Layer(OperatorKind.SOFTMAX, operator.index, (source,), target, exponential=form)
    )


def pad(builder: Builder, operator: Operator) -> None:
    """PAD and PADV2 by the zero point, of rows, columns and channels."""
    paddings = builder.tensor(operator, 1)
    known = paddings.data is not None and paddings.kind in ("int32", "int64")
    if not known or paddings.shape != (4, 2):
        refuse(operator, "pads by what is computed at run time", "use constant paddings")
    values = paddings.constant(np.int32 if paddings.kind == "int32" else np.int64)
    if values[0].any() or values.min() < 0 or values[:3].max() > MAX_SMALL:
        refuse(operator, f"pads by {values.tolist()}", f"use 0..{MAX_SMALL} rows and columns")
    arithmetic.same_quantisation(builder.graph, operator)
    if operator.name == "PADV2" and not _pads_with_zero(builder, operator):
        refuse(operator, "pads with another value than 0", "use zero padding")
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature = builder.features[source]
    rows, columns, channels = (int(v) for v in values[1:].sum(axis=1))
    target = builder.result(
        operator, feature.height + rows, feature.width + columns, feature.channels + channels
    )
    window = Window(pad_top=int(values[1, 0]), pad_left=int(values[2, 0]))
    builder.layers.append(
        Layer(
            OperatorKind.PAD,
            operator.index,
            (source,),
            target,
            window,
            channel=int(values[3, 0]),
        )
    )


def _pads_with_zero(builder: Builder, operator: Operator) -> bool:
    value = builder.tensor(operator, 2)
    point = arithmetic.zero_point(builder.tensor(operator))
    return value.data is not None and value.constant(np.int8).reshape(-1).tolist() == [point]


def table(builder: Builder, operator: Operator) -> None:
    """Any function of one value."""
    source, target_tensor = builder.tensor(operator), builder.graph.tensors[operator.outputs[0]]
    add_table(builder, operator, arithmetic.activation_table(operator, source, target_tensor))


def add_table(
    builder: Builder, operator: Operator, tables: NDArray[np.uint8], position: int = 0
) -> None:
    """tables: uint8 [1 or channels][256] for input `position`. What changes nothing is left out."""
    source = builder.source(operator, position)
    if bool((tables == np.arange(256)).all()):
        builder.alias(operator, source)
        return
    source = builder.loaded_source(source, operator)
    f = builder.features[source]
    target = builder.result(operator, f.height, f.width, f.channels, like=source)
    builder.layers.append(
        Layer(OperatorKind.TABLE, operator.index, (source,), target, tables=tables)
    )


def prelu(builder: Builder, operator: Operator) -> None:
    """PRELU with one slope a channel."""
    alpha, channels = (
        builder.tensor(operator, 1),
        builder.features[builder.source(operator)].channels,
    )
    slopes = operand_of(operator, alpha, channels, "slopes")
    tables = arithmetic.prelu_tables(
        builder.tensor(operator), alpha, builder.graph.tensors[operator.outputs[0]], slopes
    )
    add_table(builder, operator, tables)


def operand_of(operator: Operator, tensor: Tensor, channels: int, what: str) -> NDArray[np.int8]:
    """A constant of one value, or one a channel: int8 [channels]."""
    shape = wide(tensor.shape) if tensor.shape else (1,)
    if tensor.kind != "int8" or tensor.data is None or shape not in ((1,), (channels,)):
        refuse(
            operator,
            f"{what} of shape {tensor.shape} ({tensor.kind})",
            f"use one value, or {channels} along the channels",
        )
    values: NDArray[np.int8] = np.broadcast_to(tensor.constant(np.int8).reshape(-1), (channels,))
    return values


def concatenation(builder: Builder, operator: Operator) -> None:
    """CONCATENATION along channels, two maps at a time."""
    output = builder.graph.tensors[operator.outputs[0]]
    rank = len(output.shape)
    assert isinstance(operator.options, OtherOptions)
    if operator.options.axis % rank != rank - 1:
        refuse(operator, f"joins along axis {operator.options.axis}", "join along channels")
    for position in range(len(operator.inputs)):
        arithmetic.same_quantisation(builder.graph, operator, position)
    sources = [
        builder.loaded_source(builder.source(operator, position), operator)
        for position in range(len(operator.inputs))
    ]
    first = builder.features[sources[0]]
    if any(
        (builder.features[s].height, builder.features[s].width) != (first.height, first.width)
        for s in sources
    ):
        refuse(operator, "joins maps of different sizes", SHAPES)
    joined = sources[0]
    for number, source in enumerate(sources[1:], 2):
        channels = builder.features[joined].channels + builder.features[source].channels
        last = number == len(sources)
        target = (
            builder.result(operator, first.height, first.width, channels)
            if last
            else builder.hidden(output, first.height, first.width, channels)
        )
        builder.layers.append(
            Layer(OperatorKind.CONCATENATION, operator.index, (joined, source), target)
        )
        joined = target
    if len(sources) == 1:
        builder.alias(operator, joined)


def resize(builder: Builder, operator: Operator) -> None:
    """RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""
    arithmetic.same_quantisation(builder.graph, operator)
    source = builder.loaded_source(builder.spatial(operator), operator)
    feature, shape = builder.features[source], builder.graph.tensors[operator.outputs[0]].shape
    if len(shape) != 4:
        refuse(operator, f"gives shape {shape}", SHAPES)
    target = builder.result(operator, shape[1], shape[2], feature.channels)
    samples = tuple(
        sample
        for size, wanted in ((feature.height, shape[1]), (feature.width, shape[2]))
        for sample in arithmetic.samples(operator, size, wanted)
    )
    builder.layers.append(
        Layer(OperatorKind.RESIZE, operator.index, (source,), target, samples=samples)
    )
