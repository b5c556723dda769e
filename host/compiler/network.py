"""The compiler's own picture of a model: what passes read and write.

Activations are `Feature`s in the domain of u = q + 128; layers name features by index. Feature 0 is the image.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from host.compiler.format import Meaning, OperatorKind, PackedSample

IMAGE_FEATURE = 0


@dataclass(frozen=True)
class Feature:
    """An activation. zero_point: of u, 0..255."""

    height: int
    width: int
    channels: int
    scale: float
    zero_point: int

    @property
    def is_vector(self) -> bool:
        """One row of one column."""
        return self.height == 1 and self.width == 1


@dataclass(frozen=True)
class Window:
    """kernel, stride: rows, columns. pad_top, pad_left: how far the first window reaches outside."""

    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    pad_top: int = 0
    pad_left: int = 0

    def rows_needed(self, end_row: int, height: int) -> int:
        """How many rows of an input of `height` rows must exist to compute output rows before `end_row`."""
        return max(0, min(height, (end_row - 1) * self.stride[0] - self.pad_top + self.kernel[0]))

    def first_row_read(self, row: int) -> int:
        """The first input row (negative: border) that output row `row` reads."""
        return row * self.stride[0] - self.pad_top

    def overhang(self, outputs: tuple[int, int], inputs: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns that the last window reaches beyond the input. Arguments: height, width."""
        bottom = (outputs[0] - 1) * self.stride[0] - self.pad_top + self.kernel[0] - inputs[0]
        right = (outputs[1] - 1) * self.stride[1] - self.pad_left + self.kernel[1] - inputs[1]
        return max(0, bottom), max(0, right)


def place_window(
    size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], same: bool
) -> tuple[Window, int, int] | None:
    """A window and its output's rows and columns, by TFLite's SAME or VALID; None where `size` is smaller."""
    counts, pads = [], []
    for length, k, step in zip(size, kernel, stride, strict=True):
        count = -(-length // step) if same else (length - k) // step + 1
        if count < 1:
            return None
        counts.append(count)
        pads.append(max((count - 1) * step + k - length, 0) // 2 if same else 0)
    return Window(kernel, stride, pads[0], pads[1]), counts[0], counts[1]


@dataclass(frozen=True)
class Scaling:
    """From accumulators to u, as TFLite does it, per output channel (int64 arrays of one length).

    bias: the input's zero point folded in. multiplier: Q0.31. shift: positive is left, as in TFLite.
    rounds_once: product and shift are rounded together; else one after the other.
    """

    bias: NDArray[np.int64]
    multiplier: NDArray[np.int64]
    shift: NDArray[np.int64]
    act_min: int
    act_max: int
    rounds_once: bool = False


@dataclass(frozen=True)
class Addition:
    """TFLite's ADD: multipliers Q0.31 and right shifts of first input, second input, output.

    zero_points: of the operands, of u. linear: constants of form FAST that give the same for every pair of values:
    first, second, offset, shift; None when none were found.
    """

    multipliers: tuple[int, int, int]
    shifts: tuple[int, int, int]
    act_min: int
    act_max: int
    zero_points: tuple[int, int] = (0, 0)
    linear: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Exponential:
    """SOFTMAX's scaling of differences to Q5.26, as in PackedSoftmax."""

    multiplier: int
    left_shift: int
    largest_difference: int


@dataclass(frozen=True)
class Layer:
    """One operator of the program.

    weights: int8, CONV [out][kh][kw][in], POINTWISE [out][in], FULLY_CONNECTED [out][in] or [out][h][w][in],
    DEPTHWISE [channel][kh][kw]. clamp: bounds of u for pools. exponential: SOFTMAX's. tables: TABLE's uint8 [1 or
    channels][256]. operand: uint8 [channels], the second one of ADD and its like where no feature is; operand_point:
    its zero point. samples: RESIZE's, of rows and then columns. channel: PAD's first channel.
    """

    kind: OperatorKind
    source: int
    inputs: tuple[int, ...]
    output: int
    window: Window = field(default_factory=Window)
    depth_multiplier: int = 1
    weights: NDArray[np.int8] | None = None
    scaling: Scaling | None = None
    addition: Addition | None = None
    exponential: Exponential | None = None
    clamp: tuple[int, int] = (0, 255)
    tables: NDArray[np.uint8] | None = None
    operand: NDArray[np.uint8] | None = None
    operand_point: int = 0
    samples: tuple[PackedSample, ...] = ()
    channel: int = 0


@dataclass(frozen=True)
class Network:
    """features[0] is the image; layers in running order; output: the feature that holds the scores.

    For parity tests, by feature: tensors, the .tflite tensor that it is; kept, which of its channels are left.
    meaning: of the scores.
    """

    features: tuple[Feature, ...]
    layers: tuple[Layer, ...]
    output: int
    tensors: tuple[int, ...]
    kept: tuple[NDArray[np.int64], ...]
    meaning: Meaning = Meaning.LOGIT


def macs(network: Network, layer: Layer) -> int:
    """Multiply-accumulates of a layer, borders counted, as published counts do."""
    if layer.weights is None:
        return 0
    feature = network.features[layer.output]
    return feature.height * feature.width * int(layer.weights.size)
