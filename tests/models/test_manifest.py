"""Every manifest in models/ tells the truth about the .tflite beside it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from host.compiler.build import compile_model
from host.compiler.pack import unpack
from host.compiler.report import report_on
from host.data.dataset import read_dataset
from host.evaluate.learnt import learnt_pictures
from tests.models.accuracy import measure
from tests.models.reference import Reference

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted(p for p in (ROOT / "models").glob("*.json") if p.stem != "credits")
LECTURE = (
    ("person_grey_025", 105_900, 301_600),
    ("person_grey_02", 83_100, 218_300),
    ("person_grey_01", 53_200, 101_000),
)


@pytest.fixture(params=MANIFESTS, ids=lambda path: path.stem)
def manifest(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    assert found["name"] == request.param.stem
    return found


def test_every_model_has_a_manifest() -> None:
    models = {path.stem for path in (ROOT / "models").glob("*.tflite")}
    assert models and models == {path.stem for path in MANIFESTS}


def test_hash_is_that_of_the_file(manifest: dict[str, Any]) -> None:
    content = (ROOT / "models" / manifest["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]


def test_shapes_and_quantisation_are_those_of_the_file(manifest: dict[str, Any]) -> None:
    reference = Reference(ROOT / "models" / manifest["file"])
    for name, details in (("input", reference.input), ("output", reference.output)):
        scale, zero_point = details["quantization"]
        assert manifest[name]["shape"] == details["shape"].tolist()
        assert manifest[name]["type"] == details["dtype"].__name__
        assert manifest[name]["scale"] == pytest.approx(scale, rel=1e-7)
        assert manifest[name]["zero_point"] == zero_point


def test_there_is_one_label_for_each_output(manifest: dict[str, Any]) -> None:
    assert len(manifest["labels"]) == manifest["output"]["shape"][-1]
    assert len(set(manifest["labels"])) == len(manifest["labels"])


def test_licence_data_and_attribution_are_stated(manifest: dict[str, Any]) -> None:
    assert manifest["licence"] == "Apache-2.0"
    assert all(entry["source"] and entry["licence"] for entry in manifest["data"])
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert all(entry["by"].split(" and ")[0] for entry in manifest["attribution"])
    assert "The TensorFlow Authors" in notice and "MIT HAN Lab" in notice


def test_accuracy_is_what_one_measures(manifest: dict[str, Any], shared: Path) -> None:
    """Against the manifest, where it validated on the archive alone, and against the table of models/README.md."""
    archive = "mask.zip" if "with_mask" in manifest["labels"] else "person.zip"
    measured = measure(ROOT / "models" / manifest["file"], shared / "data" / archive)
    for name, figures in measured.items():
        claimed = {key: manifest["accuracy"][name][key] for key in asdict(figures)}
        if claimed["pictures"] == figures.pictures:
            assert asdict(figures) == pytest.approx(claimed, abs=0.0015)  # decoders of JPEG differ
    _, _, accuracy, auc, *_ = _table_row(manifest["name"])
    for cell, field in ((accuracy, "accuracy"), (auc, "auc")):
        found = [getattr(figures, field) for figures in measured.values()]
        assert [float(number) for number in cell.split(" / ")] == pytest.approx(found, abs=0.0015)


def test_costs_are_what_the_report_says(manifest: dict[str, Any]) -> None:
    """Flash, RAM and predicted cycles of the first table of models/README.md."""
    content = (ROOT / "models" / manifest["file"]).read_bytes()
    report = report_on(compile_model(content, manifest["name"]), manifest["name"], None)
    assert _table_row(manifest["name"])[5:] == [
        f"{report.flash_bytes:,} B",
        f"{report.ram_bytes:,} B",
        f"{report.predicted_cycles / 1e6:.2f} Mcycles",
    ]


def _table_row(name: str) -> list[str]:
    """The cells of the model's row in the first table of models/README.md."""
    lines = (ROOT / "models" / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| `{name}` |"))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_quantising_costs_at_most_one_point(manifest: dict[str, Any]) -> None:
    accuracy = manifest["accuracy"]
    for name in {"all", "wild"} & accuracy.keys():
        if f"float_{name}" in accuracy:
            assert accuracy[name]["accuracy"] >= accuracy[f"float_{name}"]["accuracy"] - 0.01


def test_a_trained_model_states_how_to_make_it_again(manifest: dict[str, Any]) -> None:
    if "training" in manifest:
        assert manifest["training"]["command"].startswith("python -m host.train ")
        assert len(manifest["data_sha256"]) == 64


def test_it_is_known_which_pictures_a_model_learnt_from(
    manifest: dict[str, Any], shared: Path
) -> None:
    model = ROOT / "models" / manifest["file"]
    dataset = read_dataset(
        shared / "data" / ("mask.zip" if "with_mask" in manifest["labels"] else "person.zip")
    )
    lines: list[str] = []
    train, val = dataset.of_split("train"), dataset.of_split("val")
    learnt = learnt_pictures(model, train, lines.append)
    is_all = "--share" not in manifest["training"]["command"]
    assert learnt is not None and len(lines) == 1
    assert learnt == len(train.pictures) if is_all else 0 < learnt < len(train.pictures)
    twins = learnt_pictures(model, val, lines.append)
    assert twins is not None and twins <= 2  # two faces of person.zip are in both splits
    learnt_all = len(base64.b64decode(manifest["learnt_from"])) // 4
    validated = manifest["accuracy"]["all"]["pictures"]
    assert len(val.pictures) <= validated
    assert learnt_all + validated == sum(entry["pictures"] for entry in manifest["data"])


def test_the_packed_model_is_made_of_the_file(manifest: dict[str, Any]) -> None:
    packed = unpack((ROOT / "models" / manifest["file"]).with_suffix(".tpm").read_bytes())
    start = packed.header.source_hash_high << 32 | packed.header.source_hash_low
    assert f"{start:016x}" == manifest["sha256"][:16]
    assert list(packed.labels) == manifest["labels"]


@pytest.mark.parametrize(("name", "ram_bytes", "rom_bytes"), LECTURE)
def test_a_model_is_smaller_than_the_lectures(name: str, ram_bytes: int, rom_bytes: int) -> None:
    """The lecture's table for Edge Impulse's MobileNetV1 96x96 at these widths: RAM and ROM."""
    data = (ROOT / "models" / f"{name}.tflite").read_bytes()
    report = report_on(compile_model(data, name), name, None)
    assert report.fits and report.ram_bytes < ram_bytes and report.flash_bytes < rom_bytes
