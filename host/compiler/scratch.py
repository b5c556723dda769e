"""What the fast kernels ask of the plan: which layers are theirs, scratch bytes, and many rows at a time.

The formulas are those of firmware/src/engine/dsp/scratch.h; tests/dsp/test_scratch.py holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.format import Form, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Network

RESIDENT_LIMIT = 10880
TRANSIENT_BLOCKS = 12
RESIDENT_TILE = 3072
WINDOW_TILE = 18432
DEPTHWISE_MOST = 8  # rows and columns of a window
LEAST_WIDTH = 2  # of a pointwise output
STEP_CYCLES = 300  # to start any step
STRIP_CYCLES = 27  # to start two columns of one channel in a band of rows, dsp/README.md
WIDEN_CYCLES = 1.5  # to widen a weight
BANDS = {1: (6, 3), 2: (3,)}  # rows that a depthwise kernel computes at once, by stride


@dataclass(frozen=True)
class Demand:
    """Of one layer. scratch: bytes, 0 when plain C computes it. rows: that widened weights serve, 0 for all."""

    scratch: int = 0
    rows: int = 0


def demand(network: Network, layer: Layer, form: Form) -> Demand:
    """What a layer asks for when the fast kernels can compute it."""
    if layer.kind is OperatorKind.FULLY_CONNECTED:
        return Demand(_dense_bytes(network, layer))
    if layer.weights is None:
        return Demand()
    source, output = network.features[layer.inputs[0]], network.features[layer.output]
    if layer.kind is OperatorKind.DEPTHWISE and form is Form.GENERAL:
        return Demand(_depthwise_any_bytes(layer, output))
    if form not in (Form.FAST, Form.SHORT):
        return Demand()
    if layer.kind is OperatorKind.POINTWISE:
        return _pointwise(source, output)
    if layer.kind is OperatorKind.DEPTHWISE:
        return Demand(_depthwise_bytes(layer, output))
    if layer.kind is OperatorKind.CONV:
        image = layer.inputs[0] == IMAGE_FEATURE
        first = _first_bytes(layer, source, output) if image else 0
        return Demand(first) if first else _window_demand(layer, source, output, image)
    return Demand()


@dataclass(frozen=True)
class Tiling:
    """How a CONV of any window is computed, firmware/src/engine/dsp/scratch.h: struct dsp_window."""

    steps: int
    pairs: int
    blocks: int
    rows: int
    resident: bool
    bytes: int


def tiling(layer: Layer, source: Feature, output: Feature, image: bool) -> Tiling:
    """Of a CONV."""
    (high, wide), across = layer.window.kernel, layer.window.stride[1]
    groups = high if image else high * wide
    length = wide * source.channels if image else source.channels
    count = kernel_steps(groups * (-(-length // 4) * 2))
    pairs = -(-output.channels // 2)
    resident = pairs * stream_bytes(count) <= RESIDENT_LIMIT
    block, row = 16 * count, -(-output.width // 4)
    most = (RESIDENT_TILE if resident else WINDOW_TILE) // block
    blocks = min(max(1, most), row)
    rows = 1 if resident or blocks < row else min(max(1, most // row), output.height)
    line = (((max(output.width, 4) - 1) * across + wide) * source.channels + 7) // 4 * 4
    size = (pairs if resident else 1) * stream_bytes(count) + rows * blocks * block
    size += high * line if image else 0
    return Tiling(count, pairs, blocks, rows, resident, size)


def _window_demand(layer: Layer, source: Feature, output: Feature, image: bool) -> Demand:
    if output.is_vector:
        return Demand()
    made = tiling(layer, source, output, image)
    return Demand(made.bytes, 0 if made.resident else made.rows)


def steps(channels: int, width: int) -> int:
    """Of a pointwise kernel, two input channels each."""
    if block_pixels(width) == 3:
        return -(-channels // 64) * 32
    return kernel_steps(-(-channels // 4) * 2)


def kernel_steps(needed: int) -> int:
    """That a kernel of 4 pixels has for so many."""
    fours, sixteens = -(-needed // 4) * 4, -(-needed // 16) * 16
    return fours if fours <= 8 or 13 * fours < 12 * sixteens else sixteens


def block_pixels(width: int) -> int:
    """Pixels that a pointwise kernel computes at once."""
    return 3 if width == 2 or (width % 4 and width % 3 == 0 and width <= 9) else 4


def stream_bytes(count: int) -> int:
    """Of the widened weights and constants of two output channels. count: of steps."""
    return 32 + 8 * count


def _pointwise(source: Feature, output: Feature) -> Demand:
    pixels, count = block_pixels(output.width), steps(source.channels, output.width)
    if output.width < LEAST_WIDTH:
        return Demand()
    blocks = -(-output.width // pixels)
    row = 4 * blocks * pixels * count
    resident = -(-output.channels // 2) * stream_bytes(count) + row
    if pixels == 4 and resident <= RESIDENT_LIMIT:
        rows = min(output.height, max(1, RESIDENT_TILE // row))
        return Demand(resident + (rows - 1) * row)
    rows = min(output.height, max(1, TRANSIENT_BLOCKS // blocks))
    return Demand(stream_bytes(count) + rows * row, rows)


def _dense_bytes(network: Network, layer: Layer) -> int:
    """A copy of a map whose lines do not follow one another; of what does, a word that says so."""
    source = network.features[layer.inputs[0]]
    if layer.inputs[0] == IMAGE_FEATURE or source.is_vector:
        return 4
    return -(-source.height * source.width * source.channels // 4) * 4


def _depthwise_bytes(layer: Layer, output: Feature) -> int:
    down, right = layer.window.stride
    kernel = layer.window.kernel
    ours = kernel == (3, 3) and down == right <= 2 and layer.depth_multiplier == 1
    if ours and output.width >= 2:
        return 4 + 36 * output.channels
    return _depthwise_any_bytes(layer, output)


def _depthwise_any_bytes(layer: Layer, output: Feature) -> int:
    kernel, right = layer.window.kernel, layer.window.stride[1]
    small = max(kernel) <= DEPTHWISE_MOST and right <= min(2, kernel[1])
    return output.channels * (16 + kernel[0] * 16) if small else 0


def is_first(layer: Layer, image: Feature, output: Feature) -> bool:
    """Whether a CONV of the image has the kernels of the usual first layer."""
    return _first_bytes(layer, image, output) > 0


def _first_bytes(layer: Layer, image: Feature, output: Feature) -> int:
    window = layer.window
    ours = (window.kernel, window.stride) == ((3, 3), (2, 2)) and window.pad_left <= 1
    if not ours or image.channels not in (1, 3) or output.width < 4:
        return 0
    count = 5 if image.channels == 1 else 16
    line = (2 * output.width + 4) * image.channels
    streams = -(-output.channels // 2) * stream_bytes(count)
    total = streams + -(-output.width // 4) * 16 * count + 3 * line
    return -(-total // 4) * 4


def step_overhead(network: Network, layer: Layer, wanted: Demand, rows: int) -> int:
    """Estimated cycles that a step of `rows` rows costs besides the work that is the same in any step."""
    output, cycles = network.features[layer.output], STEP_CYCLES
    if layer.kind is OperatorKind.DEPTHWISE:
        strips = -(-output.width // 2) * output.channels
        cycles += STRIP_CYCLES * strips * bands(rows, layer.window.stride[0])
    streamed = layer.kind in (OperatorKind.POINTWISE, OperatorKind.CONV)
    if streamed and wanted.rows and layer.weights is not None:
        cycles += int(WIDEN_CYCLES * layer.weights.size) * -(-rows // wanted.rows)
    return cycles


def bands(rows: int, stride: int) -> int:
    """In how many kernel runs a depthwise step computes its rows."""
    count = 0
    for height in BANDS.get(stride, (1,)):
        count, rows = count + rows // height, rows % height
    return count + (rows > 0)
