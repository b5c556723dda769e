"""Predicts the cycles of each operator without running it.

Each kind of operator has a few terms (work, loop turns, weights to widen) and a constant for each, fitted to the
Cortex-M4 cycle model over whole networks by `python -m tests.engine.layer_cycles`: estimates, as the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.build import Compiled
from host.compiler.format import Form, OperatorKind
from host.compiler.network import Feature, Layer
from host.compiler.scratch import bands, block_pixels, demand, steps

CLOCK_HZ = 64_000_000
COEFFICIENTS: dict[str, tuple[float, ...]] = {
    "ADD plain": (54.747, 54.747, 3849.649),  # error 3.8%
    "AVERAGE_POOL plain": (22.061, 2.451, 435.0),  # error 0.0%
    "CONV plain": (5.134, 651.2, 3368.32),  # error 3.0%
    "DEPTHWISE 1": (26.696, 20.815, 0.0, 108.389, 989.562),  # error 2.5%
    "DEPTHWISE 2": (37.609, 18.086, 10.797, 98.12, 1287.496),  # error 1.9%
    "DEPTHWISE plain": (27.199, 3.022, 11739.728),  # error 1.7%
    "FIRST 1": (128.056, 27.989, 1304.884, 595.915),  # error 0.2%
    "FIRST 3": (310.118, 170.007, 1182.829, 856.419),  # error 0.0%
    "FULLY_CONNECTED plain": (8.003, 221.251, 110.626),  # error 0.1%
    "MAX_POOL plain": (26.41, 6.603, 71.488),  # error 1.8%
    "MEAN plain": (8.767, 86.354, 717.219),  # error 0.7%
    "POINTWISE 3": (10.946, 62.969, 30.059, 6.684, 601.642, 5105.726),  # error 4.4%
    "POINTWISE 4": (15.573, 44.069, 50.13, 0.0, 1166.2, 116.356),  # error 3.9%
    "POINTWISE plain": (6.585, 45.932, 0.0),  # error 18.5%
    "SOFTMAX plain": (46.957, 46.957, 577.258),  # error 0.2%
}


@dataclass(frozen=True)
class Terms:
    """kind: which coefficients; values: what they multiply."""

    kind: str
    values: list[float]


def predict(compiled: Compiled) -> list[int]:
    """Estimated cycles of each operator."""
    return [
        max(0, round(sum(v * c for v, c in zip(t.values, COEFFICIENTS[t.kind], strict=True))))
        for t in terms(compiled)
    ]


def terms(compiled: Compiled) -> list[Terms]:
    """The terms of each operator, in order."""
    rows: list[list[int]] = [[] for _ in compiled.network.layers]
    for step in compiled.plan.steps:
        rows[step.layer].append(step.end_row - step.first_row)
    return [
        _terms(compiled, layer, compiled.forms[index], compiled.plan.scratch[index][1], rows[index])
        for index, layer in enumerate(compiled.network.layers)
    ]


def _terms(compiled: Compiled, layer: Layer, form: Form, scratch: int, rows: list[int]) -> Terms:
    """rows: of each step."""
    network = compiled.network
    source, output = network.features[layer.inputs[0]], network.features[layer.output]
    if scratch and layer.kind is OperatorKind.POINTWISE:
        asked = demand(network, layer, form).rows
        return _pointwise(source, output, rows, asked)
    if scratch and layer.kind is OperatorKind.DEPTHWISE:
        return _depthwise(layer, output, rows)
    if scratch and layer.kind is OperatorKind.CONV:
        return _first(source, output, rows)
    return _plain(layer, source, output, rows)


def _pointwise(source: Feature, output: Feature, rows: list[int], asked: int) -> Terms:
    pixels, count = block_pixels(output.width), steps(source.channels, output.width)
    blocks = -(-output.width // pixels) * output.height
    pairs = -(-output.channels // 2)
    runs = sum(-(-r // asked) for r in rows) if asked else 1
    return Terms(
        f"POINTWISE {pixels}",
        [
            blocks * pairs * count,
            blocks * pairs,
            blocks * count,
            runs * pairs * count,
            runs * pairs,
            len(rows),
        ],
    )


def _depthwise(layer: Layer, output: Feature, rows: list[int]) -> Terms:
    stride = layer.window.stride[0]
    strips = -(-output.width // 2) * output.channels
    runs = sum(bands(r, stride) for r in rows)
    lines = output.height * output.channels
    return Terms(
        f"DEPTHWISE {stride}",
        [strips * output.height, strips * runs, lines, output.channels, len(rows)],
    )


def _first(source: Feature, output: Feature, rows: list[int]) -> Terms:
    blocks, pairs = -(-output.width // 4) * output.height, -(-output.channels // 2)
    return Terms(f"FIRST {source.channels}", [blocks * pairs, blocks, output.height, len(rows)])


def _plain(layer: Layer, source: Feature, output: Feature, rows: list[int]) -> Terms:
    outputs = output.height * output.width * output.channels
    taps = layer.window.kernel[0] * layer.window.kernel[1]
    if layer.weights is not None:
        taps = layer.weights.size // output.channels
    elif layer.kind is OperatorKind.MEAN:
        taps = source.height * source.width
    return Terms(f"{layer.kind.name} plain", [outputs * taps, outputs, len(rows)])
