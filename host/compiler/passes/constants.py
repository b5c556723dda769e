"""Folds the shape arithmetic that converters put before a RESHAPE (SHAPE, STRIDED_SLICE, PACK) into constants.

Graph in, graph out: the folded operators are gone, their results are constant tensors.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler.graph import Graph, Operator, OtherOptions, Tensor

FOLDED = ("SHAPE", "STRIDED_SLICE", "PACK")
FIXED = "convert the model with a fixed shape and a batch of 1, so that no operator computes shapes"


def fold_constants(graph: Graph) -> Graph:
    """The graph without operators whose result is known before the run."""
    tensors = list(graph.tensors)
    kept: list[Operator] = []
    for operator in graph.operators:
        value = _fold(operator, tensors) if operator.name in FOLDED else None
        if value is None:
            kept.append(operator)
            continue
        target = tensors[operator.outputs[0]]
        tensors[target.index] = dataclasses.replace(
            target, shape=value.shape, kind="int32", data=value.astype(np.int32).tobytes()
        )
    return dataclasses.replace(graph, tensors=tuple(tensors), operators=tuple(kept))


def _fold(operator: Operator, tensors: list[Tensor]) -> NDArray[np.int32] | None:
    if len(operator.outputs) != 1 or not operator.inputs or -1 in operator.inputs:
        raise HostError(f"{operator} has a wrong number of inputs or outputs", FIXED)
    inputs = [tensors[i] for i in operator.inputs]
    if operator.name == "SHAPE":
        return np.array(inputs[0].shape, np.int32)
    if any(t.data is None or t.kind != "int32" for t in inputs):
        return None
    values = [t.constant(np.int32) for t in inputs]
    if operator.name == "PACK":
        return _pack(operator, values)
    return _slice(operator, values)


def _pack(operator: Operator, values: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    assert isinstance(operator.options, OtherOptions)
    if any(v.shape != () for v in values) or operator.options.axis not in (0, -1):
        raise HostError(
            f"{operator} packs more than scalars; only shape arithmetic is folded", FIXED
        )
    return np.array(values, np.int32)


def _slice(operator: Operator, values: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """One-dimensional slices, as converters write to pick a dimension of a shape."""
    assert isinstance(operator.options, OtherOptions)
    begin_mask, end_mask, ellipsis, new_axis, shrink = operator.options.masks
    if len(values) != 4 or values[0].ndim != 1 or ellipsis or new_axis:
        raise HostError(
            f"{operator} is no slice of a shape; only shape arithmetic is folded", FIXED
        )
    if any(v.shape != (1,) for v in values[1:]) or values[3][0] == 0:
        raise HostError(f"{operator} has begin, end or stride of a wrong shape", FIXED)
    vector, (begin, end, stride) = values[0], (int(v[0]) for v in values[1:])
    if shrink & 1:
        if not -len(vector) <= begin < len(vector):
            raise HostError(f"{operator} picks element {begin} of {len(vector)}", FIXED)
        return np.array(vector[begin], np.int32)
    return vector[slice(None if begin_mask & 1 else begin, None if end_mask & 1 else end, stride)]
