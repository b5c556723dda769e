"""Every manifest in models/ tells the truth about the .tflite beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.models.accuracy import measure
from tests.models.reference import Reference

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted((ROOT / "models").glob("*.json"))


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
    measured = measure(ROOT / "models" / manifest["file"], shared / "data" / "person.zip")
    for name, figures in zip(("all", "wild"), measured, strict=True):
        claimed = manifest["accuracy"][name]
        assert asdict(figures) == pytest.approx(claimed, abs=0.0015)  # decoders of JPEG differ
