"""Builds small quantised .tflite files for tests: any shape, scale and zero point, valid or wrong on purpose.

Values are TFLite's: int8 q, activations [1, height, width, channels].
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

INT8, INT32 = schema.TensorType.INT8, schema.TensorType.INT32
ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU6": 3}
PADDINGS = {"SAME": 0, "VALID": 1}
ONES = ("RESHAPE", "HARD_SWISH", "ELU", "PRELU", "SQUEEZE", "EXPAND_DIMS", "GELU")
VERSIONS = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 4}  # of int8
VERSIONS |= dict.fromkeys(ONES, 1)


class ModelBuilder:
    """Appends operators to a chain; every method returns the index of its output tensor."""

    def __init__(self) -> None:
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.buffers = [schema.BufferT()]
        self.codes: list[Any] = []

    def tensor(
        self,
        shape: tuple[int, ...],
        scale: float | NDArray[np.float32] = 1.0,
        zero_point: int = 0,
        kind: int = INT8,
        data: NDArray[Any] | None = None,
        axis: int = 0,
    ) -> int:
        """A tensor; with `data` a constant. An array of scales makes it per-channel along `axis`."""
        made = schema.TensorT()
        made.shape, made.type = list(shape), kind
        made.name = f"t{len(self.graph.tensors)}".encode()
        scales = np.atleast_1d(np.asarray(scale, np.float32))
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale = [float(s) for s in scales]
        made.quantization.zeroPoint = [zero_point] * len(scales)
        made.quantization.quantizedDimension = axis
        made.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            made.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.graph.tensors.append(made)
        return len(self.graph.tensors) - 1

    def shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(self.graph.tensors[tensor].shape)

    def scale(self, tensor: int) -> float:
        return float(self.graph.tensors[tensor].quantization.scale[0])

    def operator(self, name: str, inputs: list[int], output: int, options: Any = None) -> int:
        """Appends an operator of any kind; `options` is a schema ...OptionsT object."""
        number = getattr(schema.BuiltinOperator, name)
        codes = [c.builtinCode for c in self.codes]
        if number not in codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
            code.version = VERSIONS.get(name, 2)
            self.codes.append(code)
            codes.append(number)
        made = schema.OperatorT()
        made.opcodeIndex = codes.index(number)
        made.inputs, made.outputs = inputs, [output]
        if options is not None:
            made.builtinOptions = options
            kind = type(options).__name__.removesuffix("T")
            made.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        self.graph.operators.append(made)
        return output

    def convolution(
        self,
        source: int,
        weights: NDArray[np.int8],
        bias: NDArray[np.int32] | None,
        weight_scales: NDArray[np.float32],
        output: tuple[float, int],
        stride: tuple[int, int] = (1, 1),
        padding: str = "SAME",
        activation: str = "NONE",
        depthwise: bool = False,
    ) -> int:
        """CONV_2D ([out][kh][kw][in]) or DEPTHWISE_CONV_2D ([1][kh][kw][channels]). output: scale, zero point."""
        _, height, width, channels = self.shape(source)
        kernel, last = weights.shape[1:3], weights.shape[3 if depthwise else 0]
        w = self.tensor(weights.shape, weight_scales, 0, INT8, weights, 3 if depthwise else 0)
        inputs = [source, w]
        if bias is not None:
            inputs.append(
                self.tensor(bias.shape, self.scale(source) * weight_scales, 0, INT32, bias)
            )
        rows, columns = (
            -(-size // step) if padding == "SAME" else (size - k) // step + 1
            for size, step, k in zip((height, width), stride, kernel, strict=True)
        )
        target = self.tensor((1, rows, columns, last), *output)
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = PADDINGS[padding], *stride
        options.fusedActivationFunction = ACTIVATIONS[activation]
        if depthwise:
            options.depthMultiplier = last // channels
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.operator(name, inputs, target, options)

    def fully_connected(
        self,
        source: int,
        weights: NDArray[np.int8],
        bias: NDArray[np.int32] | None,
        weight_scales: NDArray[np.float32],
        output: tuple[float, int],
        activation: str = "NONE",
    ) -> int:
        """weights [out][in]; one scale or one per output."""
        w = self.tensor(weights.shape, weight_scales, 0, INT8, weights)
        inputs = [source, w]
        if bias is not None:
            inputs.append(
                self.tensor(bias.shape, self.scale(source) * weight_scales, 0, INT32, bias)
            )
        target = self.tensor((1, weights.shape[0]), *output)
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = ACTIVATIONS[activation]
        return self.operator("FULLY_CONNECTED", inputs, target, options)

    def pool(
        self,
        source: int,
        kernel: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        activation: str = "NONE",
        largest: bool = False,
    ) -> int:
        _, height, width, channels = self.shape(source)
        rows, columns = (
            -(-size // step) if padding == "SAME" else (size - k) // step + 1
            for size, step, k in zip((height, width), stride, kernel, strict=True)
        )
        target = self.like(source, (1, rows, columns, channels))
        options = schema.Pool2DOptionsT()
        options.padding, options.strideH, options.strideW = PADDINGS[padding], *stride
        options.filterHeight, options.filterWidth = kernel
        options.fusedActivationFunction = ACTIVATIONS[activation]
        name = "MAX_POOL_2D" if largest else "AVERAGE_POOL_2D"
        return self.operator(name, [source], target, options)

    def like(self, source: int, shape: tuple[int, ...]) -> int:
        """A tensor quantised as `source`."""
        quantisation = self.graph.tensors[source].quantization
        return self.tensor(shape, self.scale(source), int(quantisation.zeroPoint[0]))

    def mean(self, source: int, output: tuple[float, int], keep_dims: bool = False) -> int:
        channels = self.shape(source)[3]
        axes = self.tensor((2,), kind=INT32, data=np.array([1, 2], np.int32))
        target = self.tensor((1, 1, 1, channels) if keep_dims else (1, channels), *output)
        options = schema.ReducerOptionsT()
        options.keepDims = keep_dims
        return self.operator("MEAN", [source, axes], target, options)

    def reduce_max(self, source: int) -> int:
        """The largest value of each channel, [1, 1, 1, channels]."""
        axes = self.tensor((2,), kind=INT32, data=np.array([1, 2], np.int32))
        options = schema.ReducerOptionsT()
        options.keepDims = True
        target = self.like(source, (1, 1, 1, self.shape(source)[3]))
        return self.operator("REDUCE_MAX", [source, axes], target, options)

    def prelu(
        self, source: int, slopes: NDArray[np.int8], scale: float, output: tuple[float, int]
    ) -> int:
        """slopes: int8 [1, 1, channels], zero point 0."""
        inputs = [source, self.constant(slopes, scale, 0)]
        return self.operator("PRELU", inputs, self.tensor(self.shape(source), *output))

    def add(self, a: int, b: int, output: tuple[float, int], activation: str = "NONE") -> int:
        return self.pair("ADD", a, b, output, activation)

    def pair(
        self, name: str, a: int, b: int, output: tuple[float, int], activation: str = "NONE"
    ) -> int:
        """ADD, SUB, MUL, MINIMUM or MAXIMUM; the output has the shape of the operand with more values."""
        kinds = {"ADD": "Add", "SUB": "Sub", "MUL": "Mul", "MINIMUM": "MaximumMinimum"}
        options = getattr(schema, f"{kinds.get(name, 'MaximumMinimum')}OptionsT")()
        if hasattr(options, "fusedActivationFunction"):
            options.fusedActivationFunction = ACTIVATIONS[activation]
        shape = max(self.shape(a), self.shape(b), key=lambda s: (len(s), np.prod(s)))
        return self.operator(name, [a, b], self.tensor(shape, *output), options)

    def function(self, name: str, source: int, output: tuple[float, int], **options: Any) -> int:
        """An operator of one value: RELU, LOGISTIC, HARD_SWISH, LEAKY_RELU, ..."""
        kinds = {"HARD_SWISH": "HardSwishOptionsT", "LEAKY_RELU": "LeakyReluOptionsT"}
        made = getattr(schema, kinds[name])() if name in kinds else None
        for key, value in options.items():
            setattr(made, key, value)
        return self.operator(name, [source], self.tensor(self.shape(source), *output), made)

    def constant(self, values: NDArray[np.int8], scale: float, zero_point: int) -> int:
        """An int8 constant."""
        return self.tensor(values.shape, scale, zero_point, INT8, values)

    def concatenation(self, sources: list[int]) -> int:
        """Along channels; all are quantised as the first."""
        options = schema.ConcatenationOptionsT()
        options.axis = 3
        shape = (*self.shape(sources[0])[:3], sum(self.shape(s)[3] for s in sources))
        return self.operator("CONCATENATION", sources, self.like(sources[0], shape), options)

    def resize(self, source: int, size: tuple[int, int], bilinear: bool, **options: bool) -> int:
        """options: alignCorners, halfPixelCenters."""
        name = "RESIZE_BILINEAR" if bilinear else "RESIZE_NEAREST_NEIGHBOR"
        made = (
            schema.ResizeBilinearOptionsT() if bilinear else schema.ResizeNearestNeighborOptionsT()
        )
        for key, value in options.items():
            setattr(made, key, value)
        constant = self.tensor((2,), kind=INT32, data=np.array(size, np.int32))
        target = self.like(source, (1, *size, self.shape(source)[3]))
        return self.operator(name, [source, constant], target, made)

    def pad(
        self,
        source: int,
        rows: tuple[int, int],
        columns: tuple[int, int],
        depth: tuple[int, int] = (0, 0),
    ) -> int:
        _, height, width, channels = self.shape(source)
        paddings = np.array([[0, 0], rows, columns, depth], np.int32)
        constant = self.tensor((4, 2), kind=INT32, data=paddings)
        target = self.like(
            source, (1, height + sum(rows), width + sum(columns), channels + sum(depth))
        )
        return self.operator("PAD", [source, constant], target, schema.PadOptionsT())

    def reshape(self, source: int, shape: tuple[int, ...]) -> int:
        constant = self.tensor((len(shape),), kind=INT32, data=np.array(shape, np.int32))
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        return self.operator("RESHAPE", [source, constant], self.like(source, shape), options)

    def quantize(self, source: int, output: tuple[float, int]) -> int:
        target = self.tensor(self.shape(source), *output)
        return self.operator("QUANTIZE", [source], target, schema.QuantizeOptionsT())

    def softmax(self, source: int, beta: float = 1.0) -> int:
        options = schema.SoftmaxOptionsT()
        options.beta = beta
        target = self.tensor(self.shape(source), 1 / 256, -128)
        return self.operator("SOFTMAX", [source], target, options)

    def finish(self, source: int, output: int) -> bytes:
        """The .tflite file."""
        self.graph.inputs, self.graph.outputs = [source], [output]
        return self.finish_as_it_is()

    def finish_as_it_is(self) -> bytes:
        """The .tflite file, whatever the graph's inputs and outputs are."""
        model = schema.ModelT()
        model.version, model.description = 3, b"test"
        model.operatorCodes, model.subgraphs, model.buffers = (
            self.codes,
            [self.graph],
            self.buffers,
        )
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())
