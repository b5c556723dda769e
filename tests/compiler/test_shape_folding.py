"""Shape arithmetic before a RESHAPE: what is folded has TensorFlow's result, the rest is left or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler.graph import Graph, Operator, OtherOptions, Tensor
from host.compiler.passes.constants import FIXED, fold_constants

SHAPE = (1, 5, 7, 3)
MASKS = (0, 0, 0, 0, 0)


def constant(index: int, values: object) -> Tensor:
    made = np.array(values, np.int32)
    return Tensor(index, f"t{index}", made.shape, False, "int32", None, made.tobytes())


def activation(index: int, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return Tensor(index, f"t{index}", shape, False, "int8", None, None)


def folded(name: str, inputs: list[Tensor], options: OtherOptions | None = None) -> Tensor | None:
    """What the operator's result has become; None where the operator is left."""
    target = activation(len(inputs), ())
    of = Operator(4, name, tuple(range(len(inputs))), (target.index,), options or OtherOptions())
    made = fold_constants(Graph((*inputs, target), (of,), (), ()))
    if made.operators:
        assert made.operators == (of,) and made.tensors[-1] == target
        return None
    assert made.tensors[:-1] == tuple(inputs) and made.tensors[-1].kind == "int32"
    return made.tensors[-1]


def sliced(
    begin: object, end: object, stride: object, masks: tuple[int, ...] = MASKS
) -> np.ndarray:
    inputs = [constant(at, each) for at, each in enumerate(([*SHAPE], begin, end, stride))]
    made = folded("STRIDED_SLICE", inputs, OtherOptions(masks=masks))  # type: ignore[arg-type]
    assert made is not None
    return made.constant(np.int32)


@pytest.mark.parametrize(
    ("begin", "end", "stride", "begin_mask", "end_mask", "expected"),
    [
        (0, 1, 1, 0, 0, [1]), (1, 3, 1, 0, 0, [5, 7]), (3, 4, 1, 0, 0, [3]), (2, 1, 1, 0, 0, []),
        (-1, 4, 1, 0, 0, [3]), (-4, -1, 2, 0, 0, [1, 7]), (1, 9, 2, 0, 0, [5, 3]),
        (3, 0, -1, 0, 0, [3, 7, 5]), (2, 3, 1, 1, 0, [1, 5, 7]), (2, 3, 1, 0, 1, [7, 3]),
        (2, 3, 1, 1, 1, [1, 5, 7, 3]), (3, 0, -1, 0, 1, [3, 7, 5, 1]), (1, 3, 1, 2, 2, [5, 7]),
    ],
)  # fmt: skip
def test_a_slice_is_the_elements_that_tensorflow_takes(
    begin: int, end: int, stride: int, begin_mask: int, end_mask: int, expected: list[int]
) -> None:
    """tf.strided_slice of (1, 5, 7, 3); bit 0 of a mask is the first dimension's, the only one here."""
    found = sliced([begin], [end], [stride], (begin_mask, end_mask, 0, 0, 0))
    assert found.shape == (len(expected),) and found.tolist() == expected


@pytest.mark.parametrize(("begin", "expected"), [(0, 1), (3, 3), (-1, 3), (-4, 1), (2, 7)])
def test_a_shrunk_slice_is_a_scalar(begin: int, expected: int) -> None:
    found = sliced([begin], [begin + 1], [1], (0, 0, 0, 0, 1))
    assert found.shape == () and found == expected


def test_a_shape_and_scalars_packed() -> None:
    shape = folded("SHAPE", [activation(0)])
    assert shape is not None and shape.constant(np.int32).tolist() == [*SHAPE]
    for axis in (0, -1):
        packed = folded("PACK", [constant(0, 1), constant(1, -1)], OtherOptions(axis=axis))
        assert packed is not None and packed.constant(np.int32).tolist() == [1, -1]


def test_what_is_not_known_before_the_run_is_left() -> None:
    assert folded("PACK", [constant(0, 1), activation(1)]) is None
    assert folded("PACK", [constant(0, 1), replace(constant(1, 1), kind="float32")]) is None
    assert folded("ADD", [constant(0, 1), constant(1, 1)]) is None


@pytest.mark.parametrize(
    ("begin", "end", "stride", "masks", "why"),
    [
        ([0], [1], [1], (0, 0, 1, 0, 0), "is no slice of a shape"),
        ([0], [1], [1], (0, 0, 0, 1, 0), "is no slice of a shape"),
        ([0, 0], [1], [1], MASKS, "begin, end or stride of a wrong shape"),
        ([0], [1, 1], [1], MASKS, "begin, end or stride of a wrong shape"),
        ([0], [1], [1, 1], MASKS, "begin, end or stride of a wrong shape"),
        ([0], [1], [0], MASKS, "begin, end or stride of a wrong shape"),
        ([4], [5], [1], (0, 0, 0, 0, 1), "picks element 4 of 4"),
        ([-5], [5], [1], (0, 0, 0, 0, 1), "picks element -5 of 4"),
    ],
)
def test_a_slice_of_something_else_is_refused(
    begin: object, end: object, stride: object, masks: tuple[int, ...], why: str
) -> None:
    with pytest.raises(HostError, match=why) as refused:
        sliced(begin, end, stride, masks)
    assert str(refused.value).startswith("operator 4 (STRIDED_SLICE) ")
    assert refused.value.remedy == FIXED


def test_operators_of_other_forms_are_refused() -> None:
    for inputs, options in (
        ([constant(0, [1])], OtherOptions()),
        ([constant(0, 1), constant(1, [1])], OtherOptions()),
        ([constant(0, 1)], OtherOptions(axis=1)),
    ):
        with pytest.raises(HostError, match="packs more than scalars"):
            folded("PACK", inputs, options)
    for count in (3, 5):
        with pytest.raises(HostError, match="is no slice of a shape"):
            folded("STRIDED_SLICE", [constant(at, [1]) for at in range(count)])
    table = [constant(0, [[1]]), *(constant(at, [1]) for at in (1, 2, 3))]
    with pytest.raises(HostError, match="is no slice of a shape"):
        folded("STRIDED_SLICE", table)
    one = constant(0, 1)
    for of in (
        Operator(0, "SHAPE", (0,), (1, 1), OtherOptions()),
        Operator(0, "SHAPE", (), (1,), OtherOptions()),
        Operator(0, "PACK", (0, -1), (1,), OtherOptions()),
    ):
        with pytest.raises(HostError, match="wrong number of inputs or outputs"):
            fold_constants(Graph((one, activation(1)), (of,), (), ()))
