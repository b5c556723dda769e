"""Reports: published counts, agreement of a model's file formats, and predictions near what the core model measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.compiler.__main__ import main
from host.compiler.build import Options, compile_model
from host.compiler.cost import predict
from host.compiler.cost_coefficients import WORST_ERROR
from host.compiler.mobilenet_v1 import mobilenet_v1
from host.compiler.network import macs
from host.compiler.report import Report, examine, show
from tests.engine.exactness import engine_elf
from tests.engine.layer_cycles import layer_cycles

# TensorFlow's table of MobileNetV1: alpha, size, millions of MACs and of parameters. It counts the average pool's
# additions; its rows of alpha 0.75 leave the first convolution out (the paper's 325 M has it); and where it prints
# 4.14 M parameters for 1.0/128, the same weights are 4.24 M at 224.
PUBLISHED = (
    (1.0, 224, 569, 4.24),
    (1.0, 128, 186, 4.24),
    (0.75, 224, 317, 2.59),
    (0.75, 128, 104, 2.59),
    (0.5, 224, 150, 1.34),
    (0.5, 128, 49, 1.34),
    (0.25, 224, 41, 0.47),
    (0.25, 128, 14, 0.47),
)


@pytest.mark.parametrize(("alpha", "size", "mega_macs", "mega_parameters"), PUBLISHED)
def test_mobilenet_counts_are_the_published_ones(
    alpha: float, size: int, mega_macs: int, mega_parameters: float
) -> None:
    sketch, output = mobilenet_v1(alpha, size, 3, 1000)
    network = sketch.compiled(output, "v1", Options(streaming=False)).network
    counted = [macs(network, layer) for layer in network.layers]
    pooled = network.features[network.layers[-3].inputs[0]]
    additions = pooled.height * pooled.width * pooled.channels
    total = additions + (sum(counted[1:]) if alpha == 0.75 else sum(counted))
    assert round(total / 1e6) == mega_macs
    assert round(sketch.parameters / 1e6, 2) == mega_parameters


def report(model: str | Path) -> Report:
    options = Options(dead_channel_removal=False)
    return examine(str(model), 0.25, 96, 1, 2, options)


def test_keras_and_tflite_of_one_model_agree(shared: Path) -> None:
    models = shared / "models"
    keras, tflite = (
        report(models / f"first_person_grey_025{end}") for end in (".keras", "_int8.tflite")
    )
    sketch = report("mobilenet_v1")
    assert keras.macs == tflite.macs == sketch.macs == 7_157_888
    assert keras.arena_bytes == tflite.arena_bytes == sketch.arena_bytes
    assert abs(keras.predicted_cycles - tflite.predicted_cycles) < 0.01 * tflite.predicted_cycles
    assert report(models / "mlcommons_vww_96.h5").macs == 7_489_664


def test_a_tflite_counts_its_weights_and_biases(shared: Path) -> None:
    models = shared / "models"
    tflite, keras = (
        report(models / f"first_person_grey_025{e}") for e in ("_int8.tflite", ".keras")
    )
    normalised = 2736  # channels, whose 4 numbers became a bias
    assert keras.parameters is not None
    assert tflite.parameters == keras.parameters - 3 * normalised
    cells = list(show(tflite).columns[1].cells)
    assert "within" in str(cells) and f"{tflite.parameters:,}" in cells


BAD_SIZES = {
    "alpha": ("--alpha", "nan", "alpha is nan; expected a width above 0"),
    "no alpha": ("--alpha", "0", "alpha is 0.0; expected a width above 0"),
    "size": ("--size", "100000", "the image would have 100000 rows"),
    "channels": ("--channels", "0", "and 0 channels; expected 1 to 2048 rows and columns and 1 to"),
    "classes": ("--classes", "-4", "weights of shape .-4, 256.; expected sizes from 1"),
}


@pytest.mark.parametrize("case", BAD_SIZES)
def test_impossible_sizes_are_one_line(case: str) -> None:
    option, value, words = BAD_SIZES[case]
    with pytest.raises(HostError, match=words) as caught:
        main(["report", "mobilenet_v1", option, value])
    assert "\n" not in str(caught.value)


def test_too_large_a_model_is_reported_not_refused(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["report", "mobilenet_v1", "--alpha", "1", "--size", "224", "--channels", "3", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert not found["fits"] and "bytes of memory (image" in found["reason"]


def test_a_file_that_is_no_keras_model_is_refused(tmp_path: Path) -> None:
    for name in ("a.keras", "b.h5"):
        (tmp_path / name).write_bytes(b"PK nothing" if name[0] == "a" else b"nothing")
        with pytest.raises(HostError, match="is no Keras model"):
            report(tmp_path / name)


@pytest.mark.parametrize(
    "layers", ["[1]", '[{"class_name": "Dense"}]', '[{"class_name": "x", "config": 3}]']
)
def test_a_damaged_keras_configuration_is_refused(tmp_path: Path, layers: str) -> None:
    file = tmp_path / "c.h5"
    file.write_text('{"class_name": "Functional", "config": {"layers": ' + layers + "}}")
    with pytest.raises(HostError, match="a layer without a configuration"):
        report(file)


@pytest.mark.parametrize("name", ["tflm_person_detect", "mlcommons_vww_96_int8"])
def test_predictions_are_near_the_core_model(shared: Path, arm_gcc: str, name: str) -> None:
    compiled = compile_model((shared / "models" / f"{name}.tflite").read_bytes(), name)
    measured = sum(layer_cycles(engine_elf(arm_gcc), compiled))
    assert abs(sum(predict(compiled)) - measured) < WORST_ERROR * measured


def test_a_table_varies_width_and_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "mobilenet_v1", "--table", "--sizes", "64,96", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["alpha"], row["size"]) for row in rows][5:7] == [(1.0, 64), (0.1, 96)]
    default = next(row for row in rows if (row["alpha"], row["size"]) == (0.25, 96))
    assert default["macs"] == report("mobilenet_v1").macs
    assert main(["report", "mobilenet_v1", "--table"]) == 0
    output = capsys.readouterr().out
    assert "no: flash" in output and "yes, built in" in output
    with pytest.raises(HostError, match="--table varies an architecture"):
        main(["report", "x.tflite", "--table"])


def test_a_no_names_all_that_is_too_large() -> None:
    """1.0/224 needs both more RAM and more flash than there are."""
    found = examine("mobilenet_v1", 1.0, 224, 3, 1000, Options())
    assert not found.fits and found.reason is not None
    assert "bytes of memory" in found.reason and "flash has" in found.reason
