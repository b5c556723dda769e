"""Predicts the cycles of each operator without running it.

Each kind of operator has a few terms (work, loop turns, weights to widen) and a constant for each, fitted to the
Cortex-M4 cycle model over whole networks by `python -m tests.engine.layer_cycles`: estimates, as the model itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from host.compiler.build import Compiled
from host.compiler.format import Form, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Feature, Layer
from host.compiler.scratch import bands, block_pixels, demand, is_first, steps, tiling

COEFFICIENTS: dict[str, tuple[float, ...]] = {
    "ADD FAST": (79.067, 19.027, 0.0, 0.0),  # error 24.1%
    "ADD GENERAL": (91.0, 70.0, 900.0),
    "AVERAGE_POOL": (16.53, 95.258, 192.798, 477.583),
    "CONCATENATION": (2.0, 60.0, 600.0),
    "DEPTHWISE any 1": (33.608, 16.804, 0.0, 299.656, 13.621, 5075.502),
    "DEPTHWISE general 1": (50.054, 25.027, 66.202, 138.217, 5.708, 657.578),
    "DEPTHWISE general 2": (60.0, 30.0, 70.0, 138.0, 6.0, 1500.0),
    "DEPTHWISE any 2": (24.739, 12.37, 183.481, 20.422, 78.455, 13080.728),
    "FULLY_CONNECTED": (18.657, 170.649, 60.005, 355.064),  # error 5.5%
    "LOAD": (48.96, 0.979, 0.007),  # error 1.0%
    "MAX_POOL": (16.437, 70.667, 94.952, 917.367),
    "MAX_POOL 2x2": (3.114, 1.557, 136.764, 354.912),
    "MAXIMUM": (14.0, 70.0, 600.0),
    "MEAN": (16.293, 189.36, 372.191, 372.191),
    "MINIMUM": (14.0, 70.0, 600.0),
    "MULTIPLY": (71.0, 178.0, 600.0),
    "PAD": (14.018, 104.983, 0.0),
    "RESIZE": (45.0, 80.0, 600.0),
    "TABLE": (14.7, 1.0, 600.0),
    "WINDOW image": (
        18.432,
        34.255,
        32.734,
        0.0,
        0.0,
        3351.035,
        187.854,
        35.762,
        1589.672,
    ),  # error 1.9%
    "CONV plain": (11.917, 803.581, 62.867),  # error 0.0%
    "DEPTHWISE 1": (19.888, 66.143, 6.77, 86.34, 589.877, 50.13, 33.693),  # error 3.4%
    "DEPTHWISE 2": (0.0, 131.701, 27.34, 50.541, 441.989, 61.203, 22.679),  # error 2.0%
    "DEPTHWISE plain": (52.129, 5.792, 9482.243),  # error 0.8%
    "FIRST 1": (119.422, 84.762, 873.263, 1418.634, 0.0),  # error 0.8%
    "FIRST 3": (302.705, 205.445, 906.226, 3896.857, 0.0),  # error 0.7%
    "POINTWISE plain": (9.746, 0.0, 107370.967),  # error 5.7%
    "POINTWISE 3 16": (12.296, 47.783, 15.589, 11.669, 778.534, 5.657),  # error 1.4%
    "POINTWISE 3 flash": (12.162, 48.755, 22.508, 5.422, 167.7, 0.974),  # error 0.0%
    "POINTWISE 4 16": (16.516, 27.707, 38.658, 0.0, 1609.316, 0.0),  # error 2.9%
    "POINTWISE 4 4": (26.782, 6.695, 10.885, 374.325, 93.581, 359.796),  # error 2.2%
    "POINTWISE 4 4n": (16.803, 68.139, 23.197, 21.717, 633.267, 0.0),  # error 1.7%
    "POINTWISE 4 8": (21.239, 2.655, 26.488, 153.863, 19.233, 0.0),  # error 1.2%
    "POINTWISE 4 flash": (10.521, 186.351, 110.966, 13.912, 23.688, 2156.242),  # error 0.2%
    "WINDOW 16": (20.213, 0.0, 0.0, 0.0, 0.0, 1855.44, 436.388, 251.503, 0.0),  # error 1.0%
    "WINDOW 4n": (
        18.092,
        18.598,
        18.622,
        35.362,
        34.269,
        1116.886,
        181.802,
        91.861,
        888.049,
    ),  # error 0.9%
    "WINDOW 8": (30.266, 3.783, 0.0, 1.892, 0.473, 0.059, 0.059, 0.0, 0.007),  # error 0.0%
    "WINDOW flash": (16.447, 0.0, 23.642, 48.535, 4.879, 499.064, 0.0, 0.0, 0.0),  # error 0.3%
    "WINDOW 4": (34.0, 18.6, 18.6, 35.4, 34.3, 1117.0, 182.0, 92.0, 888.0),
    "SOFTMAX": (528.8, 0.0, 218.467),  # error 5.9%
}
ESTIMATED = frozenset(  # set by hand from a few layers that were measured, not fitted
    {
        *("ADD FAST", "ADD GENERAL", "CONCATENATION", "DEPTHWISE general 2", "LOAD", "MAXIMUM"),
        *("MINIMUM", "MULTIPLY", "RESIZE", "TABLE", "WINDOW 4", "WINDOW 8"),
    }
)
UNMEASURED = 40.0  # cycles for each of an operator's terms
WORST_ERROR = 0.08  # of the networks that the constants were fitted to and that take LEAST_CYCLES (docs/MODELS.md)
LEAST_CYCLES = 1_000_000  # in smaller ones what starts an operator counts too much


@dataclass(frozen=True)
class Terms:
    """kind: which coefficients; values: what they multiply."""

    kind: str
    values: list[float]


def predict(compiled: Compiled) -> list[int]:
    """Estimated cycles of each operator."""
    return [max(0, round(_cycles(t))) for t in terms(compiled)]


def _cycles(t: Terms) -> float:
    constants = COEFFICIENTS.get(t.kind)
    if (
        constants is None
    ):  # no network that was measured has it: dear, so that nobody is promised too much
        return UNMEASURED * sum(t.values)
    return sum(v * c for v, c in zip(t.values, constants, strict=True))


def unmeasured(compiled: Compiled) -> list[str]:
    """Kinds of operators whose constants are estimates by hand, or missing: no fit bounds their error."""
    kinds = {t.kind for t in terms(compiled)}
    return sorted((kinds - COEFFICIENTS.keys()) | (kinds & ESTIMATED))


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
    if layer.kind is OperatorKind.FULLY_CONNECTED and scratch:
        return _dense(layer, source, output)
    if layer.kind in (OperatorKind.AVERAGE_POOL, OperatorKind.MAX_POOL, OperatorKind.MEAN):
        return _pool(layer, source, output, rows)
    if scratch and layer.kind is OperatorKind.POINTWISE:
        wanted = demand(network, layer, form).rows
        return _pointwise(source, output, form, rows, wanted)
    if scratch and layer.kind is OperatorKind.DEPTHWISE:
        return _depthwise(layer, output, form, rows)
    if scratch and layer.kind is OperatorKind.CONV:
        image = layer.inputs[0] == IMAGE_FEATURE
        first = image and is_first(layer, source, output)
        return (
            _first(source, output, rows)
            if first
            else _window(layer, source, output, form, rows, image)
        )
    return _plain(layer, source, output, form, rows)


def _dense(layer: Layer, source: Feature, output: Feature) -> Terms:
    """Work, outputs, and the copy of a map."""
    values = source.height * source.width * source.channels
    pairs = -(-output.channels // 2)
    lines = 0 if source.is_vector else source.height * source.channels
    return Terms("FULLY_CONNECTED", [pairs * -(-values // 4), output.channels, lines, 1])


def _pool(layer: Layer, source: Feature, output: Feature, rows: list[int]) -> Terms:
    """Words that are read, outputs, windows, steps."""
    high, wide = layer.window.kernel
    if layer.kind is OperatorKind.MEAN:
        high, wide = source.height, source.width
    outputs = output.height * output.width * output.channels
    words = outputs * high * -(-wide // 4)
    halving = (high, wide) == layer.window.stride == (2, 2) and not layer.window.pad_top
    kind = "MAX_POOL 2x2" if halving and layer.kind is OperatorKind.MAX_POOL else layer.kind.name
    lines = output.height * (output.channels if kind == "MAX_POOL 2x2" else output.width)
    return Terms(kind, [words, outputs, lines, len(rows)])


def _kernel(steps: int, values: int, form: Form, resident: bool) -> str:
    """Which of the pair kernels runs (dsp/multiply.c), flash: fetching the weights. values: a channel's weights."""
    if not resident and form is Form.SHORT and steps % 16 == 0 and values == 2 * steps:
        return "flash"
    return str(steps) if steps in (4, 8) else "16" if steps % 16 == 0 else "4n"


def _window(
    layer: Layer, source: Feature, output: Feature, form: Form, rows: list[int], image: bool
) -> Terms:
    """Work, ends of blocks, gathered groups (by stride), widened weights, pairs of channels, lines to mend, steps."""
    made = tiling(layer, source, output, image)
    row_blocks = max(1, output.width // 4) + (output.width > 4 and output.width % 4 > 0)
    blocks = row_blocks * output.height
    tiles = sum(-(-r // made.rows) for r in rows) * -(-max(1, output.width // 4) // made.blocks)
    tiles += sum(-(-r // made.rows) for r in rows) * (output.width > 4 and output.width % 4 > 0)
    runs = 1 if made.resident else tiles
    kernel = _kernel(
        made.steps, math.prod(layer.window.kernel) * source.channels, form, bool(made.resident)
    )
    apart = layer.window.stride[1] > 1 and not image
    return Terms(
        "WINDOW image" if image else f"WINDOW {kernel}",
        [
            blocks * made.pairs * made.steps,
            blocks * made.pairs,
            blocks * made.steps * (not apart),
            blocks * made.steps * apart,
            runs * made.pairs * made.steps,
            runs * made.pairs,
            tiles * (layer.window.kernel[0] if image else math.prod(layer.window.kernel)),
            output.height * output.channels * (output.width < 4),
            len(rows),
        ],
    )


def _pointwise(source: Feature, output: Feature, form: Form, rows: list[int], wanted: int) -> Terms:
    pixels, count = block_pixels(output.width), steps(source.channels, output.width)
    blocks = -(-output.width // pixels) * output.height
    pairs = -(-output.channels // 2)
    runs = sum(-(-r // wanted) for r in rows) if wanted else 1
    return Terms(
        f"POINTWISE {pixels} {_kernel(count, source.channels, form, not wanted)}",
        [
            blocks * pairs * count,
            blocks * pairs,
            blocks * count,
            runs * pairs * count,
            runs * pairs,
            len(rows),
        ],
    )


def _depthwise(layer: Layer, output: Feature, form: Form, rows: list[int]) -> Terms:
    stride = layer.window.stride[0]
    if layer.window.kernel != (3, 3) or layer.depth_multiplier != 1 or output.width < 2:
        return _depthwise_any(layer, output, form, rows)
    if form is Form.GENERAL:
        return _depthwise_any(layer, output, form, rows)
    plain = _not_uniform(layer, output)
    strips, apart = (-(-output.width // 2) * n for n in (output.channels - plain, plain))
    runs = sum(bands(r, stride) for r in rows)
    return Terms(
        f"DEPTHWISE {stride}",
        [
            strips * output.height,
            strips * runs,
            output.height * output.channels,
            output.channels,
            len(rows),
            apart * output.height,
            output.height * plain,
        ],
    )


def _not_uniform(layer: Layer, output: Feature) -> int:
    """Channels that the kernels of several rows cannot take: kernels_plain.c, strip_is_uniform."""
    assert layer.scaling is not None
    if layer.scaling.act_min < output.zero_point:
        return output.channels
    right = -layer.scaling.shift
    small = np.isin(layer.scaling.bias >> np.where(right < 12, 17 + right, 31), (0, -1))
    return int(output.channels - np.count_nonzero((right >= 5) & (right < 12) & small))


def _depthwise_any(layer: Layer, output: Feature, form: Form, rows: list[int]) -> Terms:
    """Rows of fours of weights, blocks, lines, channels, steps."""
    high, quads = layer.window.kernel[0], 2
    blocks = -(-output.width // 4) * output.height * output.channels
    lines = output.height * output.channels
    return Terms(
        f"DEPTHWISE {'general' if form is Form.GENERAL else 'any'} {layer.window.stride[1]}",
        [
            blocks * high * quads,
            blocks * high,
            blocks,
            lines,
            output.channels * high * quads,
            len(rows),
        ],
    )


def _first(source: Feature, output: Feature, rows: list[int]) -> Terms:
    blocks, pairs = -(-output.width // 4) * output.height, -(-output.channels // 2)
    values: list[float] = [blocks * pairs, blocks, output.height, output.channels, len(rows)]
    return Terms(f"FIRST {source.channels}", values)


def _plain(layer: Layer, source: Feature, output: Feature, form: Form, rows: list[int]) -> Terms:
    outputs = output.height * output.width * output.channels
    taps = layer.window.kernel[0] * layer.window.kernel[1]
    if layer.weights is not None:
        taps = layer.weights.size // output.channels
    lines = output.height * output.channels
    if layer.weights is not None:
        return Terms(f"{layer.kind.name} plain", [outputs * taps, outputs, len(rows)])
    if layer.kind is OperatorKind.ADD and form is Form.FAST:
        words, rest = divmod(output.width, 4)
        return Terms("ADD FAST", [lines * words, lines * rest, lines, len(rows)])
    name = f"ADD {form.name}" if layer.kind is OperatorKind.ADD else layer.kind.name
    return Terms(name, [outputs, lines, len(rows)])
