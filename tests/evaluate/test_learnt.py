"""Evaluating on pictures that a model learnt from is said, by what its manifest knows of them."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from host.data.dataset import read_dataset
from host.data.learnt import packed, set_hash
from host.data.load import with_hashes
from host.data.manifest_file import read_manifest, write_manifest
from host.evaluate.__main__ import main
from host.evaluate.learnt import learnt_pictures
from tests.evaluate.drawn import MODEL, own_pictures
from tests.goldens import printed_json


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """16 pictures, ten of which train."""
    root = own_pictures(tmp_path / "own")
    rows = read_manifest(root).pictures
    rows = tuple(replace(p, split="train" if i < 10 else "val") for i, p in enumerate(rows))
    write_manifest(root, rows)
    return root


def model(folder: Path, **manifest: object) -> Path:
    """Our model with a manifest of its own."""
    path = folder / "m.tflite"
    shutil.copyfile(MODEL, path)
    path.with_suffix(".json").write_text(
        json.dumps({"labels": ["no_person", "person"], **manifest})
    )
    return path


def test_pictures_are_known_again_whatever_became_of_the_set(data: Path, tmp_path: Path) -> None:
    learnt = [p for p in with_hashes(read_dataset(data)).pictures if p.split == "train"]
    path = model(tmp_path, learnt_from=packed(p.sha256 for p in learnt))
    output: list[str] = []
    assert learnt_pictures(path, read_dataset(data), output.append) == 10
    assert output == [
        "10 of these 16 pictures are ones that m.tflite learnt from: on others it does worse; "
        "use --split val, or other pictures"
    ]
    half = tmp_path / "half"
    shutil.copytree(data, half)
    (half / learnt[0].path).unlink()
    write_manifest(half, [p for p in read_manifest(half).pictures if p.path != learnt[0].path])
    assert learnt_pictures(path, read_dataset(half), output.append) == 9
    output.clear()
    assert (
        learnt_pictures(path, read_dataset(data).of_split("val"), output.append) == 0 and not output
    )


def test_a_hash_of_the_whole_set_is_enough_while_it_is_the_same(data: Path, tmp_path: Path) -> None:
    names = {"non_person": "no_person", "person": "person"}
    lines = [
        (hashlib.sha256((data / p.path).read_bytes()).hexdigest(), names[p.label], p.split)
        for p in read_dataset(data).pictures
    ]
    path = model(tmp_path, data_sha256=set_hash(lines))
    assert learnt_pictures(path, read_dataset(data), print) == 10
    assert learnt_pictures(path, read_dataset(data).of_split("val"), print) == 0
    write_manifest(data, read_manifest(data).pictures[1:])
    assert learnt_pictures(path, read_dataset(data), print) is None


def test_the_tool_says_it(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = with_hashes(read_dataset(data)).of_split("train").pictures
    path = model(tmp_path, learnt_from=packed(p.sha256 for p in train))
    wanted = [str(path), "--data", str(data), "--no-float", "--json"]
    assert main([*wanted, "--split", "all"]) == 0
    reported = capsys.readouterr()
    assert "10 of these 16 pictures are ones that m.tflite learnt from" in reported.err
    assert printed_json(reported.out)["learnt_pictures"] == 10
    assert main(wanted) == 0
    assert "learnt" not in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[]", "{", '{"learnt_from": "?"}', '{"labels": 3}', "{}", '"x"'])
def test_another_manifest_says_nothing(data: Path, tmp_path: Path, text: str) -> None:
    path = model(tmp_path)
    path.with_suffix(".json").write_text(text)
    assert learnt_pictures(path, read_dataset(data), print) is None


def test_what_evaluate_writes_is_the_owners_alone(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "run"
    assert main([str(MODEL), "--data", str(data), "--no-float", "--output", str(out)]) == 0
    for path in (tmp_path / "new").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert (out.parent.stat().st_mode & 0o777, (out / "report.html").exists()) == (0o700, True)
