"""COCO files in which something does not fit together: never a label by silence, never a wait without end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.data.boxes import Rule
from host.data.coco import read_coco
from host.data.dataset import Dataset
from tests.data.pictures import fill

IMAGES = [
    {"id": number, "file_name": name, "width": 32, "height": 24}
    for number, name in ((1, "a.png"), (2, "b.png"))
]
PERSON, DOG = {"id": 1, "name": "person"}, {"id": 2, "name": "dog"}
BOX = {"image_id": 1, "category_id": 1, "bbox": [2, 2, 20, 20]}
OTHER = {"image_id": 2, "category_id": 2, "bbox": [2, 2, 20, 20]}
GOOD: dict[str, Any] = {
    "images": IMAGES,
    "annotations": [BOX, OTHER],
    "categories": [PERSON, DOG],
}


def read(tmp_path: Path, content: bytes) -> Dataset:
    fill(tmp_path / "img", "a.png", "b.png")
    (tmp_path / "i.json").write_bytes(content)
    return read_coco(tmp_path / "i.json", tmp_path / "img", Rule())


def of(**changed: Any) -> bytes:
    return json.dumps({**GOOD, **changed}).encode()


def test_ids_that_never_meet_are_no_set_without_persons(tmp_path: Path) -> None:
    padded = [{**image, "id": f"0{image['id']}"} for image in IMAGES]
    with pytest.raises(HostError, match=r"image_id '2', the pictures have ids like '01'"):
        read(tmp_path, of(images=padded))


def test_boxes_of_pictures_that_are_not_listed_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, of(annotations=[BOX, {**BOX, "image_id": 9}]))
    assert found.notes == (f"{tmp_path / 'i.json'}: 1 boxes are of pictures that it does not list",)
    assert found.counts == {"person": 1, "non_person": 1}


def test_a_box_of_no_class_may_be_a_persons(tmp_path: Path) -> None:
    found = read(tmp_path, of(annotations=[BOX, OTHER, {**OTHER, "category_id": 9}]))
    assert [p.path for p in found.pictures] == ["a.png"] and found.left_out.total() == 1


def test_two_pictures_of_one_id_have_no_label(tmp_path: Path) -> None:
    found = read(tmp_path, of(images=[*IMAGES, {**IMAGES[0], "id": 2}]))
    assert found.left_out["whose id another picture has, too"] == 2
    assert [(p.path, p.label) for p in found.pictures] == [("a.png", "person")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (of(categories=[PERSON, {**DOG, "id": 1}]), "'person' and 'dog' have one id, 1"),
        (of(annotations=[{**BOX, "bbox": [1, 1, float("nan"), 1]}]), r"not JSON: .* near .*NaN"),
        (json.dumps(GOOD).encode("utf-16"), "is UTF-16, not JSON: save it as UTF-8"),
        (gzip.compress(of()), "packed by gzip, not JSON: unpack it"),
        (b"\n<!DOCTYPE html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"", "is empty"),
        (of()[:-30], "is not JSON: parse error: premature EOF"),
        (b"[" * 3_000_000, "lists in lists without end"),
        (b'{"images": [' + b'{"a": [' * 100_000, "lists in lists without end"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(HostError, match=says) as error:
        read(tmp_path, content)
    assert "\n" not in str(error.value)
