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
    "ADD plain": (62.469, 62.469, 3407.988),  # error 2.9%
    "AVERAGE_POOL plain": (12.622, 1.402, 478.0),  # error 0.0%
    "CONV plain": (7.448, 647.667, 3153.629),  # error 1.1%
    "DEPTHWISE 1": (20.562, 56.219, 4.175, 78.64, 882.881),  # error 3.9%
    "DEPTHWISE 2": (0.0, 132.783, 10.006, 80.446, 1289.263),  # error 1.2%
    "DEPTHWISE plain": (52.128, 5.792, 9554.397),  # error 0.8%
    "FIRST 1": (127.734, 23.591, 1297.439, 667.654),  # error 0.1%
    "FIRST 3": (312.516, 176.4, 1157.348, 838.954),  # error 0.0%
    "FULLY_CONNECTED plain": (9.004, 316.017, 158.008),  # error 0.1%
    "MAX_POOL plain": (34.33, 8.582, 0.0),  # error 2.3%
    "MEAN plain": (15.612, 143.921, 1294.269),  # error 1.1%
    "POINTWISE 3": (10.527, 79.099, 34.914, 10.832, 541.396, 3187.631),  # error 4.5%
    "POINTWISE 4": (14.24, 33.912, 69.213, 6.753, 1381.687, 3029.784),  # error 4.9%
    "POINTWISE plain": (7.235, 65.111, 0.0),  # error 18.4%
    "SOFTMAX plain": (271.975, 271.975, 222.152),  # error 6.0%
}
WORST_ERROR = 0.15  # of a whole network's cycles, among those of layer_cycles


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
