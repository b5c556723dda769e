"""Removes channels that cannot change a score.

Forward, interval analysis proves channels constant; backward, need analysis finds channels that nobody reads, or reads
only through weights of zero. A constant that a convolution reads goes into its bias. The scores stay the same, bit for
bit. Operators that work channel by channel (depthwise, pools, add, ...) keep the same channels on both sides.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from host.compiler.format import OperatorKind
from host.compiler.intervals import VECTOR_KINDS
from host.compiler.network import IMAGE_FEATURE, Layer, Network, Scaling
from host.compiler.quantise import Ints, Range

Mask = NDArray[np.bool_]


def remove_dead_channels(network: Network, ranges: list[Range]) -> Network:
    """The network of the channels that matter. ranges: of u, by feature."""
    keep = _needed(network, ranges)
    layers = tuple(_narrow(network, layer, keep, ranges) for layer in network.layers)
    features = tuple(
        dataclasses.replace(feature, channels=int(mask.sum()))
        for feature, mask in zip(network.features, keep, strict=True)
    )
    kept = tuple(old[mask] for old, mask in zip(network.kept, keep, strict=True))
    return dataclasses.replace(network, features=features, layers=layers, kept=kept)


def _needed(network: Network, ranges: list[Range]) -> list[Mask]:
    """For each feature, which channels stay: the least fixed point of the layers' demands."""
    keep = [np.zeros(feature.channels, np.bool_) for feature in network.features]
    for whole in _untouchable(network):
        keep[whole][:] = True
    while _demand_all(network, ranges, keep) or _revive(network, ranges, keep):
        pass
    return keep


def _untouchable(network: Network) -> set[int]:
    """The image, the scores, and what LOAD, SOFTMAX and a PAD of channels touch."""
    found = {IMAGE_FEATURE, network.output}
    for layer in network.layers:
        pads = layer.kind is OperatorKind.PAD and (
            network.features[layer.inputs[0]].channels != network.features[layer.output].channels
        )
        if pads or layer.kind in (OperatorKind.LOAD, OperatorKind.SOFTMAX):
            found |= {*layer.inputs, layer.output}
    return found


def _revive(network: Network, ranges: list[Range], keep: list[Mask]) -> bool:
    """Brings one channel back where a map would have none; True when it did. A constant one asks for nothing itself."""
    for layer in reversed(network.layers):
        if not keep[layer.output].any():
            varying = ranges[layer.output].low != ranges[layer.output].high
            keep[layer.output][int(np.argmin(varying))] = True
            return True
    return False


def _demand_all(network: Network, ranges: list[Range], keep: list[Mask]) -> bool:
    """One backward pass; True when a mask grew."""
    before = sum(int(mask.sum()) for mask in keep)
    for layer in reversed(network.layers):
        if layer.kind in VECTOR_KINDS:
            source = layer.inputs[0]
            keep[source] |= _read_channels(network, layer, keep[layer.output], ranges[source])
        else:
            _equalise(layer, keep)
    return sum(int(mask.sum()) for mask in keep) > before


def _equalise(layer: Layer, keep: list[Mask]) -> None:
    """Inputs and output of a channel-by-channel operator keep the same channels."""
    if layer.kind is OperatorKind.CONCATENATION:
        first, second = layer.inputs
        count = len(keep[first])
        keep[first] = keep[first] | keep[layer.output][:count]
        keep[second] = keep[second] | keep[layer.output][count:]
        keep[layer.output] = np.r_[keep[first], keep[second]]
        return
    if layer.kind is OperatorKind.PAD and len(keep[layer.inputs[0]]) != len(keep[layer.output]):
        return  # all of them stay, see _untouchable
    multiplier = layer.depth_multiplier
    shared: Mask = np.asarray(keep[layer.output].reshape(-1, multiplier).any(axis=1))
    for source in layer.inputs:
        shared = np.logical_or(shared, keep[source])
    for source in layer.inputs:
        keep[source] = np.array(shared)
    keep[layer.output] = np.repeat(shared, multiplier)


def _taps(layer: Layer) -> Ints:
    """Weights as [out][taps][in]."""
    assert layer.weights is not None
    return layer.weights.astype(np.int64).reshape(len(layer.weights), -1, layer.weights.shape[-1])


def _foldable(network: Network, layer: Layer, inside: Range) -> Mask:
    """Input channels that are constant everywhere the window looks, borders counted."""
    source, output = network.features[layer.inputs[0]], network.features[layer.output]
    overhang = layer.window.overhang((output.height, output.width), (source.height, source.width))
    constant = inside.low == inside.high
    if layer.window.pad_top or layer.window.pad_left or any(overhang):
        constant &= inside.low == source.zero_point
    return np.asarray(constant, np.bool_)


def _read_channels(network: Network, layer: Layer, outputs: Mask, inside: Range) -> Mask:
    used = (_taps(layer)[outputs] != 0).any(axis=(0, 1))
    return np.asarray(used & ~_foldable(network, layer, inside), np.bool_)


def _narrow(network: Network, layer: Layer, keep: list[Mask], ranges: list[Range]) -> Layer:
    kept = keep[layer.output]
    if layer.operand is not None:
        layer = dataclasses.replace(layer, operand=layer.operand[kept])
    if layer.tables is not None and len(layer.tables) > 1:
        layer = dataclasses.replace(layer, tables=layer.tables[kept])
    if layer.weights is None:
        return layer
    outputs = keep[layer.output]
    weights, bias = layer.weights[outputs], np.zeros(int(outputs.sum()), np.int64)
    if layer.kind in VECTOR_KINDS:
        inside, inputs = ranges[layer.inputs[0]], keep[layer.inputs[0]]
        folded = np.where(_foldable(network, layer, inside) & ~inputs, inside.low, 0)
        bias = (_taps(layer)[outputs] * folded).sum(axis=(1, 2))
        weights = weights[..., inputs]
    assert layer.scaling is not None
    return dataclasses.replace(
        layer,
        weights=np.ascontiguousarray(weights),
        scaling=_narrow_scaling(layer.scaling, outputs, bias),
    )


def _narrow_scaling(scaling: Scaling, outputs: Mask, bias: Ints) -> Scaling:
    return dataclasses.replace(
        scaling,
        bias=scaling.bias[outputs] + bias,
        multiplier=scaling.multiplier[outputs],
        shift=scaling.shift[outputs],
    )
