"""Every refusal is one line that names the operator, its index and what to do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from host.base.errors import HostError
from host.compiler.__main__ import main
from host.compiler.build import compile_model
from tests.compiler.builder import INT8, ModelBuilder
from tests.compiler.small import SCALES, Small
from tests.deploy.models import ROOT

FLOAT32, UINT8, INT16 = (getattr(schema.TensorType, n) for n in ("FLOAT32", "UINT8", "INT16"))


def refusal(data: bytes) -> str:
    with pytest.raises(HostError) as caught:
        compile_model(data, "refused")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_small_model_itself_compiles() -> None:
    assert compile_model(Small().file(), "small").plan.arena_bytes > 0


def _set(attribute: str, value: Any, pick: Callable[[Small], Any]) -> Callable[[Small], None]:
    return lambda small: setattr(pick(small), attribute, value)


CASES: dict[str, tuple[Callable[[Small], None], str]] = {
    "float image": (
        _set("type", FLOAT32, lambda s: s.tensor(s.image)),
        "input 't0' is float32, and no QUANTIZE follows: convert",
    ),
    "uint8 image": (
        _set("type", UINT8, lambda s: s.tensor(s.image)),
        "computes in uint8 from its input 't0' on, as TensorFlow 1 quantised",
    ),
    "uint8 activation": (
        _set("type", UINT8, lambda s: s.tensor(s.conv)),
        r"operator 0 \(CONV_2D\): tensor 't3' is uint8, as TensorFlow 1 quantised",
    ),
    "int16 activation": (
        _set("type", INT16, lambda s: s.tensor(s.conv)),
        r"operator 0 \(CONV_2D\): tensor 't3' is int16",
    ),
    "float activation": (
        _set("type", FLOAT32, lambda s: s.tensor(s.conv)),
        r"operator 0 \(CONV_2D\): tensor 't3' is float32; convert with full int8",
    ),
    "dynamic shape": (
        _set("shapeSignature", [1, -1, 8, 4], lambda s: s.tensor(s.conv)),
        r"operator 0 \(CONV_2D\): tensor 't3' has a dynamic shape; fix every dimension",
    ),
    "batch of two": (
        _set("shape", [2, 8, 8, 4], lambda s: s.tensor(s.conv)),
        "batch of 2; convert with a batch of 1",
    ),
    "no quantisation": (
        _set("quantization", None, lambda s: s.tensor(s.conv)),
        "does not have one scale and zero point",
    ),
    "activation zero point": (
        _set("zeroPoint", [200], lambda s: s.quantisation(s.conv)),
        "zero point 200",
    ),
    "negative scale": (_set("scale", [-0.5], lambda s: s.quantisation(s.conv)), "scale -0.5"),
    "weights zero point": (
        _set("zeroPoint", [0, 1, 0, 0], lambda s: s.quantisation(s.weights)),
        r"operator 0 \(CONV_2D\): weights have a zero point other than 0",
    ),
    "weights axis": (
        _set("quantizedDimension", 3, lambda s: s.quantisation(s.weights)),
        "weights are scaled along axis 3, not 0",
    ),
    "number of weight scales": (
        lambda s: vars(s.quantisation(s.weights)).update(scale=[0.1, 0.2], zeroPoint=[0, 0]),
        "weights need 1 or 4 scales",
    ),
    "bias shape": (
        _set("shape", [2, 2], lambda s: s.tensor(s.bias)),
        r"bias is int32 \(2, 2\), not int32 \(4,\)",
    ),
    "dilation": (_set("dilationHFactor", 2, lambda s: s.options(0)), "dilation"),
    "stride": (_set("strideH", 0, lambda s: s.options(0)), "stride"),
    "activation function": (
        _set("fusedActivationFunction", 4, lambda s: s.options(0)),
        "fused activation TANH; use one of NONE, RELU",
    ),
    "output shape": (
        _set("shape", [1, 7, 8, 4], lambda s: s.tensor(s.conv)),
        r"output of shape \(1, 7, 8, 4\), expected \(1, 8, 8, 4\)",
    ),
    "softmax output": (
        _set("zeroPoint", [0], lambda s: s.quantisation(s.scores)),
        r"operator 2 \(SOFTMAX\): output scale 0.00390625, zero point 0, not 1/256, -128",
    ),
    "softmax beta": (_set("beta", -1.0, lambda s: s.options(2)), "beta -1"),
    "softmax scale": (_set("scale", [1e-9], lambda s: s.quantisation(s.mean)), "too small"),
    "weights of other channels": (
        _set("shape", [4, 3, 9, 1], lambda s: s.tensor(s.weights)),
        "weights for 1 channels, input has 3",
    ),
    "two outputs": (
        lambda s: setattr(s.model.graph.operators[0], "outputs", [s.conv, s.mean]),
        "2 outputs, expected 1",
    ),
    "missing input": (
        lambda s: setattr(s.model.graph.operators[0], "inputs", [s.image]),
        r"operator 0 \(CONV_2D\): inputs \(0,\), expected 3",
    ),
    "a tensor behind the last": (
        lambda s: setattr(s.model.graph.operators[1], "inputs", [len(s.model.graph.tensors), 4]),
        "damaged TFLite model: a tensor index out of range",
    ),
    "a tensor before the first": (
        lambda s: setattr(s.model.graph.operators[1], "inputs", [-2, 4]),
        "damaged TFLite model: a tensor index out of range",
    ),
    "a buffer behind the last": (
        lambda s: setattr(s.tensor(s.conv), "buffer", len(s.model.buffers)),
        "damaged TFLite model: a buffer index out of range",
    ),
    "a negative size": (
        _set("shape", [1, -1, 8, 4], lambda s: s.tensor(s.conv)),
        r"damaged TFLite model: tensor 3 of shape \(1, -1, 8, 4\)",
    ),
    "fewer zero points than scales": (
        _set("zeroPoint", [0, 0], lambda s: s.quantisation(s.weights)),
        "damaged TFLite model: 4 scales but 2 zero points",
    ),
    "operators out of order": (
        lambda s: s.model.graph.operators.reverse(),
        "before it is computed",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refuses_with_operator_and_advice(name: str) -> None:
    spoil, pattern = CASES[name]
    small = Small()
    spoil(small)
    with pytest.raises(HostError, match=pattern):
        compile_model(small.file(), "refused")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("ABS", "build the model of convolutions"), ("DIV", "multiply by the inverse")],
)
def test_refuses_an_unknown_operator(name: str, remedy: str) -> None:
    small = Small()
    target = small.model.like(small.conv, (1, 8, 8, 4))
    small.model.operator(name, [small.conv], target)
    text = refusal(small.model.finish(small.image, target))
    assert text.startswith(f"operator 3 ({name}): the engine has no such operator; {remedy}")


def test_refuses_floats_in_the_middle() -> None:
    small = Small()
    real = small.model.tensor((1, 4), kind=FLOAT32)
    small.model.operator("DEQUANTIZE", [small.scores], real)
    target = small.model.tensor((1, 4), 0.01, 0)
    small.model.operator("QUANTIZE", [real], target)
    assert "operator 3 (DEQUANTIZE): the engine has no such operator; a float part is left" in (
        refusal(small.model.finish(small.image, target))
    )


def test_several_outputs_are_refused_by_name() -> None:
    small = Small()
    small.model.finish(small.image, small.scores)
    small.model.graph.outputs = [small.scores, small.mean]
    text = refusal(small.model.finish_as_it_is())
    assert "2 outputs ('t6' [1, 4], 't5' [1, 4]); the engine gives one row of scores" in text


def test_refuses_another_axis_of_mean() -> None:
    small = Small()
    axes = small.tensor(small.model.graph.operators[1].inputs[1])
    small.model.buffers[axes.buffer].data = np.frombuffer(np.array([2, 3], np.int32), np.uint8)
    assert "reduces axes [2, 3], not height and width; use Glo" in refusal(small.file())


MOVES: dict[str, Callable[[ModelBuilder, int], int]] = {
    "RESHAPE": lambda model, value: model.reshape(value, (1, 256)),
    "PAD": lambda model, value: model.pad(value, (1, 1), (1, 1)),
    "MAX_POOL_2D": lambda model, value: model.pool(value, (2, 2), largest=True),
    "AVERAGE_POOL_2D": lambda model, value: model.pool(value, (2, 2)),
    "REDUCE_MAX": lambda model, value: model.reduce_max(value),
    "RESIZE_BILINEAR": lambda model, value: model.resize(value, (4, 4), True),
    "CONCATENATION": lambda model, value: model.concatenation([value, value]),
    "MINIMUM": lambda model, value: model.pair("MINIMUM", value, value, (0.05, -128)),
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("spoiled", [{"scale": [0.06]}, {"zeroPoint": [-127]}])
def test_what_only_moves_values_has_one_scale(name: str, spoiled: dict[str, Any]) -> None:
    """LiteRT, too, takes no other: the values would stand for something else."""
    small = Small()
    target = MOVES[name](small.model, small.conv)
    vars(small.quantisation(target)).update(spoiled)
    text = refusal(small.model.finish(small.image, target))
    assert f"({name}): input 't3' and output are quantised differently (0.05, -128; " in text


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("is_first", [True, False])
def test_maps_of_other_channels_are_not_added(channels: int, is_first: bool) -> None:
    """TFLite repeats one channel over all of the other map; the engine does not."""
    small = Small()
    height, width = small.model.shape(small.conv)[1:3]
    few = small.model.convolution(
        small.image,
        np.ones((channels, 3, 3, 3), np.int8),
        np.zeros(channels, np.int32),
        SCALES[:channels],
        (0.05, -128),
    )
    operands = (few, small.conv) if is_first else (small.conv, few)
    text = refusal(small.model.finish(small.image, small.model.add(*operands, (0.05, -128))))
    assert f"(1, {height}, {width}, {channels})" in text
    assert "the second input has the first one's shape, or one value a channel" in text


def test_all_that_is_joined_has_one_scale() -> None:
    small = Small()
    other = small.model.convolution(
        small.image, np.ones((4, 3, 3, 3), np.int8), np.zeros(4, np.int32), SCALES, (0.06, -128)
    )
    for sources in ([small.conv, other], [other, small.conv], [other, other, small.conv]):
        target = small.model.concatenation(sources)
        text = refusal(small.model.finish(small.image, target))
        assert "(CONCATENATION): input" in text and "quantised differently" in text
        small.model.graph.operators.pop()


def test_refuses_a_reshape_that_is_no_flattening() -> None:
    small = Small()
    reshaped = small.model.reshape(small.conv, (1, 4, 16, 4))
    mean = small.model.mean(reshaped, (0.05, -128))
    assert "reshape only to flatten" in refusal(small.model.finish(small.image, mean))


def test_refuses_a_model_that_is_no_classifier() -> None:
    small = Small()
    assert "the engine runs classifiers" in refusal(small.model.finish(small.image, small.conv))


def test_refuses_accumulators_that_overflow() -> None:
    small = Small()
    bias = small.model.buffers[small.tensor(small.bias).buffer]
    bias.data = np.frombuffer(np.full(4, (1 << 31) - 1, np.int32), np.uint8)
    assert "operator 0 (CONV): its accumulator can leave 32 bits" in refusal(small.file())


def test_refuses_an_arena_that_cannot_fit() -> None:
    model = ModelBuilder()
    image = model.tensor((1, 200, 200, 3), 1 / 255, -128)
    weights, bias = np.ones((16, 1, 1, 3), np.int8), np.zeros(16, np.int32)
    wide = model.convolution(image, weights, bias, np.full(16, 0.01, np.float32), (0.05, -128))
    data = model.finish(image, model.mean(wide, (0.05, -128)))
    text = refusal(data)
    assert "(image 120000, arena 64" in text and "the firmware has" in text


def test_every_refusal_of_a_model_says_what_to_do() -> None:
    """A HostError of the code between a .tflite file and its packed form has a remedy."""
    folder = ROOT / "host" / "compiler"
    names = ("build", "check", "fits", "graph", "pack", "pixels")
    files = [*(folder / f"{name}.py" for name in names), *(folder / "passes").glob("*.py")]
    bare = [
        f"{file.name}:{call.lineno}"
        for file in files
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "HostError"
        if len(call.args) < 2
    ]
    assert len(files) > 12 and not bare


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\x00" * 64, b"not a model at all, but longer"])
def test_refuses_files_that_are_no_models(content: bytes) -> None:
    assert "not a TFLite model" in refusal(content)


def test_command_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot read .*absent\.tflite"):
        main([str(tmp_path / "absent.tflite"), "-o", str(tmp_path / "out")])


def test_int8_is_what_the_builder_writes() -> None:
    assert Small().tensor(0).type == INT8
