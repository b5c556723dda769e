"""ADD, SUB, MUL, MINIMUM, MAXIMUM: two maps, a map and a vector, or a map and constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.compiler import arithmetic
from host.compiler.check import refuse
from host.compiler.format import OperatorKind
from host.compiler.graph import Graph, Operator
from host.compiler.network import Feature, Layer
from host.compiler.passes.lower_builder import Builder, wide
from host.compiler.passes.lower_values import add_table, operand_of

KINDS = {
    "ADD": OperatorKind.ADD,
    "MUL": OperatorKind.MULTIPLY,
    "MINIMUM": OperatorKind.MINIMUM,
    "MAXIMUM": OperatorKind.MAXIMUM,
}


def pair(builder: Builder, operator: Operator) -> None:
    """Any of them."""
    constant = [builder.tensor(operator, p).data is not None for p in (0, 1)]
    if all(constant):
        refuse(operator, "both inputs are constants", "fold them before converting")
    if any(constant):
        _with_constant(builder, operator, constant.index(True))
        return
    if operator.name == "SUB":
        refuse(operator, "subtracts a map from a map", "negate the weights before it and use ADD")
    sources = [
        builder.loaded_source(builder.source(operator, position), operator) for position in (0, 1)
    ]
    order = [0, 1]
    if builder.features[sources[0]].is_vector and not builder.features[sources[1]].is_vector:
        order = [1, 0]
    first, second = (builder.features[sources[i]] for i in order)
    if not _fit(first, second):
        shapes = [builder.tensor(operator, i).shape for i in (0, 1)]
        refuse(
            operator,
            f"takes {shapes[0]} and {shapes[1]}",
            "the second input has the first one's shape, or one value a channel",
        )
    target = builder.result(operator, first.height, first.width, first.channels)
    inputs = (sources[order[0]], sources[order[1]])
    builder.layers.append(_layer(builder, operator, order, inputs, target, None))


def _fit(first: Feature, second: Feature) -> bool:
    same = (first.height, first.width) == (second.height, second.width)
    return first.channels == second.channels and (same or second.is_vector)


def _with_constant(builder: Builder, operator: Operator, constant: int) -> None:
    source = builder.source(operator, 1 - constant)
    channels = builder.features[source].channels
    operand = operand_of(operator, builder.tensor(operator, constant), channels, "a constant")
    if wide(builder.tensor(operator, constant).shape or (1,)) == (1,) or operator.name == "SUB":
        if operator.name == "SUB" and len(set(operand.tolist())) > 1:
            refuse(operator, "subtracts one constant a channel", "add their negatives instead")
        tables = arithmetic.pair_table(builder.graph, operator, constant, int(operand[0]))
        add_table(builder, operator, tables[None], 1 - constant)
        return
    source = builder.loaded_source(source, operator)
    f = builder.features[source]
    target = builder.result(operator, f.height, f.width, f.channels)
    order = [1 - constant, constant]
    values: NDArray[np.uint8] = (operand.astype(np.int16) + 128).astype(np.uint8)
    builder.layers.append(_layer(builder, operator, order, (source,), target, values))


def _layer(
    builder: Builder,
    operator: Operator,
    order: list[int],
    inputs: tuple[int, ...],
    target: int,
    operand: NDArray[np.uint8] | None,
) -> Layer:
    """order: which of TFLite's inputs is the first operand, and which the second."""
    graph = builder.graph
    tensors = [graph.tensors[operator.inputs[i]] for i in order]
    points = tuple(arithmetic.zero_point(t) + 128 for t in tensors)
    kind, output = KINDS[operator.name], graph.tensors[operator.outputs[0]]
    addition = scaling = None
    if kind is OperatorKind.ADD:
        addition = arithmetic.addition(operator, tensors[0], tensors[1], output)
    elif kind is OperatorKind.MULTIPLY:
        scaling = arithmetic.multiplication(operator, tensors[0], tensors[1], output)
    else:
        _same(graph, operator)
    return Layer(
        kind,
        operator.index,
        inputs,
        target,
        addition=addition,
        scaling=scaling,
        operand=operand,
        operand_point=points[1],
    )


def _same(graph: Graph, operator: Operator) -> None:
    for position in (0, 1):
        arithmetic.same_quantisation(graph, operator, position)
