"""A .tflite file's bytes -> typed values. The bytes are untrusted: every index and length is checked here.

Out: `Graph`, the model's one subgraph as it stands in the file. Nothing is interpreted yet.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from host.base.errors import HostError

MAX_TENSORS = 4096
MAX_OPERATORS = 1024
MAX_RANK = 8
MAX_LIST = 4096
MAX_ELEMENTS = 1 << 26


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
    """Of convolutions and pools. kernel: rows, columns of a pool, (0, 0) for a convolution (its weights know)."""

    padding: str
    stride: tuple[int, int]
    dilation: tuple[int, int]
    kernel: tuple[int, int]
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


def read_graph(data: bytes) -> Graph:
    """The graph in a .tflite file. Raises HostError for anything that is not a well-formed one."""
    if len(data) < 16 or data[4:8] != b"TFL3":
        raise HostError(
            "not a TFLite model: the file does not carry the identifier TFL3",
            "give a .tflite quantised to int8",
        )
    try:
        return _read_model(tflite.Model.GetRootAsModel(data, 0))
    except struct.error as error:
        raise HostError(
            f"damaged TFLite model: it points beyond its end, at {len(data):,} bytes (torn off?)",
            "export or copy it again",
        ) from error
    except (
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        MemoryError,
        KeyError,
    ) as error:
        raise HostError(
            f"damaged TFLite model: {error or type(error).__name__}", "export it again"
        ) from error


def _names(kind: type) -> dict[int, str]:
    return {v: k for k, v in vars(kind).items() if not k.startswith("_") and isinstance(v, int)}


_OPERATORS = _names(tflite.BuiltinOperator)
_TYPES = {number: name.lower() for number, name in _names(tflite.TensorType).items()}
_ACTIVATIONS = _names(tflite.ActivationFunctionType)
_PADDINGS = _names(tflite.Padding)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise HostError(f"damaged TFLite model: {what}", "export it again")


def _length(count: int, limit: int, what: str) -> range:
    _require(0 <= count <= limit, f"{count} {what}")
    return range(count)


def _read_model(model: Any) -> Graph:
    count = model.SubgraphsLength()
    if count != 1:
        raise HostError(
            f"the model has {count} subgraphs; only models of one subgraph can run",
            "convert it without branches and loops (IF, WHILE, recurrent layers)",
        )
    graph = model.Subgraphs(0)
    tensors = tuple(
        _read_tensor(model, graph.Tensors(i), i)
        for i in _length(graph.TensorsLength(), MAX_TENSORS, "tensors")
    )
    operators = tuple(
        _read_operator(model, graph.Operators(i), i, len(tensors))
        for i in _length(graph.OperatorsLength(), MAX_OPERATORS, "operators")
    )
    inputs = _indices(graph.Inputs, graph.InputsLength(), len(tensors))
    outputs = _indices(graph.Outputs, graph.OutputsLength(), len(tensors))
    _require(-1 not in inputs + outputs, "an input or output without a tensor")
    return Graph(tensors, operators, inputs, outputs)


def _indices(at: Callable[[int], int], length: int, tensors: int) -> tuple[int, ...]:
    found = tuple(int(at(i)) for i in _length(length, MAX_LIST, "tensor indices"))
    _require(all(-1 <= i < tensors for i in found), "a tensor index out of range")
    return found


def _read_tensor(model: Any, tensor: Any, index: int) -> Tensor:
    rank = _length(tensor.ShapeLength(), MAX_RANK, "dimensions of a tensor")
    shape = tuple(int(tensor.Shape(i)) for i in rank)
    signature = _length(tensor.ShapeSignatureLength(), MAX_RANK, "dimensions of a tensor")
    # A batch of -1 in the signature is what converters write; the engine always runs a batch of one.
    dynamic = any(tensor.ShapeSignature(i) < 0 for i in signature if i > 0)
    _require(all(0 <= n <= MAX_ELEMENTS for n in shape), f"tensor {index} of shape {shape}")
    elements = int(np.prod(shape, dtype=object)) if shape else 1
    _require(elements <= MAX_ELEMENTS, f"tensor {index} of {elements} elements")
    kind = _TYPES.get(tensor.Type(), f"type {tensor.Type()}")
    name = (tensor.Name() or b"").decode(errors="replace")
    data = _read_buffer(model, tensor.Buffer())
    sizes = {"int8": 1, "uint8": 1, "int16": 2, "int32": 4, "float32": 4, "int64": 8}
    if data is not None and kind in sizes:
        _require(len(data) == elements * sizes[kind], f"tensor {index} has {len(data)} bytes")
    return Tensor(
        index, name, shape, dynamic, kind, _read_quantisation(tensor.Quantization()), data
    )


def _read_buffer(model: Any, index: int) -> bytes | None:
    _require(0 <= index < model.BuffersLength(), "a buffer index out of range")
    buffer = model.Buffers(index)
    length = _length(buffer.DataLength(), MAX_ELEMENTS * 8, "bytes of a buffer")
    return np.asarray(buffer.DataAsNumpy()).tobytes() if length else None


def _read_quantisation(table: Any) -> Quantisation | None:
    if table is None or not _length(table.ScaleLength(), 1 << 16, "scales"):
        return None
    scales = np.array(table.ScaleAsNumpy(), np.float32)
    if _length(table.ZeroPointLength(), 1 << 16, "zero points"):
        points = np.array(table.ZeroPointAsNumpy(), np.int64)
    else:
        points = np.zeros(len(scales), np.int64)
    _require(len(points) == len(scales), f"{len(scales)} scales but {len(points)} zero points")
    return Quantisation(scales, points, table.QuantizedDimension())


def _read_operator(model: Any, operator: Any, index: int, tensors: int) -> Operator:
    code = operator.OpcodeIndex()
    _require(0 <= code < model.OperatorCodesLength(), "an operator code out of range")
    entry = model.OperatorCodes(code)
    number = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
    name = _OPERATORS.get(number, f"operator code {number}")
    if name == "CUSTOM":
        name = f"CUSTOM {(entry.CustomCode() or b'?').decode(errors='replace')}"
    return Operator(
        index,
        name,
        _indices(operator.Inputs, operator.InputsLength(), tensors),
        _indices(operator.Outputs, operator.OutputsLength(), tensors),
        _read_options(name, operator.BuiltinOptions()),
    )


def _init(options: Any, table: Any) -> Any:
    if table is None:
        raise ValueError("an operator without its options")
    options.Init(table.Bytes, table.Pos)
    return options


def _activation(number: int) -> str:
    return _ACTIVATIONS.get(number, f"activation {number}")


def _read_options(name: str, table: Any) -> WindowOptions | OtherOptions:
    reader = _READERS.get(name)
    return reader(table) if reader else OtherOptions()


def _convolution(table: Any) -> WindowOptions:
    return _window(_init(tflite.Conv2DOptions(), table), (0, 0), 1)


def _depthwise(table: Any) -> WindowOptions:
    options = _init(tflite.DepthwiseConv2DOptions(), table)
    return _window(options, (0, 0), options.DepthMultiplier())


def _pool(table: Any) -> WindowOptions:
    options = _init(tflite.Pool2DOptions(), table)
    return _window(options, (options.FilterHeight(), options.FilterWidth()), 1)


def _window(options: Any, kernel: tuple[int, int], multiplier: int) -> WindowOptions:
    dilated = hasattr(options, "DilationHFactor")
    return WindowOptions(
        padding=_PADDINGS.get(options.Padding(), "unknown"),
        stride=(options.StrideH(), options.StrideW()),
        dilation=(options.DilationHFactor(), options.DilationWFactor()) if dilated else (1, 1),
        kernel=kernel,
        activation=_activation(options.FusedActivationFunction()),
        depth_multiplier=multiplier,
    )


def _fully_connected(table: Any) -> OtherOptions:
    options = _init(tflite.FullyConnectedOptions(), table)
    return OtherOptions(
        activation=_activation(options.FusedActivationFunction()),
        weights_format=options.WeightsFormat(),
    )


def _strided_slice(table: Any) -> OtherOptions:
    o = _init(tflite.StridedSliceOptions(), table)
    masks = (o.BeginMask(), o.EndMask(), o.EllipsisMask(), o.NewAxisMask(), o.ShrinkAxisMask())
    return OtherOptions(masks=masks)


def _fused(kind: Callable[[], Any]) -> Callable[[Any], OtherOptions]:
    """Options of which only the fused activation function counts; without any, none is fused."""

    def read(table: Any) -> OtherOptions:
        if table is None:
            return OtherOptions()
        return OtherOptions(activation=_activation(_init(kind(), table).FusedActivationFunction()))

    return read


def _concatenation(table: Any) -> OtherOptions:
    options = _init(tflite.ConcatenationOptions(), table)
    activation = _activation(options.FusedActivationFunction())
    return OtherOptions(activation=activation, axis=options.Axis())


def _resize(kind: Callable[[], Any]) -> Callable[[Any], OtherOptions]:
    def read(table: Any) -> OtherOptions:
        options = _init(kind(), table)
        return OtherOptions(
            align_corners=bool(options.AlignCorners()),
            half_pixel_centers=bool(options.HalfPixelCenters()),
        )

    return read


_READERS: dict[str, Callable[[Any], WindowOptions | OtherOptions]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "FULLY_CONNECTED": _fully_connected,
    "ADD": _fused(tflite.AddOptions),
    "SUB": _fused(tflite.SubOptions),
    "MUL": _fused(tflite.MulOptions),
    "CONCATENATION": _concatenation,
    "RESIZE_NEAREST_NEIGHBOR": _resize(tflite.ResizeNearestNeighborOptions),
    "RESIZE_BILINEAR": _resize(tflite.ResizeBilinearOptions),
    "LEAKY_RELU": lambda t: OtherOptions(alpha=_init(tflite.LeakyReluOptions(), t).Alpha()),
    "SOFTMAX": lambda t: OtherOptions(beta=_init(tflite.SoftmaxOptions(), t).Beta()),
    "REDUCE_MAX": lambda t: OtherOptions(
        keep_dims=bool(_init(tflite.ReducerOptions(), t).KeepDims())
    ),
    "MEAN": lambda t: OtherOptions(keep_dims=bool(_init(tflite.ReducerOptions(), t).KeepDims())),
    "PACK": lambda t: OtherOptions(axis=_init(tflite.PackOptions(), t).Axis()),
    "STRIDED_SLICE": _strided_slice,
}


def only(values: Sequence[int], operator: Operator, what: str) -> int:
    """The one element of `values`; a HostError naming the operator when there is another number."""
    if len(values) != 1 or values[0] < 0:
        raise HostError(
            f"{operator} has {len(values)} {what}, expected 1", "export the model again"
        )
    return values[0]
