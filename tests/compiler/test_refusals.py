"""Every refusal is one line that names the operator, its index and what to do."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from host.base.errors import HostError
from host.compiler.__main__ import main
from host.compiler.build import compile_model
from host.compiler.labels import labels_for
from host.compiler.pack import seal, unpack
from host.evaluate.model import packed_labels
from tests.compiler.builder import INT8, ModelBuilder
from tests.deploy.models import ROOT, network

FLOAT32, UINT8, INT16 = (getattr(schema.TensorType, n) for n in ("FLOAT32", "UINT8", "INT16"))
SCALES = np.full(4, 0.01, np.float32)


class Small:
    """image 8x8x3 -> convolution 3x3 to 4 channels -> mean -> softmax, and its parts."""

    def __init__(self) -> None:
        self.model = ModelBuilder()
        self.image = self.model.tensor((1, 8, 8, 3), 1 / 255, -128)
        weights = np.ones((4, 3, 3, 3), np.int8)
        self.conv = self.model.convolution(
            self.image, weights, np.zeros(4, np.int32), SCALES, (0.05, -128)
        )
        self.mean = self.model.mean(self.conv, (0.05, -128))
        self.scores = self.model.softmax(self.mean)
        self.weights, self.bias = self.model.graph.operators[0].inputs[1:]

    def tensor(self, index: int) -> Any:
        return self.model.graph.tensors[index]

    def quantisation(self, index: int) -> Any:
        return self.tensor(index).quantization

    def options(self, operator: int) -> Any:
        return self.model.graph.operators[operator].builtinOptions

    def file(self) -> bytes:
        return self.model.finish(self.image, self.scores)


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


def test_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(HostError, match=r"3 labels for 4 scores \(a, b, c\): give --labels with 4"):
        compile_model(Small().file(), "small", ("a", "b", "c"))


def test_of_two_labels_a_single_score_is_that_of_the_second() -> None:
    data = network((8, 8, 1), 1)
    for labels in (("person",), ("no person", "person")):
        assert packed_labels(unpack(compile_model(data, "small", labels).blob)) == ("person",)
    with pytest.raises(HostError, match=r"3 labels for 1 scores"):
        compile_model(data, "small", ("a", "b", "c"))


@pytest.mark.parametrize("labels", ["", ",", "a,,c,d", "a,b,a,d"])
def test_labels_that_are_empty_or_twice_there_are_refused(tmp_path: Path, labels: str) -> None:
    (tmp_path / "m.tflite").write_bytes(Small().file())
    with pytest.raises(HostError, match=r"each score (needs )?a name of its own"):
        main([str(tmp_path / "m.tflite"), "--labels", labels, "-o", str(tmp_path / "m.tpm")])


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (["a", "b", "a", "d"], "two scores are named 'a'; give each score a name of its own"),
        (["x" * 16_378, "b", "c", "d"], "the labels take 16,384 bytes"),
        (["x" * 16_379, "b", "c", "d"], "take 16,385 bytes, a board says at most 16,384; shorten"),
    ],
)  # fmt: skip
def test_what_a_board_cannot_say_is_refused_from_a_manifest_too(
    tmp_path: Path, labels: list[str], why: str
) -> None:
    """Whole, 32 KB of labels made a board that never answered; of two scores of one name JSON had one."""
    path, fits = tmp_path / "m.tflite", "take 16,384" in why
    path.write_bytes(Small().file())
    (tmp_path / "m.json").write_text(json.dumps({"labels": labels}), encoding="utf-8")
    words = [str(path), "-o", str(tmp_path / "m.tpm")]
    if fits:
        assert main(words) == 0
        return
    with pytest.raises(HostError, match=why):
        main(words)


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (b"a\nb\na\nd", "two scores are named 'a'"),
        (b"a\nb\n\nd ", "'' is no label"),
        (b"a\n\xff\nc\nd", "the packed model's labels are no text"),
        (b"a\x1bb\nc\nd", "is no label"),
    ],
)
def test_labels_of_a_packed_model_are_looked_at(there: bytes, why: str) -> None:
    blob = compile_model(Small().file(), "small", ("a", "b", "c", "d")).blob
    changed = seal(blob.replace(b"a\nb\nc\nd", there))
    assert changed != blob
    with pytest.raises(HostError, match=why):
        unpack(changed)


def test_labels_may_be_a_list_alone(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('["a", "b"]', encoding="utf-8")
    assert labels_for(None, tmp_path / "m.tflite") == ("a", "b")
    (tmp_path / "m.json").write_text('[{"a": 1}]', encoding="utf-8")
    assert labels_for(None, tmp_path / "m.tflite") is None


def test_command_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot read .*absent\.tflite"):
        main([str(tmp_path / "absent.tflite"), "-o", str(tmp_path / "out")])


def test_command_takes_labels_from_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(Small().file())
    (tmp_path / "m.json").write_text('{"labels": ["a", "b", "c", "d"]}', encoding="utf-8")
    assert main([str(tmp_path / "m.tflite"), "-o", str(tmp_path / "m.tpm")]) == 0
    assert b"a\nb\nc\nd" in (tmp_path / "m.tpm").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.json", "m.tflite", "m.tpm"]


def test_int8_is_what_the_builder_writes() -> None:
    assert Small().tensor(0).type == INT8
