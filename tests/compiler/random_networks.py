"""Small random quantised networks, drawn to reach corners: odd channels, 1x1 maps, any zero point, saturation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler.build import Compiled, Options, compile_anyway
from host.compiler.pack import exceeded_limit
from host.compiler.pixels import BYTES
from tests.compiler.builder import ModelBuilder

Generator = np.random.Generator
UNDEFINED = "can leave 32 bits"
CHANNELS = (1, 2, 3, 4, 5, 7, 8, 12, 16, 24)


def random_model(seed: int) -> tuple[bytes, tuple[int, int, int]]:
    """A .tflite file and the shape of its image [height][width][channels]."""
    random = np.random.default_rng(seed)
    height, width = (int(n) for n in random.integers(1, 15, 2))
    shape = (height, width, int(random.choice((1, 1, 2, 3, 3, 4))))
    model = ModelBuilder()
    image = model.tensor((1, *shape), float(random.uniform(0.004, 0.05)), _zero_point(random))
    value = image
    for _ in range(int(random.integers(1, 7))):
        value = _spatial(random, model, value)
    if seed % 4 == 3:
        value = _rarer(random, model, value)
    return model.finish(image, _head(random, model, value)), shape


def compile_defined(data: bytes, options: Options | None = None) -> Compiled | None:
    """The compiled network; None when it is refused because TFLite's own arithmetic could overflow."""
    try:
        return compile_as_bytes(data, "random", options)
    except HostError as error:
        assert UNDEFINED in str(error)
        return None


def compile_as_bytes(data: bytes, name: str, options: Options | None = None) -> Compiled:
    """A picture's bytes are the input's values, whatever its scale and zero point: networks of tests have any."""
    made = compile_anyway(data, name, options=replace(options or Options(), pixels=BYTES))
    exceeded = exceeded_limit(made.network, made.plan)
    if exceeded:
        raise exceeded
    return made


def _zero_point(random: Generator) -> int:
    return int(random.choice(np.array([-128, -128, random.integers(-128, 128), 127])))


def _spatial(random: Generator, model: ModelBuilder, value: int) -> int:
    kind = random.choice(
        ("conv", "pointwise", "depthwise", "pool", "add", "pad", "quantize", "other"),
        p=(0.2, 0.15, 0.2, 0.1, 0.1, 0.05, 0.05, 0.15),
    )
    if kind == "other":
        return random_other(random, model, value)
    if kind in ("conv", "pointwise", "depthwise"):
        return _convolution(random, model, value, str(kind))
    if kind == "pool":
        _, height, width, _ = model.shape(value)
        kernel = (
            int(random.integers(1, min(height, 4) + 1)),
            int(random.integers(1, min(width, 4) + 1)),
        )
        stride = (int(random.integers(1, 4)), int(random.integers(1, 4)))
        padding = str(random.choice(("SAME", "VALID")))
        activation = _activation(random)
        return model.pool(value, kernel, stride, padding, activation, bool(random.integers(2)))
    if kind == "add":
        other = _convolution(random, model, value, "same")
        output = (model.scale(value) * float(random.uniform(0.5, 3)), _zero_point(random))
        pair = (value, other) if random.integers(2) else (other, value)
        return model.add(*pair, output, _activation(random))
    if kind == "pad":
        rows, columns = (tuple(int(n) for n in random.integers(0, 3, 2)) for _ in range(2))
        depth = (int(random.integers(0, 3)), int(random.integers(0, 3)))
        depth = depth if random.integers(2) else (0, 0)
        return model.pad(value, (rows[0], rows[1]), (columns[0], columns[1]), depth)
    scale = model.scale(value) * float(np.exp(random.uniform(-1, 1)))
    return model.quantize(value, (scale, _zero_point(random)))


def random_other(random: Generator, model: ModelBuilder, value: int) -> int:
    """An operator that works value by value or moves values."""
    kind = str(random.choice(("function", "pair", "constant", "concatenation", "resize")))
    scale = model.scale(value) * float(np.exp(random.uniform(-1, 1)))
    output = (scale, _zero_point(random))
    if kind == "function":
        return _function(random, model, value, output)
    if kind == "concatenation":
        return model.concatenation([value, value, value][: int(random.integers(1, 4))])
    _, height, width, channels = model.shape(value)
    if kind == "resize":
        size = (int(random.integers(1, 2 * height + 1)), int(random.integers(1, 2 * width + 1)))
        options = ({}, {"alignCorners": True}, {"halfPixelCenters": True})[random.integers(3)]
        return model.resize(value, size, bool(random.integers(2)), **options)
    name = str(random.choice(("ADD", "MUL", "MINIMUM", "MAXIMUM")))
    if kind == "constant":
        count = channels if random.integers(2) else 1
        second = model.constant(
            random.integers(-128, 128, count).astype(np.int8), 0.02, _zero_point(random)
        )
        if name == "MUL":
            output = (scale, output[1])
    elif random.integers(2):
        second = model.mean(value, (model.scale(value), _point(model, value)), True)
    else:
        second = _convolution(random, model, value, "same")
    if name in ("MINIMUM", "MAXIMUM"):
        output = (model.scale(value), _point(model, value))
        if kind == "constant" or model.shape(second) == model.shape(value):
            second = _like(random, model, value, second)
        return model.pair(name, value, second, output)
    return model.pair(name, value, second, output, _activation(random))


def _rarer(random: Generator, model: ModelBuilder, value: int) -> int:
    """PRELU, REDUCE_MAX or both."""
    which = int(random.integers(1, 4))
    if which & 1:
        slopes = random.integers(-128, 128, (1, 1, model.shape(value)[3])).astype(np.int8)
        output = (model.scale(value) * float(np.exp(random.uniform(-1, 1))), _zero_point(random))
        value = model.prelu(value, slopes, float(random.uniform(0.001, 0.01)), output)
    return model.reduce_max(value) if which & 2 else value


def _like(random: Generator, model: ModelBuilder, value: int, second: int) -> int:
    """Another operand for MINIMUM and MAXIMUM, quantised as `value`."""
    channels = model.shape(value)[3]
    count = channels if random.integers(2) else 1
    values = random.integers(-128, 128, count).astype(np.int8)
    return model.constant(values, model.scale(value), _point(model, value))


def _point(model: ModelBuilder, tensor: int) -> int:
    return int(model.graph.tensors[tensor].quantization.zeroPoint[0])


def _function(random: Generator, model: ModelBuilder, value: int, output: tuple[float, int]) -> int:
    name = str(random.choice(("RELU", "RELU6", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU")))
    fixed = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
    options = {"alpha": float(random.uniform(0, 0.5))} if name == "LEAKY_RELU" else {}
    return model.function(name, value, fixed.get(name, output), **options)


def _activation(random: Generator) -> str:
    return str(random.choice(("NONE", "RELU", "RELU6")))


def _convolution(random: Generator, model: ModelBuilder, value: int, kind: str) -> int:
    """kind: conv, pointwise, depthwise, or same (a pointwise one that keeps the shape)."""
    _, height, width, channels = model.shape(value)
    padding = str(random.choice(("SAME", "VALID")))
    kernel = (int(random.choice((1, 2, 3, 3, 5))), int(random.choice((1, 2, 3, 3, 5))))
    stride = (int(random.choice((1, 1, 2, 3))), int(random.choice((1, 1, 2, 3))))
    if kind in ("pointwise", "same"):
        kernel, stride = (1, 1), (1, 1)
    if kind == "depthwise" and random.integers(4):
        kernel, stride = (3, 3), (stride[0], stride[0])
    if padding == "VALID":
        kernel = (min(kernel[0], height), min(kernel[1], width))
    out = channels if kind == "same" else int(random.choice(CHANNELS))
    if kind == "depthwise":
        out = channels * int(random.choice((1, 1, 1, 2, 3) if channels > 1 else (1, 4, 8)))
        shape: tuple[int, ...] = (1, *kernel, out)
        taps = kernel[0] * kernel[1]
    else:
        shape, taps = (out, *kernel, channels), kernel[0] * kernel[1] * channels
    scales, output = _scales(random, model.scale(value), taps, out)
    return model.convolution(
        value,
        _weights(random, shape),
        _bias(random, out, taps),
        scales,
        output,
        stride,
        padding,
        _activation(random),
        kind == "depthwise",
    )


def _weights(random: Generator, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Mostly uniform; some all at the limits, some nearly all zero."""
    style = random.integers(8)
    if style == 0:
        return random.choice(np.array([-128, -127, 127], np.int8), shape)
    values = random.integers(-127, 128, shape).astype(np.int8)
    return values if style > 1 else np.where(random.random(shape) < 0.9, 0, values).astype(np.int8)


def _bias(random: Generator, out: int, taps: int) -> NDArray[np.int32]:
    spread = 4000 * np.sqrt(taps)
    bias = random.normal(0, spread, out).astype(np.int32)
    if random.integers(10) == 0:
        bias[random.integers(out)] = random.choice((-(1 << 29), 1 << 29, -(1 << 30)))
    return bias


def _scales(
    random: Generator, input_scale: float, taps: int, out: int
) -> tuple[NDArray[np.float32], tuple[float, int]]:
    """Weight scales (one or per channel) and the output's scale and zero point, so that outputs use their range."""
    weight_scales = np.exp(random.uniform(-7, -4, out)).astype(np.float32)
    if random.integers(5) == 0:
        weight_scales = weight_scales[:1]
    spread = float(np.sqrt(taps) * 70 * 70 * input_scale * np.median(weight_scales))
    output_scale = spread / 50 * float(np.exp(random.uniform(-1.5, 1.5)))
    if random.integers(12) == 0:
        output_scale = spread / 60000  # multipliers above one, everything saturates
    # TFLite refuses an activation of 6 that is more than 2^31 steps
    return weight_scales, (max(output_scale, 1e-8), _zero_point(random))


def _head(random: Generator, model: ModelBuilder, value: int) -> int:
    """From a map to scores."""
    _, height, width, channels = model.shape(value)
    style = random.integers(4)
    if style == 0 and height * width * channels < 2000:
        value = model.reshape(value, (1, height * width * channels))
    elif style == 1:
        value = model.pool(value, (height, width), (1, 1), "VALID")
        value = model.reshape(value, (1, channels))
    else:
        scale = model.scale(value) * float(random.choice((1.0, random.uniform(0.3, 2))))
        value = model.mean(value, (scale, _zero_point(random)), bool(random.integers(2)))
        value = model.reshape(value, (1, channels))
    if style == 0 or random.integers(5):
        inputs, out = model.shape(value)[1], int(random.integers(2, 6))
        scales, output = _scales(random, model.scale(value), inputs, out)
        weights = _weights(random, (out, inputs))
        bias = _bias(random, out, inputs) if random.integers(4) else None
        value = model.fully_connected(value, weights, bias, scales, output, _activation(random))
    # TFLite aborts on a softmax whose input scale is below 2^-26
    if random.integers(3) and model.shape(value)[1] <= 200 and model.scale(value) > 1e-6:
        value = model.softmax(value, float(random.choice((1.0, 1.0, 0.5, 2.0))))
    return value
