"""A .tflite model's one subgraph as it stands in the file, in typed values. Nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError


@dataclass(frozen=True)
class Quantisation:
    """scales: float32 [1 or channels]; zero_points: int64, same length; axis: the dimension of per-channel scales."""

    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int


@dataclass(frozen=True)
class Tensor:
    """data: the constant's bytes, None for an activation. dynamic: its shape is only known at run time."""

    index: int
    name: str
    shape: tuple[int, ...]
    dynamic: bool
    kind: str
    quantisation: Quantisation | None
    data: bytes | None

    def constant(self, dtype: Any) -> NDArray[Any]:
        """The constant in its shape. dtype: what `kind` says, chosen by the caller."""
        return np.frombuffer(self.data or b"", dtype).reshape(self.shape)


@dataclass(frozen=True)
class WindowOptions:
    """Of convolutions and pools. kernel: rows, columns of a pool; nothing for a convolution (its weights know)."""

    padding: str
    stride: tuple[int, int]
    dilation: tuple[int, int]
    kernel: tuple[int, ...]
    activation: str
    depth_multiplier: int


@dataclass(frozen=True)
class OtherOptions:
    """Of every other operator; what an operator lacks keeps its default."""

    activation: str = "NONE"
    beta: float = 1.0
    keep_dims: bool = False
    axis: int = 0
    masks: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    weights_format: int = 0
    alpha: float = 0.0
    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True)
class Operator:
    """name: as in TFLite's schema, e.g. CONV_2D. inputs, outputs: tensor indices, -1 for an absent input."""

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: WindowOptions | OtherOptions

    def __str__(self) -> str:
        return f"operator {self.index} ({self.name})"


@dataclass(frozen=True)
class Graph:
    """tensors by index, operators in running order."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sigmoids: bool = False  # a float sigmoid of each score was dropped from the end


def only(values: Sequence[int], operator: Operator, what: str) -> int:
    """The one element of `values`; a HostError naming the operator when there is another number."""
    if len(values) != 1 or values[0] < 0:
        raise HostError(
            f"{operator} has {len(values)} {what}, expected 1", "export the model again"
        )
    return values[0]
