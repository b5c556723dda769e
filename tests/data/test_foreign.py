"""Layouts of others: each picture gets the label that its makers meant, or is counted with the reason."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.boxes import Rule, share_of
from host.data.coco import read_coco
from host.data.dataset import read_dataset
from host.data.file_match import Matcher
from host.data.layout import read_any
from host.data.manifest import Picture
from tests.data.pictures import fill, zipped
from tests.data.sets import output, texts, voc


def coco(files: dict[int, str], boxes: list[tuple[int, Any]]) -> str:
    return json.dumps(
        {
            "images": [
                {"id": i, "file_name": name, "width": 32, "height": 24} for i, name in files.items()
            ],
            "annotations": [{"image_id": i, "category_id": 1, "bbox": box} for i, box in boxes],
            "categories": [{"id": 0, "name": "car"}, {"id": 1, "name": "Person"}],
        }
    )


@pytest.mark.parametrize("is_zip", [False, True])
def test_coco_as_roboflow_exports_it(tmp_path: Path, is_zip: bool) -> None:
    root = fill(tmp_path / "set", "p/train/a.png", "p/train/b.png", "p/valid/a.png")
    name = "_annotations.coco.json"
    texts(root, {f"p/train/{name}": coco({1: "a.png", 2: "b.png"}, [(1, [1, 1, 20, 20])])})
    texts(root, {f"p/valid/{name}": coco({1: "a.png"}, [(1, [9, 9, 0, 0])])})
    found = read_any(zipped(root, tmp_path / "s.zip") if is_zip else root, Rule())
    assert output(found) == {
        "p/train/a.png": ("person", "train"),
        "p/train/b.png": ("non_person", "train"),
    }
    assert found.left_out.total() == 1  # a box without a size


def test_two_entries_of_one_file_are_neither(tmp_path: Path) -> None:
    root = fill(tmp_path / "img", "a.png", "b.png", "x/c.png", "y/c.png")
    files = {1: "a.png", 2: "./a.png", 3: "b.png", 4: "c.png"}
    texts(tmp_path, {"i.json": "\ufeff" + coco(files, [(3, [1, 1, 20, 20])])})
    found = read_coco(tmp_path / "i.json", root, Rule())
    assert output(found) == {"b.png": ("person", "")}
    assert sorted(found.left_out.values()) == [3, 3]  # ambiguous: a, a, c; not annotated: a, c, c


@pytest.mark.parametrize(
    "name, found",
    [
        ("cam1/a.png", "set/cam1/a.png"),
        ("http://x.org/data/set/cam2/a.png?w=3", "set/cam2/a.png"),
        ("C:\\data\\CAM1\\A.PNG", "set/cam1/a.png"),
        ("cam3/a.png", None),
        ("a.png", ""),
        ("elsewhere/b.png", "b.png"),
        ("", None),
    ],
)
def test_names_find_their_files(name: str, found: str | None) -> None:
    files = ("set/cam1/a.png", "set/cam2/a.png", "b.png")
    assert Matcher(files, (name,)).find(name) == found


def test_of_files_that_end_alike_the_one_of_as_many_folders_is_it() -> None:
    files = ("copy/cam1/a.png", "cam1/a.png", "old/copy/cam1/a.png")
    for name in files:
        assert Matcher(files, files).find(name) == name


@pytest.mark.parametrize(
    "corners, share",
    [
        ((0, 0, 10, 10), 1.0),
        ((-5, -5, 5, 5), 0.25),
        ((20, 20, 30, 30), None),
        ((5, 5, 5, 9), None),
        ((9, 9, 1, 1), None),
        ((0, 0, float("inf"), 5), None),
        ((0, 0, 5), None),
    ],
)
def test_a_box_counts_inside_its_picture(corners: tuple[float, ...], share: float | None) -> None:
    assert share_of(corners, 10, 10) == share


@pytest.mark.parametrize(
    "paths, expected",
    [
        (("archive/person/1.png", "archive/no/2.png"), {("person", ""), ("no", "")}),
        (("a/b/train/person/1.png", "a/b/val/no/2.png"), {("person", "train"), ("no", "val")}),
        (("training_set/training_set/cats/1.png", "test_set/test_set/dogs/2.png"),
         {("cats", "train"), ("dogs", "test")}),
        (("seg_train/x/1.png", "seg_test/y/2.png"), {("x", "train"), ("y", "test")}),
        (("n01440764/1.png", "n01443537/deep/2.png"), {("n01440764", ""), ("n01443537", "")}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_zip", [False, True])
def test_archives_have_folders_around_their_classes(
    tmp_path: Path, paths: tuple[str, ...], expected: set[tuple[str, str]], is_zip: bool
) -> None:
    root = fill(tmp_path / "set", *paths)
    (root / paths[0]).with_name("._1.png").write_bytes(b"mac")
    texts(root, {"__MACOSX/person/1.png": "", "README.txt": ""})
    found = read_any(zipped(root, tmp_path / "s.zip") if is_zip else root, Rule())
    assert {(p.label, p.split) for p in found.pictures} == expected
    assert not found.left_out


def test_pictures_that_no_class_has_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "k", "archive/train/a/1.png", "archive/train/b/2.png", "archive/test/3.png")
    for name in ("a/4.avif", "a/5.avif", "b/6.gif", "b/7", "b/8.mp4", "b/9.txt"):
        (tmp_path / "k/archive/train" / name).write_bytes(b"x")
    assert main(["import", str(tmp_path / "k"), str(tmp_path / "out")]) == 0
    reported = capsys.readouterr().err
    assert "archive/ lies around all classes" in reported
    for part in ("2 .avif (export", "1 .gif", "1 without a suffix", "1 .mp4", "1 in no class"):
        assert part in reported
    assert read_dataset(tmp_path / "out").counts == {"a": 1, "b": 1}


def test_the_uploaders_boxes_of_edge_impulse(tmp_path: Path) -> None:
    fill(tmp_path, "training/cam.1.png", "training/cam.2.png", "testing/cam.3.png")
    box = {"label": "person", "x": 1, "y": 1, "width": 20, "height": 20}
    for folder, boxes in (("training", {"cam.1.png": [box]}), ("testing", {})):
        content = {"version": 1, "type": "bounding-box-labels", "boundingBoxes": boxes}
        texts(tmp_path, {f"{folder}/bounding_boxes.labels": json.dumps(content)})
    assert output(read_any(tmp_path, Rule())) == {
        "testing/cam.3.png": ("non_person", "test"),
        "training/cam.1.png": ("person", "train"),
        "training/cam.2.png": ("non_person", "train"),
    }


def test_folders_decide_where_the_user_says_so(tmp_path: Path) -> None:
    fill(tmp_path / "in", "a/1.png", "b/2.png")
    texts(tmp_path / "in", {"a/1.xml": voc("1.png", [("dog", (1, 1, 9, 9))])})
    with pytest.raises(HostError, match="no class 'person'"):
        main(["import", str(tmp_path / "in"), str(tmp_path / "out")])
    assert main(["import", str(tmp_path / "in"), str(tmp_path / "out"), "--by-folders"]) == 0
    assert read_dataset(tmp_path / "out").counts == {"a": 1, "b": 1}


def test_zips_of_windows_and_macos(tmp_path: Path) -> None:
    first, second = (fill(tmp_path, f"{n}.png", first_seed=n).joinpath(f"{n}.png") for n in (1, 2))
    made = tmp_path / "made.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("set\\person\\1.png", first.read_bytes())
        out.writestr("set/b\u00fcro/2.png", second.read_bytes())
    content = made.read_bytes()
    assert content.count(b"\x00\x08") >= 2  # the flag of UTF-8, in both headers of the second
    made.write_bytes(content.replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))
    found = read_any(made, Rule())
    assert found.counts == {"person": 1, "b\u00fcro": 1}
    with found.open() as read:
        assert [read(p) for p in found.pictures] == [second.read_bytes(), first.read_bytes()]


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", "a/1.png", "b/2.png")
    texts(root, {"_annotations.coco.json": coco({1: "1.png"}, [(1, [1, 1, 20, 20])]) + " " * 9000})
    made = tmp_path / "made.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in ("a/1.png", "b/2.png", "_annotations.coco.json"):
            out.write(root / name, name)
    with zipfile.ZipFile(made) as archive:
        places = {e.filename: e.header_offset + 30 + len(e.filename) for e in archive.infolist()}
    for name in ("b/2.png", "_annotations.coco.json"):
        broken = bytearray(made.read_bytes())
        broken[places[name] + 3 : places[name] + 9] = b"\xff" * 6
        (tmp_path / "broken.zip").write_bytes(bytes(broken))
        with pytest.raises(HostError, match=r"broken\.zip: .* cannot be read .*copy the zip again"):
            dataset = read_any(tmp_path / "broken.zip", Rule())
            with dataset.open() as read:
                for picture in (*dataset.pictures, Picture(name, "")):
                    read(picture)


def test_annotations_are_streamed(tmp_path: Path) -> None:
    """A million numbers of polygons: whole they take 40 MB."""
    box = {"image_id": 1, "category_id": 1, "bbox": [1, 1, 20, 20]}
    entry = json.dumps({**box, "segmentation": [[12.34] * 1000]})
    head = json.dumps({"images": [{"id": 1, "file_name": "a.png", "width": 32, "height": 24}]})[:-1]
    tail = ', "categories": [{"id": 1, "name": "person"}]}'
    text = f'{head}, "annotations": [{",".join([entry] * 1000)}]{tail}'
    texts(tmp_path, {"i.json": text})
    root = fill(tmp_path / "img", "a.png")
    read_coco(tmp_path / "i.json", root, Rule())  # imports what it needs
    tracemalloc.start()
    try:
        assert output(read_coco(tmp_path / "i.json", root, Rule())) == {"a.png": ("person", "")}
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("wanted", "found"), [(("a/1.png",), "x/1.png"), (("a/1.png", "b/1.png"), None)]
)
def test_a_name_in_other_folders_is_a_file_where_both_are_the_only_ones(
    wanted: tuple[str, ...], found: str | None
) -> None:
    """Of two that could mean it, neither does: one of the labels would be another picture's."""
    assert [Matcher(["x/1.png"], wanted).find(name) for name in wanted] == [found] * len(wanted)
