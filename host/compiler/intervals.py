"""Interval analysis: between which values each channel of each feature, and each accumulator, provably stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.base.errors import HostError
from host.compiler.format import OperatorKind
from host.compiler.network import Feature, Layer, Network
from host.compiler.quantise import Ints, Range, can_overflow, output_values

VECTOR_KINDS = (OperatorKind.CONV, OperatorKind.POINTWISE, OperatorKind.FULLY_CONNECTED)


@dataclass(frozen=True)
class Bounds:
    """features: of u, by feature, per channel. accumulators: by layer, per output channel; None where there is none."""

    features: list[Range]
    accumulators: list[Range | None]


def analyse(network: Network) -> Bounds:
    """The bounds of everything. Raises HostError for an accumulator that can leave 32 bits."""
    ranges = [_everything(feature) for feature in network.features]
    accumulators: list[Range | None] = []
    for layer in network.layers:
        accumulators.append(_accumulator_range(network, layer, ranges))
        ranges[layer.output] = _output_range(network, layer, ranges, accumulators[-1])
    return Bounds(ranges, accumulators)


def _everything(feature: Feature) -> Range:
    count = feature.channels
    return Range(np.zeros(count, np.int64), np.full(count, 255, np.int64))


def _output_range(
    network: Network, layer: Layer, ranges: list[Range], reach: Range | None
) -> Range:
    """reach: of the layer's accumulators."""
    output = network.features[layer.output]
    if reach is not None and layer.scaling is not None:
        if bool(np.any(can_overflow(layer.scaling, reach))):
            raise HostError(
                f"operator {layer.source} ({layer.kind.name}): its accumulator can leave 32 bits, "
                "where TFLite's result is undefined",
                "convert the model again",
            )
        return _requantised(layer, reach, output.zero_point)
    first = ranges[layer.inputs[0]]
    if layer.kind is OperatorKind.PAD:
        return _padded(layer, first, output)
    if layer.kind in (OperatorKind.LOAD, OperatorKind.RESIZE):
        return first
    if layer.kind is OperatorKind.TABLE:
        return _looked_up(layer, first)
    if layer.kind is OperatorKind.CONCATENATION:
        second = ranges[layer.inputs[1]]
        return Range(np.r_[first.low, second.low], np.r_[first.high, second.high])
    if layer.kind in (OperatorKind.MINIMUM, OperatorKind.MAXIMUM):
        second = _operand_range(layer, ranges)
        choose = np.minimum if layer.kind is OperatorKind.MINIMUM else np.maximum
        return Range(choose(first.low, second.low), choose(first.high, second.high))
    if layer.kind in (OperatorKind.AVERAGE_POOL, OperatorKind.MAX_POOL):
        return Range(np.clip(first.low, *layer.clamp), np.clip(first.high, *layer.clamp))
    return _everything(output)


def _padded(layer: Layer, first: Range, output: Feature) -> Range:
    """With the zero point at the borders, and alone in the channels that are added."""
    low, high = (np.full(output.channels, output.zero_point, np.int64) for _ in range(2))
    inside = slice(layer.channel, layer.channel + len(first.low))
    low[inside] = np.minimum(first.low, output.zero_point)
    high[inside] = np.maximum(first.high, output.zero_point)
    return Range(low, high)


def _looked_up(layer: Layer, first: Range) -> Range:
    assert layer.tables is not None
    tables = np.broadcast_to(layer.tables, (len(first.low), 256)).astype(np.int64)
    u = np.arange(256)
    reached = (u >= first.low[:, None]) & (u <= first.high[:, None])
    return Range(
        np.where(reached, tables, 255).min(axis=1), np.where(reached, tables, 0).max(axis=1)
    )


def _operand_range(layer: Layer, ranges: list[Range]) -> Range:
    """Of the second operand."""
    if layer.operand is None:
        return ranges[layer.inputs[1]]
    values = layer.operand.astype(np.int64)
    return Range(values, values)


def _product_range(network: Network, layer: Layer, ranges: list[Range]) -> Range:
    first, second = ranges[layer.inputs[0]], _operand_range(layer, ranges)
    point = network.features[layer.inputs[0]].zero_point
    corners = np.stack(
        [
            (a - point) * (b - layer.operand_point)
            for a in (first.low, first.high)
            for b in (second.low, second.high)
        ]
    )
    return Range(corners.min(axis=0), corners.max(axis=0))


def _requantised(layer: Layer, reach: Range, zero_point: int) -> Range:
    assert layer.scaling is not None
    low, high = (output_values(acc, layer.scaling, zero_point) for acc in (reach.low, reach.high))
    return Range(low, high)


def _accumulator_range(network: Network, layer: Layer, ranges: list[Range]) -> Range | None:
    """Per output channel, the bounds of the accumulator; None for operators without one."""
    if layer.scaling is None:
        return None
    if layer.kind is OperatorKind.MULTIPLY:
        return _product_range(network, layer, ranges)
    source = network.features[layer.inputs[0]]
    low, high = _with_border(network, layer, ranges[layer.inputs[0]])
    bias = layer.scaling.bias
    if layer.kind in VECTOR_KINDS:
        assert layer.weights is not None
        taps = layer.weights.astype(np.int64).reshape(len(layer.weights), -1, source.channels)
        return Range(*_bounds(taps, low, high, bias))
    if layer.kind is OperatorKind.DEPTHWISE:
        assert layer.weights is not None
        taps = layer.weights.astype(np.int64).reshape(len(layer.weights), -1, 1)
        low, high = (np.repeat(v, layer.depth_multiplier)[:, None, None] for v in (low, high))
        return Range(*_bounds(taps, low, high, bias))
    count = source.height * source.width if layer.kind is OperatorKind.MEAN else 1
    return Range(low * count + bias, high * count + bias)


def _bounds(taps: Ints, low: Ints, high: Ints, bias: Ints) -> tuple[Ints, Ints]:
    """taps: [out][taps][in]."""
    least = np.where(taps > 0, taps * low, taps * high).sum((1, 2)) + bias
    most = np.where(taps > 0, taps * high, taps * low).sum((1, 2)) + bias
    return least, most


def _with_border(network: Network, layer: Layer, inside: Range) -> tuple[Ints, Ints]:
    """Bounds of what the window reads: the border too, where it reaches there."""
    source, output = network.features[layer.inputs[0]], network.features[layer.output]
    overhang = layer.window.overhang((output.height, output.width), (source.height, source.width))
    if not (layer.window.pad_top or layer.window.pad_left or any(overhang)):
        return inside.low, inside.high
    point = source.zero_point
    return np.minimum(inside.low, point), np.maximum(inside.high, point)
