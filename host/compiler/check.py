"""What is refused, with the operator's name, its index and what to do. Graph in; nothing out but a HostError."""

from __future__ import annotations

import math
from typing import NoReturn

import numpy as np

from host.base.errors import HostError
from host.compiler.format import MAX_DIMENSION
from host.compiler.graph import Graph, Operator, OtherOptions, Tensor, WindowOptions

WEIGHTED_INPUTS = (2, 3)
INPUTS = {  # least and most inputs of each operator that the engine runs
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"), WEIGHTED_INPUTS),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "SOFTMAX", "QUANTIZE"), (1, 1)),
    **dict.fromkeys(("LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU"), (1, 1)),
    **dict.fromkeys(("RELU", "RELU6", "RELU_N1_TO_1", "SQUEEZE"), (1, 1)),
    **dict.fromkeys(("MEAN", "REDUCE_MAX", "PAD", "TRANSPOSE", "EXPAND_DIMS"), (2, 2)),
    **dict.fromkeys(("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM", "PRELU"), (2, 2)),
    **dict.fromkeys(("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"), (2, 2)),
    "RESHAPE": (1, 2),
    "PADV2": (3, 3),
    "CONCATENATION": (1, 64),
}
REMEDIES = {  # for operators that the engine does not have
    "DEQUANTIZE": "a float part is left in the middle: quantise the whole model to int8",
    "CAST": "feed the model uint8 pixels and leave the conversion out",
    "SPLIT": "use one convolution for each part",
    "SLICE": "make only these values: a convolution with fewer channels, or with a stride",
    "STRIDED_SLICE": "make only these values: a convolution with fewer channels, or with a stride",
    "DIV": "multiply by the inverse (MUL by a constant)",
    "RSQRT": "fold the normalisation into the convolution (fuse batch normalisation)",
    "SQUARED_DIFFERENCE": "use batch normalisation, which is folded into convolutions",
    "BATCH_MATMUL": "attention has no place here: use convolutions",
    "TRANSPOSE_CONV": "use RESIZE_NEAREST_NEIGHBOR and a convolution",
    "ARG_MAX": "leave it out: the host takes the largest score itself",
    "LOG_SOFTMAX": "leave it out: the host makes probabilities of logits",
    "L2_NORMALIZATION": "leave it out: compare embeddings on the host",
    "TFLite_Detection_PostProcess": "the engine runs classifiers, no detectors",
    "ethos-u": "this file is compiled for an Ethos-U NPU: give the .tflite from before Vela",
}
NO_REMEDY = (
    "build the model of convolutions, pools, fully connected layers, sums and products "
    "(docs/MODELS.md lists the operators)"
)
WEIGHTED = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0}  # axis of the channels
ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
CONVERT = "convert with full int8 quantisation and a representative data set"
PAIRWISE = ("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM")
WITH_CONSTANTS = (
    *("RESHAPE", "MEAN", "REDUCE_MAX", "PAD", "PADV2", "TRANSPOSE", "EXPAND_DIMS", "PRELU"),
    *("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"),
)
MAX_FLAT = 1 << 20  # values of a map that is flattened before a dense layer
MAX_SMALL = 255  # what a uint8 field of the packed operator holds


def refuse(operator: Operator, problem: str, advice: str) -> NoReturn:
    """Every refusal of an operator has this form."""
    raise HostError(f"{operator}: {problem}", advice)


def check_graph(graph: Graph) -> None:
    """Raises HostError unless every operator is one that the engine runs, on int8 values of static shape."""
    if not graph.operators:
        raise HostError("the model has no operators", "export it with its layers")
    check_image(graph.tensors[graph.inputs[0]])
    for operator in graph.operators:
        _check_operator(graph, operator)


def check_image(image: Tensor) -> None:
    """Raises HostError unless it is an int8 image of a fixed shape."""
    if image.kind == "float32":
        raise HostError(
            f"the model's input '{image.name}' is float32, and no QUANTIZE follows", CONVERT
        )
    if image.kind == "uint8":
        raise HostError(
            f"the model computes in uint8 from its input '{image.name}' on, as TensorFlow 1 "
            "quantised",
            f"{CONVERT} by TensorFlow 2",
        )
    if image.kind != "int8":
        raise HostError(f"the model's input '{image.name}' is {image.kind}, expected int8", CONVERT)
    if len(image.shape) != 4 or image.dynamic:
        raise HostError(
            f"the model's input '{image.name}' has shape {image.shape}, expected an image: a fixed "
            "[1, height, width, channels]",
            "give a model of pictures, exported with a batch of 1 and fixed rows and columns",
        )


def _check_operator(graph: Graph, operator: Operator) -> None:
    if operator.name not in INPUTS:
        name = operator.name.removeprefix("CUSTOM ")
        refuse(operator, "the engine has no such operator", REMEDIES.get(name, NO_REMEDY))
    if len(operator.outputs) != 1 or operator.outputs[0] < 0:
        refuse(operator, f"{len(operator.outputs)} outputs, expected 1", "export the model again")
    _check_input_count(operator)
    constants = _constant_positions(operator)
    for position, index in enumerate(operator.inputs):
        if position not in constants:
            tensor = graph.tensors[index]
            _check_activation(operator, tensor, operator.name in PAIRWISE)
    _check_activation(operator, graph.tensors[operator.outputs[0]], False)
    _check_function(operator)
    if operator.name in WEIGHTED:
        _check_weights(graph, operator)
    if isinstance(operator.options, WindowOptions):
        _check_window(operator, operator.options)
    if operator.name in ("SOFTMAX", "LOGISTIC"):
        _check_probability(operator, graph.tensors[operator.outputs[0]])


def _check_input_count(operator: Operator) -> None:
    least, most = INPUTS[operator.name]
    present = operator.inputs[: least if operator.name in WEIGHTED else most]
    if not least <= len(operator.inputs) <= most or -1 in present:
        refuse(operator, f"inputs {operator.inputs}, expected {most}", "export the model again")


def _constant_positions(operator: Operator) -> tuple[int, ...]:
    if operator.name in WEIGHTED:
        return (1, 2)
    return (1, 2) if operator.name in WITH_CONSTANTS else ()


def _check_activation(operator: Operator, tensor: Tensor, constant: bool) -> None:
    """constant: it may be one."""
    where = f"tensor '{tensor.name}'"
    if tensor.kind == "float32":
        refuse(operator, f"{where} is float32", CONVERT)
    if tensor.kind == "uint8":
        refuse(
            operator, f"{where} is uint8, as TensorFlow 1 quantised", f"{CONVERT} by TensorFlow 2"
        )
    if tensor.kind == "int16":
        refuse(operator, f"{where} is int16", f"{CONVERT}, not with 16-bit activations")
    if tensor.kind != "int8":
        refuse(operator, f"{where} is {tensor.kind}, expected int8", CONVERT)
    if tensor.data is not None and not constant:
        refuse(operator, f"{where} is a constant", "only weights and shapes may be constants")
    if tensor.dynamic:
        refuse(operator, f"{where} has a dynamic shape", "fix every dimension before converting")
    if tensor.data is None and tensor.shape and tensor.shape[0] != 1 and len(tensor.shape) > 1:
        refuse(operator, f"{where} has a batch of {tensor.shape[0]}", "convert with a batch of 1")
    # a map's values in a row: its own dimensions count, where it is made
    flat = len(tensor.shape) <= 2
    most = MAX_FLAT if flat else MAX_DIMENSION
    if not all(1 <= n <= most for n in tensor.shape):
        refuse(operator, f"{where} has shape {tensor.shape}", f"use 1..{most} in each dimension")
    quantisation = tensor.quantisation
    if quantisation is None or len(quantisation.scales) != 1:
        refuse(operator, f"{where} does not have one scale and zero point", CONVERT)
    scale, point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
    if not (math.isfinite(scale) and scale > 0 and -128 <= point <= 127):
        refuse(operator, f"{where} has scale {scale:g} and zero point {point}", CONVERT)


def _check_function(operator: Operator) -> None:
    if operator.options.activation not in ACTIVATIONS:
        refuse(
            operator,
            f"fused activation {operator.options.activation}",
            f"use one of {', '.join(ACTIVATIONS)}",
        )


def _check_weights(graph: Graph, operator: Operator) -> None:
    weights = graph.tensors[operator.inputs[1]]
    rank, axis = (2 if operator.name == "FULLY_CONNECTED" else 4), WEIGHTED[operator.name]
    if weights.kind != "int8" or weights.data is None:
        refuse(operator, f"weights are {weights.kind}, or not constant, expected int8", CONVERT)
    if len(weights.shape) != rank or 0 in weights.shape:
        refuse(operator, f"weights of shape {weights.shape}, expected {rank} dimensions", CONVERT)
    channels, quantisation = weights.shape[axis], weights.quantisation
    if quantisation is None or len(quantisation.scales) not in (1, channels):
        refuse(operator, f"weights need 1 or {channels} scales", CONVERT)
    if len(quantisation.scales) > 1 and quantisation.axis != axis:
        refuse(operator, f"weights are scaled along axis {quantisation.axis}, not {axis}", CONVERT)
    if np.any(quantisation.zero_points != 0):
        refuse(operator, "weights have a zero point other than 0", CONVERT)
    if not bool(np.all(np.isfinite(quantisation.scales) & (quantisation.scales >= 0))):
        refuse(operator, "weights have an impossible scale", CONVERT)
    if getattr(operator.options, "weights_format", 0):
        refuse(operator, "weights are shuffled", "convert without shuffled weights")
    if len(operator.inputs) == 3 and operator.inputs[2] >= 0:
        bias = graph.tensors[operator.inputs[2]]
        if bias.kind != "int32" or bias.data is None or bias.shape != (channels,):
            refuse(operator, f"bias is {bias.kind} {bias.shape}, not int32 ({channels},)", CONVERT)


def _check_window(operator: Operator, options: WindowOptions) -> None:
    if options.dilation != (1, 1):
        refuse(operator, f"dilation {options.dilation}", "use a dilation of 1")
    if options.padding not in ("SAME", "VALID"):
        refuse(operator, f"padding {options.padding}", "use SAME or VALID")
    if not all(1 <= n <= MAX_SMALL for n in (*options.stride, *options.kernel)):
        refuse(operator, f"stride {options.stride}, window {options.kernel}", "use 1..255")


def _check_probability(operator: Operator, scores: Tensor) -> None:
    quantisation = scores.quantisation
    assert quantisation is not None and isinstance(operator.options, OtherOptions)
    scale, point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
    if abs(scale - 1 / 256) > 1e-6 or point != -128:
        refuse(operator, f"output scale {scale:g}, zero point {point}, not 1/256, -128", CONVERT)
    if not (math.isfinite(operator.options.beta) and operator.options.beta > 0):
        refuse(operator, f"beta {operator.options.beta:g}", "use a positive beta")
