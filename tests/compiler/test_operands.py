"""How many inputs and outputs an operator may have, by TFLite's schema: one fewer or more is another operator."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler.check import check_graph
from host.compiler.graph import Graph, Operator, OtherOptions, Quantisation, Tensor, only
from tests.compiler.small import Small
from tests.compiler.test_arithmetic import agree
from tests.compiler.test_refusals import refusal

ONE, TWO = (1, 1), (2, 2)
BIAS_OR_NONE = (2, 3)
INPUTS = {
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"), BIAS_OR_NONE),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "SOFTMAX", "QUANTIZE", "SQUEEZE"), ONE),
    **dict.fromkeys(("LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU"), ONE),
    **dict.fromkeys(("RELU", "RELU6", "RELU_N1_TO_1"), ONE),
    **dict.fromkeys(("MEAN", "REDUCE_MAX", "PAD", "TRANSPOSE", "EXPAND_DIMS"), TWO),
    **dict.fromkeys(("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM", "PRELU"), TWO),
    **dict.fromkeys(("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"), TWO),
    "RESHAPE": (1, 2),
    "PADV2": (3, 3),
}
ACTIVATION = Tensor(
    0,
    "a",
    (1, 2, 2, 1),
    False,
    "int8",
    Quantisation(np.ones(1, np.float32), np.zeros(1, np.int64), 0),
    None,
)


def count_is_refused(name: str, count: int) -> bool:
    """An operator that reads the image so often."""
    operator = Operator(7, name, (0,) * count, (0,), OtherOptions())
    try:
        check_graph(Graph((ACTIVATION,), (operator,), (0,), (0,)))
    except HostError as error:
        return f"operator 7 ({name}): inputs " in error.what
    except AssertionError:  # another check, of what such an operator has besides
        return False
    return False


@pytest.mark.parametrize("name", INPUTS)
def test_an_operator_has_as_many_inputs_as_tflite_gives_it(name: str) -> None:
    least, most = INPUTS[name]
    counts = range(most + 3)
    refused = {count for count in counts if count_is_refused(name, count)}
    assert refused == {count for count in counts if not least <= count <= most}


def test_what_is_joined_is_at_least_one_map() -> None:
    assert [count_is_refused("CONCATENATION", n) for n in (0, 1, 64, 65)] == [1, 0, 0, 1]


@pytest.mark.parametrize("values", [(), (-1,), (3, 4), (-1, -1)])
def test_the_only_element_is_there_and_alone(values: tuple[int, ...]) -> None:
    operator = Operator(2, "MEAN", (), (), OtherOptions())
    with pytest.raises(HostError, match=rf"^operator 2 \(MEAN\) has {len(values)} outputs, exp"):
        only(values, operator, "outputs")
    assert only((0,), operator, "outputs") == 0


def with_the_bias_as_tensor_0() -> Small:
    small = Small()
    tensors, operators = small.model.graph.tensors, small.model.graph.operators
    swap = {0: small.bias, small.bias: 0}
    bias = small.model.buffers[tensors[small.bias].buffer]
    bias.data = np.frombuffer(np.array([900, -900, 5000, 0], np.int32).tobytes(), np.uint8)
    tensors[0], tensors[small.bias] = tensors[small.bias], tensors[0]
    for operator in operators:
        operator.inputs = [swap.get(index, index) for index in operator.inputs]
    small.image, small.bias = small.bias, small.image
    return small


def test_a_bias_may_be_the_first_tensor_of_the_file() -> None:
    """Index 0 is a tensor like any other; only -1 says that there is none."""
    random = np.random.default_rng(1)
    image = random.integers(-128, 128, (8, 8, 3)).astype(np.int8)
    agree(with_the_bias_as_tensor_0().file(), image)


def test_that_bias_too_is_held_against_the_channels() -> None:
    small = with_the_bias_as_tensor_0()
    small.tensor(small.bias).shape = [2, 2]
    assert "bias is int32 (2, 2), not int32 (4,)" in refusal(small.file())


def test_a_sum_that_would_have_to_be_enlarged_is_refused() -> None:
    """TFLite's ADD shifts right alone: the output's scale may not be far below its operands'."""
    small = Small()
    total = small.model.add(small.conv, small.conv, (1e-8, 0))
    text = refusal(small.model.finish(small.image, small.model.mean(total, (0.05, -128))))
    assert "operator 3 (ADD): its output's scale is too small; convert the model again" in text
