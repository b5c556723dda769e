"""Channels that interval analysis proves constant get weights of zero and constants that FAST can hold.

Converters leave such channels with biases and scales at their limits, which would cost the whole operator its form.
The channels stay: removing them is passes/dead_channels.py's.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from host.compiler.intervals import Bounds
from host.compiler.network import Network
from host.compiler.quantise import constant_channels, constant_scaling


def simplify_constant_channels(network: Network, bounds: Bounds) -> Network:
    """The network with the same values, and so the same bounds of its features. bounds: of `network`."""
    layers = list(network.layers)
    for index, layer in enumerate(layers):
        reach = bounds.accumulators[index]
        if reach is None or layer.scaling is None or layer.weights is None:
            continue
        point = network.features[layer.output].zero_point
        values = constant_channels(layer.scaling, point, reach)
        dead = (values >= 0).reshape(-1, *(1,) * (layer.weights.ndim - 1))
        layers[index] = dataclasses.replace(
            layer,
            weights=np.where(dead, np.int8(0), layer.weights),
            scaling=constant_scaling(layer.scaling, point, values),
        )
    return dataclasses.replace(network, layers=tuple(layers))
