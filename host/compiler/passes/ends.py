"""The ends of a model: conversions of its input and output that cost nothing, since the board's bytes are u already.

A uint8 tensor is the int8 one with its zero point moved by 128, so QUANTIZE between the two changes no byte. A float
input's QUANTIZE and a float output's DEQUANTIZE go: the board gives and sends quantised values, the host makes real
numbers of them. Float operators behind the DEQUANTIZE that only make probabilities go, too.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from host.base.errors import HostError
from host.compiler.graph import Graph, Operator, OtherOptions, Quantisation, Tensor

ON_THE_HOST = ("SOFTMAX", "LOGISTIC", "LOG_SOFTMAX")  # what the host computes from logits
FLOAT = "quantise it: convert with full int8 quantisation and a representative data set"


def fold_ends(graph: Graph) -> Graph:
    """The graph from its first int8 tensor to its last. Raises HostError for another number of inputs or outputs."""
    _check_number(graph)
    graph = _float_output(graph)
    graph = _float_input(graph)
    return _uint8_ends(graph)


def _check_number(graph: Graph) -> None:
    if len(graph.inputs) != 1:
        names = _names(graph, graph.inputs)
        raise HostError(
            f"the model has {len(graph.inputs)} inputs ({names}); it must take one image",
            "export the part that takes the image",
        )
    if len(graph.outputs) != 1:
        names = _names(graph, graph.outputs)
        what = "no outputs" if not graph.outputs else f"{len(graph.outputs)} outputs ({names})"
        raise HostError(
            f"the model has {what}; the engine gives one row of scores. A detector (boxes, "
            "landmarks) has no such row",
            "train a classifier; else export the model with one output",
        )


def _names(graph: Graph, indices: tuple[int, ...]) -> str:
    shown = [f"'{graph.tensors[i].name}' {list(graph.tensors[i].shape)}" for i in indices]
    return ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "")


def _float_output(graph: Graph) -> Graph:
    """Drops DEQUANTIZE, and what follows it, from the end."""
    output = graph.outputs[0]
    dropped: list[Operator] = []
    while graph.tensors[output].kind == "float32":
        maker = _maker(graph, output)
        if maker is None or len(maker.inputs) < 1:
            return graph
        if maker.name not in (*ON_THE_HOST, "DEQUANTIZE", "RESHAPE") or _is_sharpened(maker):
            return graph
        dropped.append(maker)
        output = maker.inputs[0]
        if maker.name == "DEQUANTIZE":
            break
    kept = tuple(operator for operator in graph.operators if operator not in dropped)
    if any(set(d.outputs) & set(o.inputs) for d in dropped for o in kept):
        return graph
    sigmoids = any(operator.name == "LOGISTIC" for operator in dropped)
    return dataclasses.replace(graph, operators=kept, outputs=(output,), sigmoids=sigmoids)


def _is_sharpened(operator: Operator) -> bool:
    """A softmax of beta times its input, which the host does not compute."""
    return isinstance(operator.options, OtherOptions) and operator.options.beta != 1


def _maker(graph: Graph, tensor: int) -> Operator | None:
    return next((o for o in graph.operators if tensor in o.outputs), None)


def _float_input(graph: Graph) -> Graph:
    """Drops the QUANTIZE of a float image."""
    image = graph.tensors[graph.inputs[0]]
    readers = [o for o in graph.operators if image.index in o.inputs]
    if image.kind != "float32" or len(readers) != 1 or readers[0].name != "QUANTIZE":
        return graph
    kept = tuple(operator for operator in graph.operators if operator is not readers[0])
    return dataclasses.replace(graph, operators=kept, inputs=readers[0].outputs[:1])


def _uint8_ends(graph: Graph) -> Graph:
    """uint8 tensors at the ends as int8 ones; in between they stay, and are refused."""
    tensors = list(graph.tensors)
    for index in (graph.inputs[0], graph.outputs[0]):
        tensor = tensors[index]
        neighbours = [o for o in graph.operators if index in (*o.inputs, *o.outputs)]
        if tensor.kind == "uint8" and all(o.name == "QUANTIZE" for o in neighbours):
            tensors[index] = _as_int8(tensor)
    return dataclasses.replace(graph, tensors=tuple(tensors))


def _as_int8(tensor: Tensor) -> Tensor:
    old = tensor.quantisation
    if old is None:
        return tensor
    points = np.asarray(old.zero_points - 128, np.int64)
    return dataclasses.replace(
        tensor, kind="int8", quantisation=Quantisation(old.scales, points, old.axis)
    )
