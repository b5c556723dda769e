"""Annotations that do not fit their pictures, each other, or their format: the right label, or counted, or one line."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import NOT_UTF8
from host.base.text import visible
from host.compiler.labels import check_labels
from host.data.__main__ import main
from host.data.boxes import TWO_LABELS, UNLISTED, Rule, share_of
from host.data.dataset import NO_LABEL, read_dataset
from host.data.labels import label_list
from host.data.layout import read_any
from host.data.manifest import Picture, cell_text
from host.data.split import groups
from host.data.zip_files import OUT
from tests.data.pictures import fill
from tests.data.sets import output, texts

PERSON, DOG = {"id": 1, "name": "person"}, {"id": 2, "name": "dog"}
BOX = "<bndbox><xmin>2</xmin><ymin>2</ymin><xmax>20</xmax><ymax>20</ymax></bndbox>"


def coco(root: Path, name: str, classes: dict[str, int]) -> None:
    """classes: picture -> the category of its only box."""
    images = [{"id": n, "file_name": f, "width": 32, "height": 24} for n, f in enumerate(classes)]
    boxes: list[dict[str, Any]] = [
        {"id": n, "image_id": n, "category_id": category, "bbox": [2, 2, 20, 20]}
        for n, category in enumerate(classes.values())
    ]
    content = {"images": images, "annotations": boxes, "categories": [PERSON, DOG]}
    texts(root, {f"annotations/instances_{name}.json": json.dumps(content)})


def test_two_files_of_coco_speak_of_their_own_pictures(tmp_path: Path) -> None:
    """A picture that the other one annotates was counted as annotated by nobody, twice."""
    root = fill(tmp_path, *(f"images/{n}.png" for n in "abcd"))
    coco(root, "train", {"a.png": 1, "b.png": 2})
    coco(root, "val", {"c.png": 1})
    found = read_any(root, Rule())
    assert output(found) == {
        "images/a.png": ("person", "train"),
        "images/b.png": ("non_person", "train"),
        "images/c.png": ("person", "val"),
    }
    assert found.left_out == {UNLISTED: 1}


def test_two_files_of_coco_that_disagree_label_neither(tmp_path: Path) -> None:
    root = fill(tmp_path, *(f"images/{n}.png" for n in "abc"))
    coco(root, "train", {"a.png": 1, "b.png": 1, "c.png": 1})
    coco(root, "val", {"a.png": 1, "b.png": 2})
    found = read_any(root, Rule())
    assert sorted(output(found)) == ["images/a.png", "images/c.png"]
    assert found.left_out == {TWO_LABELS: 1}


def test_annotations_of_pictures_that_were_not_downloaded(tmp_path: Path) -> None:
    """COCO's annotations come together; who has val2017's pictures alone has them."""
    root = fill(tmp_path, "val2017/a.png")
    coco(root, "train2017", {"x.png": 1})
    with pytest.raises(HostError, match="none of the 1 pictures"):
        read_any(root, Rule())
    coco(root, "val2017", {"a.png": 1})
    found = read_any(root, Rule())
    assert output(found) == {"val2017/a.png": ("person", "val")}
    assert "instances_train2017.json annotates is in" in found.notes[0]


@pytest.mark.parametrize(
    ("line", "yaml", "label"),
    [
        ("0 .5 .5 .02 .02 " + "0 0 " * 16 + ".9 .9", "kpt_shape: [17, 2]\n", "non_person"),
        ("0 .5 .5 .9 .9 " + ".5 .5 2 " * 17, "kpt_shape: [17, 3]\n", "person"),
        ("0 .1 .1 .9 .1 .9 .9 .1 .9", "", "person"),
    ],
)
def test_the_points_of_a_body_are_no_polygon(
    tmp_path: Path, line: str, yaml: str, label: str
) -> None:
    root = fill(tmp_path, "images/a.png")
    texts(root, {"labels/a.txt": line, "data.yaml": f"{yaml}names: [person]\n"})
    assert output(read_any(root, Rule())) == {"images/a.png": (label, "")}


@pytest.mark.parametrize(
    "files",
    [
        {"images/a.png": "labels/a.txt", "env.yaml": "name: env\n"},
        {"Images/a.png": "Labels/a.txt"},
    ],
)
def test_a_set_of_yolo_is_known_beside_other_files(tmp_path: Path, files: dict[str, str]) -> None:
    picture, text = next(iter(files.items()))
    root = fill(tmp_path, picture)
    more = {name: each for name, each in files.items() if name != picture}
    texts(root, {text: "0 .5 .5 .9 .9", "data.yaml": "names: [person, dog]\n", **more})
    assert output(read_any(root, Rule())) == {picture: ("person", "")}


def test_a_number_without_a_name_may_be_a_persons(tmp_path: Path) -> None:
    """names from 1 on: the 0 of every line is none of them, and was none of a person."""
    root = fill(tmp_path, "images/a.png", "images/b.png")
    labels = {"labels/a.txt": "0 .5 .5 .9 .9", "labels/b.txt": "1 .5 .5 .9 .9"}
    texts(root, {**labels, "data.yaml": "names: {1: dog, 2: person}\n"})
    found = read_any(root, Rule())
    assert output(found) == {"images/b.png": ("non_person", "")}
    assert sum(found.left_out.values()) == 1


def test_a_yaml_that_grows_without_end_is_no_list_of_names(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.png")
    growing = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)
    )
    texts(root, {"labels/a.txt": "0 .5 .5 .9 .9", "data.yaml": f"{growing}names: *a19\n"})
    with pytest.raises(HostError, match="has no `names`"):
        read_any(root, Rule())


def voc(root: Path, text: str) -> Path:
    fill(root, "a.png", "b.png")
    plain = f"<annotation><object><name>person</name>{BOX}</object></annotation>"
    return texts(root, {"a.xml": text, "b.xml": plain})


def test_an_encoding_that_nobody_knows_is_no_traceback(tmp_path: Path) -> None:
    found = read_any(voc(tmp_path, '<?xml version="1.0" encoding="x-none"?><annotation/>'), Rule())
    assert list(output(found)) == ["b.png"] and sum(found.left_out.values()) == 2


def test_a_namespace_hides_no_box(tmp_path: Path) -> None:
    text = f'<annotation xmlns="http://x/y"><object><name>person</name>{BOX}</object></annotation>'
    assert output(read_any(voc(tmp_path, text), Rule()))["a.png"] == ("person", "")


def test_annotations_without_a_class_say_so(tmp_path: Path) -> None:
    fill(tmp_path, "a.png")
    texts(tmp_path, {"a.xml": "<annotation><filename>a.png</filename></annotation>"})
    with pytest.raises(HostError, match="name no class that can be read"):
        read_any(tmp_path, Rule())


def test_a_box_outside_its_picture_is_none(tmp_path: Path) -> None:
    """Of a size that is turned: it was taken for a picture without a person."""
    assert share_of((26, 2, 30, 20), 24, 32) is None
    assert share_of((-9, 2, 0, 20), 24, 32) is None
    assert share_of((20, 2, 30, 20), 24, 32) == pytest.approx(4 * 18 / (24 * 32))


@pytest.mark.parametrize("enabled", [False, "false", "False", 0])
def test_a_sample_that_is_disabled_in_any_spelling(tmp_path: Path, enabled: object) -> None:
    fill(tmp_path, "training/0.png", "training/1.png")
    samples = [
        {"path": f"training/{n}.png", "label": {"type": "label", "label": "a"}, "enabled": on}
        for n, on in enumerate((enabled, True))
    ]
    texts(tmp_path, {"info.labels": json.dumps({"version": 1, "files": samples})})
    found = read_any(tmp_path, Rule())
    assert list(output(found)) == ["training/1.png"]


def test_rows_without_a_label_are_counted(tmp_path: Path) -> None:
    root = fill(tmp_path, "a/0.png", "a/1.png", "b/2.png")
    texts(root, {"manifest.csv": "path,label\na/0.png,a\na/1.png,\nb/2.png,b\n"})
    found = read_dataset(root)
    assert found.left_out == {NO_LABEL: 1} and NO_LABEL in found.remarks()[0]


def test_a_column_that_no_picture_has_joins_none() -> None:
    rows = [Picture("a", "x", session="s", more=(("room", "k"),)), Picture("b", "x", session="s")]
    assert groups(rows, by="").tolist() == [0, 1] and groups(rows, by="room").tolist() == [0, 1]
    with pytest.raises(HostError, match=r"no picture has a column 'sesion'.*'session'"):
        groups(rows, by="sesion")


@pytest.mark.parametrize("wrong", ["--gap=nan", "--gap=-5", "--gap=0", "--seed=-1"])
def test_a_number_that_would_part_everything_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["split", str(tmp_path), wrong])
    assert ended.value.code == 2


def with_bytes(root: Path, where: str) -> Path:
    """A name in Latin-1, as of an old archive: of a picture, or of a class's folder."""
    fill(root, "a/0.png", "a/1.png", "a/2.png", "b/3.png", "b/4.png", "c/5.png")
    old, new = (b"/a/0.png", b"/a/caf\xe9.png") if where == "picture" else (b"/c", b"/caf\xe9")
    there = os.fsencode(root)
    Path(os.fsdecode(there + old)).rename(os.fsdecode(there + new))
    return root


@pytest.mark.parametrize("where", ["picture", "folder"])
def test_a_name_that_is_not_utf8_is_counted(tmp_path: Path, where: str) -> None:
    """Copied it was, and then its row could not be written: a traceback, and no manifest of all the others."""
    root = with_bytes(tmp_path / "set", where)
    assert main(["import", str(root), str(tmp_path / "out")]) == 0
    assert main(["export", str(root), str(tmp_path / "exported")]) == 0
    found = read_dataset(root)
    assert len(found.pictures) == 5 and found.left_out == {NOT_UTF8: 1}
    assert main(["split", str(root), "--distance", "-1"]) == 0


def test_half_a_letter_is_no_traceback(tmp_path: Path) -> None:
    """JSON can write it, and a command line that is not UTF-8 gives it."""
    assert parse_json('{"a\\ud800": ["\\uDfff", "\\ud83d\\ude00", 1]}') == {
        "a\ufffd": ["\ufffd", "😀", 1]
    }
    assert cell_text("caf\udce9") == "caf " and visible("caf\udce9") == "caf\ufffd"
    for labels in ("caf\udce9,b", "a\nb,c"):
        with pytest.raises(HostError, match="is no label"):
            label_list(labels)
    with pytest.raises(HostError, match="is no label"):
        check_labels(["caf\udce9", "b"], "here")


def test_absolute_names_in_a_zip_lead_out_of_it(tmp_path: Path) -> None:
    """They were of the classes `/` and `C:`."""
    fill(tmp_path, "0.png")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a/0.png", "b/1.png", "/home/a/2.png", "C:\\pictures\\a\\3.png"):
            archive.write(tmp_path / "0.png", name)
            archive.filelist[-1].filename = name
    found = read_dataset(tmp_path / "a.zip")
    assert found.labels == ("a", "b") and found.left_out == {OUT: 2}
