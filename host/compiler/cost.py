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
    "ADD plain": (55.725, 55.725, 3816.341),  # error 3.7%
    "AVERAGE_POOL plain": (21.951, 2.439, 435.0),  # error 0.0%
    "CONV plain": (5.285, 647.475, 3350.616),  # error 2.9%
    "DEPTHWISE 1": (26.7, 20.803, 0.0, 108.375, 994.546),  # error 2.5%
    "DEPTHWISE 2": (37.615, 18.076, 10.796, 98.14, 1289.928),  # error 1.9%
    "DEPTHWISE plain": (27.473, 3.053, 11782.811),  # error 1.7%
    "FIRST 1": (128.057, 29.021, 1304.369, 596.029),  # error 0.2%
    "FIRST 3": (311.947, 170.577, 1176.227, 856.523),  # error 0.0%
    "FULLY_CONNECTED plain": (8.004, 221.854, 110.927),  # error 0.1%
    "MAX_POOL plain": (26.881, 6.72, 71.403),  # error 1.8%
    "MEAN plain": (8.767, 86.354, 717.219),  # error 0.7%
    "POINTWISE 3": (10.887, 64.778, 30.563, 6.865, 616.711, 5405.413),  # error 4.5%
    "POINTWISE 4": (15.339, 43.213, 57.465, 0.0, 1210.636, 0.0),  # error 4.3%
    "POINTWISE plain": (9.07, 88.108, 0.0),  # error 1.2%
    "SOFTMAX plain": (46.457, 46.457, 577.258),  # error 0.2%
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
