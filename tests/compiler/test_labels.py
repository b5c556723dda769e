"""Labels of a model: how many, which, and where they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.compiler.__main__ import main
from host.compiler.build import compile_model
from host.compiler.labels import labels_for
from host.compiler.pack import seal, unpack
from host.evaluate.model import packed_labels
from tests.compiler.small import Small
from tests.deploy.models import network


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


def test_command_takes_labels_from_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(Small().file())
    (tmp_path / "m.json").write_text('{"labels": ["a", "b", "c", "d"]}', encoding="utf-8")
    assert main([str(tmp_path / "m.tflite"), "-o", str(tmp_path / "m.tpm")]) == 0
    assert b"a\nb\nc\nd" in (tmp_path / "m.tpm").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.json", "m.tflite", "m.tpm"]


def test_a_manifest_of_a_megabyte_is_read_and_a_longer_one_is_not(tmp_path: Path) -> None:
    manifest, model = tmp_path / "m.json", tmp_path / "m.tflite"
    manifest.write_text('["a", "b"]'.ljust(1024 * 1024))
    assert labels_for(None, model) == ("a", "b")
    manifest.write_text('["a", "b"]'.ljust(1024 * 1024 + 1))
    with pytest.raises(HostError, match=r"m\.json is not a readable manifest: .* 1 MB"):
        labels_for(None, model)
    assert labels_for("c,d", model) == ("c", "d"), "what was given needs none"
