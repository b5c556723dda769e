"""TFLite's integer constants for each operator, from the tensors' scales and zero points, bit for bit.

Where TFLite computes in float32, so does this file; sources are TFLite's kernels (conv, fully_connected, add, reduce,
softmax, quantize) and gemmlowp's fixed-point functions; tests/compiler holds them against LiteRT.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from host.compiler import tables
from host.compiler.additions import with_linear
from host.compiler.check import refuse
from host.compiler.format import PackedSample
from host.compiler.graph import Graph, Operator, Tensor
from host.compiler.network import Addition, Exponential, Scaling
from host.compiler.quantise import quantise_multiplier

ADD_LEFT_SHIFT = 20
SOFTMAX_INTEGER_BITS = 5  # exp's argument is Q5.26


def scale(tensor: Tensor) -> float:
    """The one scale of an activation (a float32's value)."""
    assert tensor.quantisation is not None
    return float(tensor.quantisation.scales[0])


def zero_point(tensor: Tensor) -> int:
    """The one zero point of an activation, of int8 q."""
    assert tensor.quantisation is not None
    return int(tensor.quantisation.zero_points[0])


def same_quantisation(graph: Graph, operator: Operator, position: int = 0) -> None:
    """Refuses an operator that moves values without rescaling when its output is scaled differently."""
    a, b = graph.tensors[operator.inputs[position]], graph.tensors[operator.outputs[0]]
    if abs(scale(a) - scale(b)) > 1e-6 or zero_point(a) != zero_point(b):
        refuse(
            operator,
            f"input '{a.name}' and output are quantised differently "
            f"({scale(a):g}, {zero_point(a)}; {scale(b):g}, {zero_point(b)})",
            "convert the model again with a converter of 2022 or later",
        )


def activation_range(output: Tensor, activation: str) -> tuple[int, int]:
    """Bounds of u under a fused activation function."""
    point = zero_point(output)

    def quantised(real: float) -> int:
        ratio = np.float32(real) / np.float32(scale(output))
        return point + int(np.trunc(ratio + np.copysign(np.float32(0.5), ratio)))

    low, high = -128, 127
    if activation in ("RELU", "RELU6"):
        low = max(low, quantised(0.0))
    if activation == "RELU6":
        high = min(high, quantised(6.0))
    if activation == "RELU_N1_TO_1":
        low, high = max(low, quantised(-1.0)), min(high, quantised(1.0))
    return low + 128, high + 128


def _multipliers(reals: list[float]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs = np.array([quantise_multiplier(real) for real in reals], np.int64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def convolution(
    graph: Graph, operator: Operator, weights: NDArray[np.int8], input_zero_point: int
) -> Scaling:
    """Of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED. weights: [out]...; input_zero_point: of u."""
    source, constant = (graph.tensors[i] for i in operator.inputs[:2])
    output = graph.tensors[operator.outputs[0]]
    assert constant.quantisation is not None
    scales, out = constant.quantisation.scales, len(weights)
    if operator.name == "FULLY_CONNECTED" and len(scales) == 1:
        # GetQuantizedConvolutionMultipler multiplies the two scales in float32.
        product = float(np.float32(scale(source)) * scales[0])
        reals = [product / scale(output)] * out
    else:
        reals = [scale(source) * float(s) / scale(output) for s in np.broadcast_to(scales, out)]
    multiplier, shift = _multipliers(reals)
    if bool(np.any(shift > 30)):
        refuse(operator, "its scales differ by more than 2^30", "convert the model again")
    bias = np.zeros(out, np.int64)
    if len(operator.inputs) == 3 and operator.inputs[2] >= 0:
        bias = graph.tensors[operator.inputs[2]].constant(np.int32).astype(np.int64)
    sums = weights.astype(np.int64).reshape(out, -1).sum(axis=1)
    low, high = activation_range(output, operator.options.activation)
    # Measured on LiteRT 2.3 (tests/compiler/test_arithmetic.py): its FULLY_CONNECTED rounds once.
    once = operator.name == "FULLY_CONNECTED"
    return Scaling(bias - input_zero_point * sums, multiplier, shift, low, high, once)


def mean(graph: Graph, operator: Operator, count: int, zero_point: int) -> Scaling:
    """QuantizedMeanOrSum of recent TFLite: the division by the count is in the multiplier. zero_point: of u."""
    source, output = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
    multiplier, shift = quantise_multiplier(scale(source) / scale(output))
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    multiplier, shift = (multiplier << extra) // count, shift - extra
    if not 0 <= multiplier < 1 << 31 or shift > 30:
        refuse(operator, "its scales differ too much", "convert the model again")
    return _one_channel(-zero_point * count, multiplier, shift)


def _one_channel(bias: int, multiplier: int, shift: int) -> Scaling:
    b, m, s = (np.array([value], np.int64) for value in (bias, multiplier, shift))
    return Scaling(b, m, s, 0, 255)


def addition(operator: Operator, first: Tensor, second: Tensor, output: Tensor) -> Addition:
    """ADD of int8 by TFLite's general (not power-of-two) path."""
    twice = 2 * max(scale(first), scale(second))
    reals = (
        scale(first) / twice,
        scale(second) / twice,
        twice / ((1 << ADD_LEFT_SHIFT) * scale(output)),
    )
    pairs = [quantise_multiplier(real) for real in reals]
    if any(shift > 0 for _, shift in pairs):
        refuse(operator, "its output's scale is too small", "convert the model again")
    low, high = activation_range(output, operator.options.activation)
    (m1, s1), (m2, s2), (m3, s3) = pairs
    made = Addition(
        (m1, m2, m3),
        (-s1, -s2, -s3),
        low,
        high,
        (zero_point(first) + 128, zero_point(second) + 128),
    )
    return with_linear(made, zero_point(output) + 128)


def multiplication(operator: Operator, first: Tensor, second: Tensor, output: Tensor) -> Scaling:
    """MUL of int8."""
    multiplier, shift = quantise_multiplier(scale(first) * scale(second) / scale(output))
    if shift > 14:
        refuse(operator, "its scales differ by more than 2^14", "convert the model again")
    low, high = activation_range(output, operator.options.activation)
    return dataclasses.replace(_one_channel(0, multiplier, shift), act_min=low, act_max=high)


def pair_table(graph: Graph, operator: Operator, constant: int, value: int) -> NDArray[np.uint8]:
    """An operator with one constant (int8 q, its input `constant`) for all values, as a table of the other input."""
    tensors = [graph.tensors[i] for i in operator.inputs]
    output, name = graph.tensors[operator.outputs[0]], operator.name
    low, high = (bound - 128 for bound in activation_range(output, operator.options.activation))
    sides = [tables.Q, tables.Q]
    sides[constant] = np.full(256, value, np.int64)
    if name in ("MINIMUM", "MAXIMUM"):
        return tables.as_table((np.minimum if name == "MINIMUM" else np.maximum)(*sides))
    first, second = (side - zero_point(t) for side, t in zip(sides, tensors, strict=True))
    if name == "MUL":
        real = scale(tensors[0]) * scale(tensors[1]) / scale(output)
        return tables.as_table(
            tables.multiply(first * second, real) + zero_point(output), low, high
        )
    twice = 2 * max(scale(tensors[0]), scale(tensors[1]))
    a, b = (
        tables.multiply(side << ADD_LEFT_SHIFT, scale(t) / twice)
        for side, t in ((first, tensors[0]), (second, tensors[1]))
    )
    total = a - b if name == "SUB" else a + b
    scaled = tables.multiply(total, twice / ((1 << ADD_LEFT_SHIFT) * scale(output)))
    return tables.as_table(scaled + zero_point(output), low, high)


def activation_table(operator: Operator, source: Tensor, output: Tensor) -> NDArray[np.uint8]:
    """uint8 [1][256] of a function of one value."""
    ends = tables.Ends(scale(source), zero_point(source), scale(output), zero_point(output))
    name, options = operator.name, operator.options
    if name in ("RELU", "RELU6", "RELU_N1_TO_1", "QUANTIZE"):
        low, high = activation_range(output, "NONE" if name == "QUANTIZE" else name)
        made = tables.requantised(ends, low - 128, high - 128)
    elif name == "HARD_SWISH":
        made = tables.hard_swish(ends)
    elif name == "LEAKY_RELU":
        made = tables.leaky_relu(ends, getattr(options, "alpha", 0.0))
    else:
        made = tables.by_function(ends, FUNCTIONS[name])
    return made[None]


def prelu_tables(
    source: Tensor, alpha: Tensor, output: Tensor, slopes: NDArray[np.int8]
) -> NDArray[np.uint8]:
    """uint8 [1 or channels][256]. slopes: int8 q [channels]."""
    ends = tables.Ends(scale(source), zero_point(source), scale(output), zero_point(output))
    kinds = slopes[:1] if len(set(slopes.tolist())) == 1 else slopes
    return np.stack(
        [tables.prelu(ends, scale(alpha), int(slope) - zero_point(alpha)) for slope in kinds]
    )


def _sigmoid(real: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        made: NDArray[np.float32] = np.float32(1) / (np.float32(1) + np.exp(-real))
    return made


FUNCTIONS = {"LOGISTIC": _sigmoid, "TANH": np.tanh}


def samples(operator: Operator, size: int, wanted: int) -> list[PackedSample]:
    """Where each of `wanted` rows or columns of a RESIZE lies among `size`."""
    aligned = bool(getattr(operator.options, "align_corners", False)) and wanted > 1
    centred = bool(getattr(operator.options, "half_pixel_centers", False))
    if operator.name == "RESIZE_BILINEAR":
        return [_bilinear(i, size, wanted, aligned, centred) for i in range(wanted)]
    step = (
        np.float32(size - 1) / np.float32(wanted - 1)
        if aligned
        else np.float32(size) / np.float32(wanted)
    )
    made = []
    for i in range(wanted):
        place = (np.float32(i) + np.float32(0.5 if centred else 0.0)) * step
        index = int(np.floor(place + np.float32(0.5))) if aligned else int(np.floor(place))
        index = max(0, min(index, size - 1))
        made.append(PackedSample(index, index, 0, 0))
    return made


def _bilinear(i: int, size: int, wanted: int, aligned: bool, centred: bool) -> PackedSample:
    """ComputeInterpolationValuesInteger: Q10."""
    step = ((size << 10) + wanted // 2) // wanted
    if aligned:
        step = (((size - 1) << 10) + (wanted - 1) // 2) // (wanted - 1)
    place = i * step + (step // 2 - 512 if centred else 0)
    first = max(int(place / 1024), 0)  # towards zero, as C divides
    second = min(int((place + 1023) / 1024), size - 1)
    return PackedSample(min(first, size - 1), second, place - 1024 * first, 0)


def softmax(input_scale: float, beta: float) -> Exponential:
    """How SOFTMAX scales differences: exp(-d * beta * scale), 0 where TFLite skips the value."""
    real = min(beta * input_scale * (1 << (31 - SOFTMAX_INTEGER_BITS)), (1 << 31) - 1.0)
    multiplier, shift = quantise_multiplier(real)
    radius = ((1 << SOFTMAX_INTEGER_BITS) - 1) * (1 << (31 - SOFTMAX_INTEGER_BITS)) / (1 << shift)
    return Exponential(multiplier, shift, min(int(np.floor(radius)), 255))


def exponentials(form: Exponential) -> NDArray[np.int64]:
    """exp(-d) in Q0.31 for d = 0..255."""
    table = np.zeros(256, np.int64)
    for difference in range(form.largest_difference + 1):
        scaled = _high_product(-difference << form.left_shift, form.multiplier)
        table[difference] = _exp_on_negative(scaled)
    return table


def _high_product(a: int, b: int) -> int:
    """SaturatingRoundingDoublingHighMul."""
    return min((a * b + (1 << 30)) >> 31, (1 << 31) - 1)


def _divide(value: int, shift: int) -> int:
    """RoundingDivideByPOT: halves away from zero."""
    return (value + (1 << (shift - 1)) - (value < 0)) >> shift


def _exp_on_negative(a: int) -> int:
    """gemmlowp's exp_on_negative_values for Q5.26 `a` <= 0; result Q0.31."""
    fraction_bits = 31 - SOFTMAX_INTEGER_BITS
    quarter = 1 << (fraction_bits - 2)
    remainder = (a & (quarter - 1)) - quarter
    result = _exp_between_negative_quarter_and_zero(remainder << SOFTMAX_INTEGER_BITS)
    steps = remainder - a
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for exponent, factor in zip(range(-2, SOFTMAX_INTEGER_BITS), factors, strict=True):
        if steps & (1 << (fraction_bits + exponent)):
            result = _high_product(result, factor)
    return (1 << 31) - 1 if a == 0 else result


def _exp_between_negative_quarter_and_zero(a: int) -> int:
    """exp of Q0.31 `a` in [-1/4, 0): a Taylor polynomial around -1/8."""
    constant, third = 1895147668, 715827883
    x = a + (1 << 28)
    x2 = _high_product(x, x)
    x3 = _high_product(x2, x)
    x4 = _high_product(x2, x2)
    inner = _divide(_high_product(_divide(x4, 2) + x3, third) + x2, 1)
    return constant + _high_product(constant, x + inner)
