"""Graph -> Network: TFLite's operators become the engine's. Shapes are checked here, where they are used.

Reshapes vanish; a depthwise convolution of one channel becomes a convolution; functions of one value become tables;
what cannot read the image gets a LOAD before it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from host.base.errors import HostError
from host.compiler.format import Meaning, OperatorKind
from host.compiler.graph import Graph, Operator
from host.compiler.network import IMAGE_FEATURE, Network
from host.compiler.passes import lower_pairs, lower_values, lower_windows
from host.compiler.passes.lower_builder import Builder
from host.compiler.pixels import Reading

DETECTOR = (
    "the engine runs classifiers: [1, n]. A detector's or a segmenter's map needs a pool "
    "(GlobalMaxPooling2D) behind it, or a classifier in its place"
)


def lower(graph: Graph, reading: Reading) -> Network:
    """The network that computes the same scores. reading: of the image's bytes."""
    builder = Builder(graph, reading)
    for operator in graph.operators:
        _LOWER[operator.name](builder, operator)
    output = builder.feature_of.get(graph.outputs[0])
    if output is None or output == IMAGE_FEATURE:
        raise HostError("no operator computes the model's output", "export the model again")
    tensor = graph.tensors[graph.outputs[0]]
    if not builder.features[output].is_vector:
        raise HostError(f"the model's output '{tensor.name}' has shape {tensor.shape}", DETECTOR)
    kept = tuple(np.arange(feature.channels) for feature in builder.features)
    return Network(
        tuple(builder.features),
        tuple(builder.layers),
        output,
        tuple(builder.tensors),
        kept,
        _meaning(graph, builder, output),
    )


def _meaning(graph: Graph, builder: Builder, output: int) -> Meaning:
    """Probabilities when a softmax or a sigmoid comes last; else logits, which the host makes probabilities of."""
    makers = {layer.output: layer for layer in builder.layers}
    names = {operator.index: operator.name for operator in graph.operators}
    layer = makers.get(output)
    while (
        layer is not None
        and layer.kind is OperatorKind.TABLE
        and names.get(layer.source) == "QUANTIZE"
    ):
        layer = makers.get(layer.inputs[0])
    last = layer is not None and names.get(layer.source) in ("SOFTMAX", "LOGISTIC")
    if last:
        return Meaning.PROBABILITY
    return Meaning.SINGLE_LOGIT if graph.sigmoids else Meaning.LOGIT


_LOWER: dict[str, Callable[[Builder, Operator], None]] = {
    "CONV_2D": lower_windows.convolution,
    "DEPTHWISE_CONV_2D": lower_windows.depthwise,
    "FULLY_CONNECTED": lower_windows.fully_connected,
    "AVERAGE_POOL_2D": lower_windows.pool,
    "MAX_POOL_2D": lower_windows.pool,
    "MEAN": lower_windows.mean,
    "REDUCE_MAX": lower_windows.reduce_max,
    **dict.fromkeys(("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE"), lower_values.reshape),
    "SOFTMAX": lower_values.softmax,
    **dict.fromkeys(("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM"), lower_pairs.pair),
    "PAD": lower_values.pad,
    "PADV2": lower_values.pad,
    **dict.fromkeys(
        (
            "QUANTIZE",
            "LOGISTIC",
            "TANH",
            "HARD_SWISH",
            "LEAKY_RELU",
            "RELU",
            "RELU6",
            "RELU_N1_TO_1",
        ),
        lower_values.table,
    ),
    "PRELU": lower_values.prelu,
    "CONCATENATION": lower_values.concatenation,
    "RESIZE_NEAREST_NEIGHBOR": lower_values.resize,
    "RESIZE_BILINEAR": lower_values.resize,
}
