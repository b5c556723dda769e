"""Predicts the cycles of each operator without running it.

Each kind of operator has a few terms (work, loop turns, weights to widen) and a constant for each, fitted to the
Cortex-M4 cycle model over whole networks by `python -m tests.engine.layer_cycles`: estimates, as the model itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from host.compiler.build import Compiled
from host.compiler.cost_coefficients import COEFFICIENTS, ESTIMATED, UNMEASURED
from host.compiler.format import Form, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Feature, Layer
from host.compiler.scratch import bands, block_pixels, demand, is_first, steps, tiling


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
    if constants is None:  # no network that was measured has it: dear, lest too much be promised
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
