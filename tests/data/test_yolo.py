"""YOLO's folders as Roboflow, Ultralytics and Darknet leave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.data.boxes import Rule
from host.data.layout import read_any
from tests.data.pictures import fill, zipped
from tests.data.sets import output, texts

YAML = "train: ../train/images\nnc: 2\nnames: ['car', 'person']\n"
BOX, SMALL, CAR = "1 0.5 0.5 0.4 0.5\n", "1 0.5 0.5 0.05 0.05\n", "0 0.5 0.5 0.4 0.4\n"


@pytest.mark.parametrize("is_zip", [False, True])
@pytest.mark.parametrize("wrapper", ["", "Person.v3.yolov8/"])
def test_yolo_as_roboflow_exports_it(tmp_path: Path, wrapper: str, is_zip: bool) -> None:
    root = tmp_path / "set"
    fill(root, *(f"{wrapper}train/images/{n}.png" for n in "abc"), f"{wrapper}valid/images/d.png")
    labels = {
        "train/labels/a.txt": BOX + CAR,
        "train/labels/b.txt": CAR,
        "train/labels/c.txt": SMALL,
    }
    texts(root, {f"{wrapper}{k}": v for k, v in labels.items()})
    texts(root, {f"{wrapper}data.yaml": YAML, f"{wrapper}README.roboflow.txt": "hello"})
    found = read_any(zipped(root, tmp_path / "s.zip") if is_zip else root, Rule())
    assert output(found) == {
        f"{wrapper}train/images/a.png": ("person", "train"),
        f"{wrapper}train/images/b.png": ("non_person", "train"),
        f"{wrapper}train/images/c.png": ("non_person", "train"),
        f"{wrapper}valid/images/d.png": ("non_person", "val"),
    }
    assert found.notes == ("1 pictures without a text file: taken as without boxes, as YOLO does",)


def test_yolo_as_ultralytics_and_darknet_have_it(tmp_path: Path) -> None:
    one = fill(tmp_path / "u", "images/train/a.png", "images/val/b.png")
    texts(one, {"labels/train/a.txt": BOX, "labels/val/b.txt": CAR})
    texts(one, {"coco8.yaml": "names:\n  0: car\n  1: person\n"})
    assert output(read_any(one, Rule())) == {
        "images/train/a.png": ("person", "train"),
        "images/val/b.png": ("non_person", "val"),
    }
    two = fill(tmp_path / "d", "obj_train_data/a.png", "obj_train_data/b.png")
    texts(
        two, {"obj_train_data/a.txt": BOX, "obj_train_data/b.txt": "", "obj.names": "car\nperson"}
    )
    assert [p.label for p in read_any(two, Rule()).pictures] == ["person", "non_person"]


@pytest.mark.parametrize(
    "line, label",
    [
        ("1 0.1 0.1 0.4 0.1 0.4 0.4\n", "person"),  # a polygon
        ("1 0.5 0.5 0.4 0.5 0.9\n", "person"),  # a confidence behind
        ("1 320 240 100 100\n", None),  # pixels
        ("1 0.5 0.5 nan 0.5\n", None),
        ("person 0.5 0.5 0.4 0.5\n", None),
        ("7 0.5 0.5 0.4 0.5\n", None),  # no such class
        ("inf 0.5 0.5 0.4 0.5\n", None),
        ("1 0.5 0.5\n", None),
        ("1 -0.5 -0.5 0.9 0.9\n", None),  # outside
    ],
)
def test_lines_of_yolo(tmp_path: Path, line: str, label: str | None) -> None:
    fill(tmp_path, "a.png", "b.png")
    texts(tmp_path, {"a.txt": line, "b.txt": CAR, "classes.txt": "car\nperson\n"})
    found = read_any(tmp_path, Rule())
    assert output(found).get("a.png", (None,))[0] == label
    assert found.left_out.total() == (label is None)
