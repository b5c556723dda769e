"""Edge Impulse's and YOLO's files as other programs and hands leave them."""

from __future__ import annotations

import json
import zipfile
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
    [("person\n\ncar\n", "2 .5 .5 .4 .4"), ("\nperson\n", ""), ("person", "")],
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


def voc(root: Path, *boxes: str, encoding: str = "utf-8") -> Path:
    """A picture and its XML of each box (left, top, right, bottom), "" for none."""
    for number, box in enumerate(boxes):
        fill(root, f"{number}.png")
        sides = "".join(
            f"<{name}>{side}</{name}>"
            for name, side in zip(("xmin", "ymin", "xmax", "ymax"), box.split(), strict=True)
        ) if box else ""  # fmt: skip
        found = f"<object><name>person</name><bndbox>{sides}</bndbox></object>" if box else ""
        text = f"<annotation><filename>{number}.png</filename>{found}</annotation>"
        (root / f"{number}.xml").write_bytes(text.encode(encoding))
    return root


def test_corners_of_voc_that_are_shares_of_the_picture(tmp_path: Path) -> None:
    assert [label for label, _ in labels(voc(tmp_path, "0.1 0.1 0.9 0.9", ""))] == [
        "person",
        "non_person",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_unfolded_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    root = voc(tmp_path, "2 2 20 20", "", encoding=encoding)
    text = '<!DOCTYPE a [<!ENTITY b "cc">]><annotation><filename>&b;</filename></annotation>'
    (root / "1.xml").write_bytes(text.encode(encoding))
    dataset = read_any(root, Rule())
    assert len(dataset.pictures) == 1 and "cannot be used" in dataset.remarks()[-1]


def test_what_a_zip_hides_is_counted(tmp_path: Path) -> None:
    path, content = tmp_path / "a.zip", fill(tmp_path / "in", "0.png") / "0.png"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for name in ("person/1.png", "person/1.png", "none/2.png", "../none/3.png"):
            archive.write(content, name)
    dataset = read_any(path, Rule())
    assert len(dataset.pictures) == 2
    assert dataset.remarks() == [
        "left out: 1 whose name another file of the zip has, too; 1 whose path leads out of the zip"
    ]
