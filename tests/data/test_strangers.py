"""Edge Impulse's and YOLO's files as other programs and hands leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.data.boxes import Rule
from host.data.layout import read_any
from tests.data.pictures import fill

BOX = {"label": "person", "x": 2, "y": 2, "width": 20, "height": 20}


def sample(number: int, label: Any = None, boxes: Any = (), folder: str = "training") -> Any:
    path = f"{folder}/{number}.png"
    return {"path": path, "category": folder, "label": label, "boundingBoxes": list(boxes)}


def export(root: Path, *samples: Any, around: str = ".") -> Path:
    """An export with the files that it names."""
    top = root / around
    fill(top, *{each["path"] for each in samples})
    (top / "info.labels").write_text(json.dumps({"version": 1, "files": samples}))
    return root


def labels(root: Path) -> list[tuple[str, str]]:
    return [(picture.label, picture.split) for picture in read_any(root, Rule()).pictures]


@pytest.mark.parametrize("around", [".", "my-project-export", "a/b"])
def test_an_export_in_a_folder_of_its_own(tmp_path: Path, around: str) -> None:
    person = sample(0, {"type": "label", "label": "person"})
    none = sample(1, {"type": "label", "label": "none"}, folder="testing")
    root = export(tmp_path, person, none, around=around)
    assert sorted(labels(root)) == [("none", "test"), ("person", "train")]


@pytest.mark.parametrize("label", [0, "0", {"label": 0}, {"labels": [{"label": "0"}]}])
def test_a_label_may_be_a_number(tmp_path: Path, label: Any) -> None:
    assert labels(export(tmp_path, sample(0, label), sample(1, {"label": 1}))) == [
        ("0", "train"),
        ("1", "train"),
    ]


@pytest.mark.parametrize(
    "other", [sample(0, {"label": "none"}), sample(0, {"label": "person"}, [BOX])]
)
def test_one_picture_that_is_two_things_is_refused(tmp_path: Path, other: Any) -> None:
    root = export(tmp_path, sample(0, {"label": "person"}), other)
    with pytest.raises(HostError, match=r"names training/0\.png twice, and not alike; delete one"):
        read_any(root, Rule())


def test_boxes_that_are_shares_of_the_picture(tmp_path: Path) -> None:
    shares = {"label": "person", "x": 0.1, "y": 0.1, "width": 0.5, "height": 0.5}
    broken = {**shares, "width": float("nan")}
    root = export(tmp_path, sample(0, None, [shares]), sample(1), sample(2, None, [broken]))
    assert [label for label, _ in labels(root)] == ["person", "non_person"]


@pytest.mark.parametrize(
    ("names", "line"),
    [("person\n\ncar\n", "2 .5 .5 .4 .4"), ("\nperson\n", "0 .5 .5 .4 .4"), ("person", "")],
)
def test_a_class_of_yolo_is_the_number_of_its_line(tmp_path: Path, names: str, line: str) -> None:
    root = fill(tmp_path, "obj/0.png", "obj/1.png")
    number = names.split("\n").index("person")
    (root / "classes.txt").write_text(names)
    (root / "obj/0.txt").write_text(f"{number} .5 .5 .4 .4\n")
    (root / "obj/1.txt").write_text(line)
    assert [label for label, _ in labels(root)] == ["person", "non_person"]


def test_one_name_in_a_yaml_is_no_list_of_letters(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/0.png")
    (root / "data.yaml").write_text("names: person\n")
    (root / "labels").mkdir()
    (root / "labels/0.txt").write_text("0 .5 .5 .4 .4\n")
    assert [label for label, _ in labels(root)] == ["person"]
