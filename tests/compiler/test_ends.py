"""uint8 and float inputs and outputs cost nothing: the same bytes in, the same scores out as LiteRT's."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from host.base.scores import real_scores
from host.compiler import oracle
from host.compiler.format import Meaning, OperatorKind
from host.compiler.pack import unpack
from tests.compiler import reference
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes

UINT8, FLOAT32 = schema.TensorType.UINT8, schema.TensorType.FLOAT32
IMAGE = (0.02, -7)
SCORES = (0.01, 3)
Kind = str


def classifier(first: Kind, last: Kind, tail: str = "") -> bytes:
    """An image 6x5x3 -> convolution -> mean -> 3 scores, with conversions at its ends. tail: a float operator."""
    random = np.random.default_rng(3)
    model = ModelBuilder()
    shape = (1, 6, 5, 3)
    value = inner = model.tensor(shape, *IMAGE)
    start = value
    if first != "int8":
        start = _outer(model, shape, first, IMAGE)
        model.operator("QUANTIZE", [start], value)
    weights = random.integers(-127, 128, (3, 3, 3, 3)).astype(np.int8)
    bias, scales = np.zeros(3, np.int32), np.full(3, 0.002, np.float32)
    inner = model.convolution(value, weights, bias, scales, (0.02, -4))
    end = scores = model.mean(inner, SCORES)
    if last != "int8":
        end = _outer(model, (1, 3), last, SCORES)
        model.operator("QUANTIZE" if last == "uint8" else "DEQUANTIZE", [scores], end)
    if tail:
        real = model.tensor((1, 3), kind=FLOAT32)
        options = schema.SoftmaxOptionsT() if tail == "SOFTMAX" else None
        if options is not None:
            options.beta = 1.0
        model.operator(tail, [end], real, options)
        end = real
    return model.finish(start, end)


def _outer(
    model: ModelBuilder, shape: tuple[int, ...], kind: Kind, quantised: tuple[float, int]
) -> int:
    if kind == "float32":
        return model.tensor(shape, kind=FLOAT32)
    return model.tensor(shape, quantised[0], quantised[1] + 128, UINT8)


def as_input(u: NDArray[np.uint8], kind: Kind) -> NDArray[np.generic]:
    """The model's input for the board's bytes."""
    if kind == "uint8":
        return u
    q = (u.astype(np.int16) - 128).astype(np.int8)
    return q if kind == "int8" else ((q.astype(np.float32) - IMAGE[1]) * np.float32(IMAGE[0]))


@pytest.mark.parametrize("last", ["int8", "uint8", "float32"])
@pytest.mark.parametrize("first", ["int8", "uint8", "float32"])
def test_ends_change_no_score(first: Kind, last: Kind) -> None:
    data = classifier(first, last)
    model = unpack(compile_as_bytes(data, "ends").blob)
    kinds = {OperatorKind(operator.kind) for operator in model.operators}
    assert kinds == {OperatorKind.CONV, OperatorKind.MEAN}
    litert = reference.interpreter(data)
    for pixels in reference.images((6, 5, 3), 6):
        u = (pixels.astype(np.int16) + 128).astype(np.uint8)
        litert.set_tensor(litert.get_input_details()[0]["index"], as_input(u, first)[None])
        litert.invoke()
        expected = litert.get_tensor(litert.get_output_details()[0]["index"])[0]
        q = oracle.scores(model, u).astype(np.int64)
        if last == "float32":
            assert np.allclose((q - SCORES[1]) * SCORES[0], expected, rtol=1e-6)
        else:
            assert np.array_equal(q + (128 if last == "uint8" else 0), expected)


@pytest.mark.parametrize("tail", ["SOFTMAX", "LOGISTIC"])
def test_a_float_end_is_left_to_the_host_which_makes_the_same_probabilities(tail: str) -> None:
    """Sigmoids of several scores are each for itself, and do not add up to one as a softmax does."""
    data = classifier("float32", "float32", tail)
    model = unpack(compile_as_bytes(data, "tail").blob)
    header, litert = model.header, reference.interpreter(data)
    assert (round(header.output_scale, 6), header.output_zero_point) == SCORES
    for pixels in reference.images((6, 5, 3), 3):
        u = (pixels.astype(np.int16) + 128).astype(np.uint8)
        litert.set_tensor(litert.get_input_details()[0]["index"], as_input(u, "float32")[None])
        litert.invoke()
        expected = litert.get_tensor(litert.get_output_details()[0]["index"])[0]
        shown = real_scores(oracle.scores(model, u), *SCORES, header.score_meaning)
        np.testing.assert_allclose(shown, expected, atol=1e-6)


def test_meaning_is_packed() -> None:
    logits = unpack(compile_as_bytes(classifier("int8", "int8"), "x").blob).header
    assert logits.score_meaning == Meaning.LOGIT
    model = ModelBuilder()
    image = model.tensor((1, 4, 4, 2), 0.02, -128)
    for name in ("softmax", "LOGISTIC"):
        mean = model.mean(image, (0.05, 0))
        end = (
            model.softmax(mean)
            if name == "softmax"
            else model.function(name, mean, (1 / 256, -128))
        )
        header = unpack(compile_as_bytes(model.finish(image, end), "x").blob).header
        assert header.score_meaning == Meaning.PROBABILITY
        model = ModelBuilder()
        image = model.tensor((1, 4, 4, 2), 0.02, -128)


@pytest.mark.parametrize("first", ["mean", "softmax"])
def test_another_scale_at_the_end_changes_no_meaning(first: str) -> None:
    """Some converters give probabilities a scale of their own, with a QUANTIZE behind the softmax."""
    model = ModelBuilder()
    image = model.tensor((1, 4, 4, 2), 0.02, -128)
    inner = model.mean(image, (0.05, 0))
    if first == "softmax":
        inner = model.softmax(inner)
    for scale in (1 / 200, 1 / 128):
        inner = model.quantize(inner, (scale, -128))
    header = unpack(compile_as_bytes(model.finish(image, inner), "x").blob).header
    assert header.score_meaning == (Meaning.PROBABILITY if first == "softmax" else Meaning.LOGIT)
    assert header.output_scale == pytest.approx(1 / 128)
