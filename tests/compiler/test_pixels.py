"""What a picture's bytes stand for: given by the input's scale, folded into a table, or refused; never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from host.base.errors import HostError
from host.bench.engine.reference import compare
from host.compiler import oracle
from host.compiler.__main__ import main
from host.compiler.build import Options, compile_model
from host.compiler.format import NO_SOURCE, OperatorKind
from host.compiler.litert_model import LiteRtModel
from host.compiler.model import choose_model
from host.compiler.pack import unpack
from host.compiler.pixels import BYTES, Pixels
from tests.compiler import reference
from tests.compiler.builder import ModelBuilder

IDENTITIES = (
    (1 / 256, -128),
    (1 / 255, -128),
    (0.003919570706784725, -128),  # mit-han-lab's mcunetv2: white was 0.9995
    (1.0, -128),
    (1.0, 0),
    (2 / 255, -1),
    (0.007839307188987732, 0),  # mit-han-lab's vww
    (1 / 128, 0),
)
NARROW = {  # scale and zero point of kasikS' detectors and Lockkdown's: -1..1, of which the converter saw a part
    (0.007443, 0): (-1.0, 1.0),
    (0.007751, -2): (-1.0, 1.0),
    (0.007792, -1): (-1.0, 1.0),
    (0.003701, -128): (0.0, 1.0),
}
UNUSUAL = ((0.03172, -4), (0.0511, -25), (0.02, -7), (1 / 255, 127), (127.5, -128))


def classifier(scale: float, point: int, kind: str = "int8") -> bytes:
    """An image 4x5x3 -> convolution -> mean -> 3 scores."""
    random = np.random.default_rng(3)
    model = ModelBuilder()
    start = value = model.tensor((1, 4, 5, 3), scale, point)
    if kind == "float32":
        start = model.tensor((1, 4, 5, 3), kind=schema.TensorType.FLOAT32)
    if kind == "uint8":
        start = model.tensor((1, 4, 5, 3), scale, point + 128, schema.TensorType.UINT8)
    if kind != "int8":
        model.operator("QUANTIZE", [start], value)
    weights = random.integers(-127, 128, (3, 3, 3, 3)).astype(np.int8)
    inner = model.convolution(
        value, weights, np.zeros(3, np.int32), np.full(3, 0.002, np.float32), (scale, -4)
    )
    return model.finish(start, model.mean(inner, (scale, 3)))


@pytest.mark.parametrize(("scale", "point"), IDENTITIES)
def test_a_usual_range_costs_nothing(scale: float, point: int) -> None:
    compiled = compile_model(classifier(scale, point), "usual")
    assert compiled.reading is not None and compiled.reading.table is None
    assert compiled.network.layers[0].kind is OperatorKind.CONV


@pytest.mark.parametrize("kind", ["int8", "uint8", "float32"])
@pytest.mark.parametrize(("scale", "point"), NARROW)
def test_a_narrow_range_is_folded_into_a_table(scale: float, point: int, kind: str) -> None:
    """The scores are LiteRT's for the real numbers that the bytes stand for."""
    data = classifier(scale, point, kind)
    compiled = compile_model(data, "narrow")
    model, reading = unpack(compiled.blob), compiled.reading
    assert model.operators[0].source == NO_SOURCE and reading is not None
    low, high = NARROW[scale, point]
    assert str(Pixels(low, high)) in str(reading) and "table" in str(reading)
    runner = reference.interpreter(data)
    litert = LiteRtModel(data, "narrow")
    every = np.arange(256, dtype=np.uint8)
    pictures = np.concatenate([every, every[::-1], every[:88]]).reshape(10, 4, 5, 3)
    for picture in pictures:
        real = np.float32(low) + np.float32(high - low) * picture.astype(np.float64) / 255
        expected = _litert(runner, kind, real.astype(np.float32), scale, point)
        assert oracle.scores(model, picture).tolist() == expected
        assert litert.infer(picture).tolist() == expected


def _litert(runner: Any, kind: str, real: Any, scale: float, point: int) -> list[int]:
    """int8 scores of real numbers [4, 5, 3], quantised by LiteRT itself."""
    quantiser = ModelBuilder()
    start = quantiser.tensor((1, 4, 5, 3), kind=schema.TensorType.FLOAT32)
    end = quantiser.operator("QUANTIZE", [start], quantiser.tensor((1, 4, 5, 3), scale, point))
    values = _run(reference.interpreter(quantiser.finish(start, end)), real)
    if kind == "float32":
        values = np.asarray(real)
    if kind == "uint8":
        values = (values.astype(np.int16) + 128).astype(np.uint8)
    return [int(score) for score in _run(runner, values)]


def _run(runner: Any, values: Any) -> NDArray[Any]:
    runner.set_tensor(runner.get_input_details()[0]["index"], np.asarray(values)[None])
    runner.invoke()
    return np.asarray(runner.get_tensor(runner.get_output_details()[0]["index"])[0])


@pytest.mark.parametrize(("scale", "point"), UNUSUAL)
def test_an_unusual_range_is_refused_with_its_numbers(scale: float, point: int) -> None:
    with pytest.raises(HostError, match="no usual range of pixels") as caught:
        compile_model(classifier(scale, point), "unusual")
    assert f"scale {scale:.6g}, zero point {point}" in str(caught.value)
    assert "--pixels" in str(caught.value)


@pytest.mark.parametrize("removal", [True, False])
def test_pixels_on_the_command_line_decide(tmp_path: Path, removal: bool) -> None:
    """And a measurement compares with LiteRT by the table that was packed, not by the scale."""
    source, packed = tmp_path / "model.tflite", tmp_path / "model.tpm"
    source.write_bytes(classifier(0.03172, -4))
    main([str(source), "-o", str(packed), "--pixels=-3.5:4"])
    model = choose_model(packed, b"", removal)
    assert model.byte_table[0] == round(-3.5 / 0.03172) + 124
    pictures = [np.full((4, 5, 3), value, np.uint8) for value in (0, 77, 255)]
    scores = [oracle.scores(model.packed, picture).tobytes() for picture in pictures]
    assert compare(model, pictures, scores).exact
    main([str(source), "-o", str(packed), "--pixels", "bytes"])
    assert choose_model(packed, b"", removal).byte_table.tolist() == list(range(256))


@pytest.mark.parametrize("text", ["1", "1:0", "a:b", "0:inf", "nan:1"])
def test_a_wrong_range_is_one_sentence(text: str, tmp_path: Path) -> None:
    source = tmp_path / "model.tflite"
    source.write_bytes(classifier(1 / 255, -128))
    with pytest.raises(HostError, match="what pixels stand for"):
        main([str(source), f"--pixels={text}"])


def test_bytes_are_taken_as_they_are() -> None:
    compiled = compile_model(classifier(0.03, 5), "bytes", options=Options(pixels=BYTES))
    assert compiled.reading is not None and compiled.reading.table is None


def test_an_end_lies_a_tenth_of_the_range_from_a_usual_one_at_most() -> None:
    """-25.5 is a tenth of 0..255 below 0."""
    compiled = compile_model(classifier(1.0625, -104), "last")
    assert compiled.reading is not None and compiled.reading.pixels == Pixels(0, 255)
    with pytest.raises(HostError, match="no usual range of pixels"):
        compile_model(classifier(1.07, -104), "first that does not")
