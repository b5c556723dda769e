"""The living definition of a packed model: runs one in NumPy, operator by operator, on whole maps.

It reads only the blob; where maps lie in the arena and in which steps they are computed must make no difference, so
it ignores both. Activations are uint8 arrays [height][width][channels].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from host.compiler.arithmetic import exponentials
from host.compiler.format import (
    IMAGE,
    Form,
    OperatorKind,
    PackedAddition,
    PackedLinearAddition,
    PackedSample,
    PackedSoftmax,
)
from host.compiler.network import Exponential
from host.compiler.oracle_arithmetic import (
    Call,
    Image,
    Ints,
    clip,
    columns_of,
    divide,
    high_product,
    reciprocal,
    requantise,
    wrap,
)
from host.compiler.pack import PackedModel, read_records


def run(model: PackedModel, image: Image) -> list[Image]:
    """The output of every operator. image: uint8 [height][width][channels], u = q + 128."""
    maps: dict[int, Image] = {IMAGE: image}
    outputs: list[Image] = []
    for operator in model.operators:
        sources = [operator.input]
        if operator.second_input != IMAGE:
            sources.append(operator.second_input)
        target = model.maps[operator.output]
        fills = [
            model.header.input_zero_point if s == IMAGE else model.maps[s].fill for s in sources
        ]
        call = Call(
            model,
            operator,
            tuple(maps[s] for s in sources),
            (target.height, target.width, target.channels),
            (*fills, target.fill),
        )
        maps[operator.output] = _KINDS[OperatorKind(operator.kind)](call).astype(np.uint8)
        outputs.append(maps[operator.output])
    return outputs


def scores(model: PackedModel, image: Image) -> NDArray[np.int8]:
    """The int8 scores."""
    return (run(model, image)[-1].reshape(-1).astype(np.int16) - 128).astype(np.int8)


def _windows(call: Call, fill: int) -> Ints:
    """[out height][out width][kernel height][kernel width][channels] of the input, borders filled."""
    o, (height, width, _) = call.operator, call.shape
    source = call.inputs[0].astype(np.int64)
    rows = (height - 1) * o.stride_height + o.kernel_height
    columns = (width - 1) * o.stride_width + o.kernel_width
    padded = np.full((rows, columns, source.shape[2]), fill, np.int64)
    seen = source[: rows - o.pad_top, : columns - o.pad_left]
    padded[o.pad_top : o.pad_top + len(seen), o.pad_left : o.pad_left + seen.shape[1]] = seen
    view = np.lib.stride_tricks.sliding_window_view(
        padded, (o.kernel_height, o.kernel_width), axis=(0, 1)
    )
    return view[:: o.stride_height, :: o.stride_width].transpose(0, 1, 3, 4, 2)


def _load(call: Call) -> Image:
    return call.inputs[0]


def _conv(call: Call) -> Ints:
    o, channels, out = call.operator, call.inputs[0].shape[2], call.shape[2]
    weights = call.weights(out, o.kernel_height * o.kernel_width * channels)
    taps = _windows(call, call.fills[0]).reshape(*call.shape[:2], -1)
    return requantise(call, taps @ weights.T, out)


def _pointwise(call: Call) -> Ints:
    source = call.inputs[0].astype(np.int64)
    weights = call.weights(call.shape[2], source.shape[2])
    return requantise(call, source @ weights.T, call.shape[2])


def _depthwise(call: Call) -> Ints:
    o, out = call.operator, call.shape[2]
    weights = call.weights(out, o.kernel_height, o.kernel_width)
    taps = np.repeat(_windows(call, call.fills[0]), o.depth_multiplier, axis=4)
    return requantise(call, np.einsum("yxijc,cij->yxc", taps, weights), out)


def _average_pool(call: Call) -> Ints:
    taps = _windows(call, -1)
    inside = taps >= 0
    count = inside.sum(axis=(2, 3))
    total = np.where(inside, taps - 128, 0).sum(axis=(2, 3))
    mean = (np.abs(total) + count // 2) // count * np.sign(total)
    return clip(mean + 128, call.operator.act_min, call.operator.act_max)


def _max_pool(call: Call) -> Ints:
    largest = _windows(call, -1).max(axis=(2, 3))
    return clip(largest, call.operator.act_min, call.operator.act_max)


def _mean(call: Call) -> Ints:
    total = call.inputs[0].astype(np.int64).sum(axis=(0, 1), keepdims=True)
    return requantise(call, total, 1)


def _fully_connected(call: Call) -> Ints:
    source = call.inputs[0].astype(np.int64)
    if call.operator.input != IMAGE:
        source = source.transpose(0, 2, 1)
    weights = call.weights(call.shape[2], source.size)
    return requantise(call, (weights @ source.reshape(-1)).reshape(call.shape), call.shape[2])


def _table(call: Call) -> Image:
    offset, count = call.operator.weights_offset, call.operator.extra
    tables = np.frombuffer(call.model.data, np.uint8, 256 * count, offset).reshape(count, 256)
    chosen = np.arange(count) if count > 1 else 0
    return np.asarray(tables[chosen, call.inputs[0]], np.uint8)


def _second(call: Call) -> tuple[Ints, int]:
    """The second operand, which may have one value a channel, and its zero point."""
    if len(call.inputs) == 2:
        return call.inputs[1].astype(np.int64), call.fills[1]
    offset, o = call.operator.weights_offset, call.operator
    return np.frombuffer(call.model.data, np.uint8, call.shape[2], offset).astype(np.int64), o.extra


def _multiply(call: Call) -> Ints:
    second, point = _second(call)
    return requantise(call, (call.inputs[0].astype(np.int64) - call.fills[0]) * (second - point), 1)


def _minimum(call: Call) -> Ints:
    return np.asarray(np.minimum(call.inputs[0].astype(np.int64), _second(call)[0]))


def _maximum(call: Call) -> Ints:
    return np.asarray(np.maximum(call.inputs[0].astype(np.int64), _second(call)[0]))


def _concatenate(call: Call) -> Image:
    return np.concatenate(call.inputs, axis=2)


def _resize(call: Call) -> Ints:
    """TFLite's ResizeBilinearInteger; nearest neighbours have fractions of 0."""
    height, width, _ = call.shape
    rows = read_records(PackedSample, call.model.data, call.operator.weights_offset, height + width)
    y, x = rows[:height], rows[height:]
    q = call.inputs[0].astype(np.int64) - 128
    (top, bottom, down), (left, right, across) = (
        columns_of(r, "first", "second", "fraction") for r in (y, x)
    )
    down, across = down[:, None, None], across[None, :, None]
    total = (
        q[top][:, left] * (1024 - down) * (1024 - across)
        + q[bottom][:, left] * down * (1024 - across)
        + q[top][:, right] * (1024 - down) * across
        + q[bottom][:, right] * down * across
    )
    half = np.where(total > 0, 1 << 19, -(1 << 19))
    return np.asarray(np.trunc((total + half) / (1 << 20)).astype(np.int64) + 128)


def _pad(call: Call) -> Image:
    o, source = call.operator, call.inputs[0]
    made = np.full(call.shape, call.fills[-1], np.uint8)
    rows, columns, channels = source.shape
    inside = made[o.pad_top : o.pad_top + rows, o.pad_left : o.pad_left + columns]
    inside[:, :, o.extra : o.extra + channels] = source
    return made


def _add(call: Call) -> Ints:
    if call.operator.form == Form.FAST:
        (k,) = read_records(
            PackedLinearAddition, call.model.data, call.operator.constants_offset, 1
        )
        line = call.inputs[0].astype(np.int64) * k.first + _second(call)[0] * k.second + k.offset
        return clip(wrap(line) >> k.shift, call.operator.act_min, call.operator.act_max)
    (c,) = read_records(PackedAddition, call.model.data, call.operator.constants_offset, 1)
    a, b = call.inputs[0].astype(np.int64), _second(call)[0]
    first = divide(high_product((a - c.first_zero_point) << 20, c.first_multiplier), c.first_shift)
    second = divide(
        high_product((b - c.second_zero_point) << 20, c.second_multiplier), c.second_shift
    )
    total = divide(high_product(first + second, c.output_multiplier), c.output_shift)
    return clip(total + call.fills[-1], call.operator.act_min, call.operator.act_max)


def _softmax(call: Call) -> Ints:
    u = call.inputs[0].reshape(-1).astype(np.int64)
    (c,) = read_records(PackedSoftmax, call.model.data, call.operator.constants_offset, 1)
    table = exponentials(Exponential(c.multiplier, c.left_shift, c.largest_difference))
    powers = table[u.max() - u]
    total = int(divide(powers, 12).sum())
    headroom = 32 - total.bit_length()
    scale = reciprocal(np.array((total << headroom) - (1 << 31), np.int64))
    probability = divide(high_product(powers, int(scale)), 12 - headroom + 31 - 8)
    return np.where(powers > 0, np.clip(probability, 0, 255), 0).reshape(call.shape)


_KINDS: dict[OperatorKind, Callable[[Call], NDArray[np.uint8] | Ints]] = {
    OperatorKind.LOAD: _load,
    OperatorKind.CONV: _conv,
    OperatorKind.POINTWISE: _pointwise,
    OperatorKind.DEPTHWISE: _depthwise,
    OperatorKind.AVERAGE_POOL: _average_pool,
    OperatorKind.MAX_POOL: _max_pool,
    OperatorKind.MEAN: _mean,
    OperatorKind.FULLY_CONNECTED: _fully_connected,
    OperatorKind.SOFTMAX: _softmax,
    OperatorKind.ADD: _add,
    OperatorKind.PAD: _pad,
    OperatorKind.TABLE: _table,
    OperatorKind.MULTIPLY: _multiply,
    OperatorKind.MINIMUM: _minimum,
    OperatorKind.MAXIMUM: _maximum,
    OperatorKind.CONCATENATION: _concatenate,
    OperatorKind.RESIZE: _resize,
}
