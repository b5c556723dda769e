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

COEFFICIENTS: dict[str, tuple[float, ...]] = {
    "ADD plain": (62.266, 62.266, 4825.367),  # error 2.4%
    "AVERAGE_POOL plain": (12.622, 1.402, 479.0),  # error 0.0%
    "CONV plain": (7.448, 649.662, 3152.416),  # error 1.1%
    "DEPTHWISE 1": (20.314, 57.39, 6.141, 72.191, 826.772),  # error 3.5%
    "DEPTHWISE 2": (0.0, 132.662, 10.531, 79.774, 1311.661),  # error 1.2%
    "DEPTHWISE plain": (52.129, 5.792, 9482.243),  # error 0.8%
    "FIRST 1": (128.24, 23.001, 1292.28, 628.409),  # error 0.1%
    "FIRST 3": (312.587, 176.021, 1160.557, 834.127),  # error 0.0%
    "FULLY_CONNECTED plain": (8.987, 317.422, 158.711),  # error 0.1%
    "MAX_POOL plain": (34.354, 8.589, 0.0),  # error 2.4%
    "MEAN plain": (15.611, 145.93, 1294.596),  # error 1.1%
    "POINTWISE 3": (10.006, 107.39, 30.778, 16.813, 249.085, 3374.053),  # error 4.3%
    "POINTWISE 4": (16.376, 43.011, 24.064, 10.28, 821.862, 890.221),  # error 1.9%
    "POINTWISE plain": (9.746, 0.0, 107370.967),  # error 5.7%
    "SOFTMAX plain": (264.422, 264.422, 218.467),  # error 5.9%
}
WORST_ERROR = 0.05  # of a whole network's cycles, among those that the constants were fitted to


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
