"""A PAD before convolutions becomes their own padding; an image that only convolutions read needs no LOAD."""

from __future__ import annotations

import dataclasses

from host.compiler.check import MAX_SMALL
from host.compiler.format import OperatorKind
from host.compiler.network import IMAGE_FEATURE, Layer, Network, Window

WINDOWED = (OperatorKind.CONV, OperatorKind.DEPTHWISE)


def fold_pads(network: Network) -> Network:
    """The network with the same values and fewer layers."""
    layers = list(network.layers)
    for layer in network.layers:
        if layer.kind is OperatorKind.PAD:
            layers = _fold_pad(network, layers, layer)
    for layer in network.layers:
        if layer.kind is OperatorKind.LOAD:
            layers = _drop_load(layers, layer)
    return dataclasses.replace(network, layers=tuple(layers))


def _fold_pad(network: Network, layers: list[Layer], pad: Layer) -> list[Layer]:
    readers = [layer for layer in layers if pad.output in layer.inputs]
    shapes = network.features[pad.inputs[0]], network.features[pad.output]
    if shapes[0].channels != shapes[1].channels:
        return layers
    widened = {id(reader): _widened(network, reader, pad) for reader in readers}
    if not readers or pad.output == network.output or None in widened.values():
        return layers
    made = []
    for layer in layers:
        window = widened.get(id(layer))
        if window is not None:
            layer = dataclasses.replace(layer, inputs=pad.inputs, window=window)
        if layer.output != pad.output:
            made.append(layer)
    return made


def _widened(network: Network, reader: Layer, pad: Layer) -> Window | None:
    """The reader's window on the PAD's input; None when a window would then see no pixel of it at all."""
    if reader.kind not in WINDOWED:
        return None
    window = dataclasses.replace(
        reader.window,
        pad_top=reader.window.pad_top + pad.window.pad_top,
        pad_left=reader.window.pad_left + pad.window.pad_left,
    )
    source, output = network.features[pad.inputs[0]], network.features[reader.output]
    below = (output.height - 1) * window.stride[0] - window.pad_top
    right = (output.width - 1) * window.stride[1] - window.pad_left
    fits = window.pad_top < window.kernel[0] and window.pad_left < window.kernel[1]
    small = max(window.pad_top, window.pad_left) <= MAX_SMALL
    return window if fits and small and below < source.height and right < source.width else None


def _drop_load(layers: list[Layer], load: Layer) -> list[Layer]:
    readers = [layer for layer in layers if load.output in layer.inputs]
    if any(reader.kind is not OperatorKind.CONV for reader in readers):
        return layers
    return [
        dataclasses.replace(layer, inputs=(IMAGE_FEATURE,))
        if load.output in layer.inputs
        else layer
        for layer in layers
        if layer.output != load.output
    ]
