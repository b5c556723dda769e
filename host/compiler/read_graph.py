"""A .tflite file's bytes -> `Graph`. The bytes are untrusted: every index and length is checked here."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import tflite

from host.base.errors import HostError
from host.compiler.graph import Graph, Operator, Quantisation, Tensor
from host.compiler.operator_options import read_options, schema_names

MAX_TENSORS = 4096
MAX_OPERATORS = 1024
MAX_RANK = 8
MAX_LIST = 4096
MAX_ELEMENTS = 1 << 26


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


_OPERATORS = schema_names(tflite.BuiltinOperator)
_TYPES = {number: name.lower() for number, name in schema_names(tflite.TensorType).items()}


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
        read_options(name, operator.BuiltinOptions()),
    )
