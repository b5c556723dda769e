"""Both sides of every limit of annotations that others made: boxes, folders, YOLO, COCO."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.data.boxes import BROKEN, Collected, Rule, Seen, bounds, share_of
from host.data.by_folders import NO_CLASS, by_folders
from host.data.coco import _corners, read_coco
from host.data.dataset import Dataset
from host.data.layout import read_any
from host.data.manifest import Picture
from host.data.yolo import _seen, _yaml_names
from tests.data.pictures import fill

# -- boxes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "label", "tags"),
    [(0.0, "non_a_cat", ()), (0.005, "non_a_cat", ("small",)), (0.0051, "a cat", ("far",)),
     (0.03, "a cat", ("far",)), (0.031, "a cat", ("mid",)), (0.2, "a cat", ("mid",)),
     (0.21, "a cat", ("near",))],
)  # fmt: skip
def test_a_label_by_the_largest_box(share: float, label: str, tags: tuple[str, ...]) -> None:
    seen = Seen()
    for each in (share / 2, share, share / 3):
        seen.add(each)
    made = Collected(Rule("a cat"))
    made.add("b.png", seen, split="val")
    assert made.pictures == [Picture("b.png", label, "val", tags=tags)] and not made.left_out
    strict = Collected(Rule("a cat", leave_out_small=True))
    strict.add("b.png", seen)
    small = tags == ("small",)
    assert strict.left_out == ({"whose a cat is too small": 1} if small else {})
    assert len(strict.pictures) == (not small)
    seen.add(None)
    broken = Collected(Rule("a cat"))
    broken.add("b.png", seen)
    assert broken.left_out == ({} if share > 0.005 else {BROKEN: 1})
    assert len(broken.pictures) == (share > 0.005)


def test_what_was_collected_is_sorted_and_never_nothing() -> None:
    made = Collected(Rule())
    with pytest.raises(HostError, match=r"no picture of x could be labelled by boxes \(2 why\)"):
        made.left_out["why"] += 2
        made.dataset(Path("x"))
    for name in ("b", "a"):
        made.add(name, Seen(0.5))
    found = made.dataset(Path("x"))
    assert [each.path for each in found.pictures] == ["a", "b"] and found.dropped_rows == 0
    assert found.labels == ("non_person", "person") and found.left_out == {"why": 2}
    assert Rule().wants("Person") and not Rule().wants("cat") and Rule().least_area == 0.005


@pytest.mark.parametrize(
    ("corners", "size", "share"),
    [((0, 0, 5, 5), (10, 20), 0.125), ((-5, -5, 5, 10), (10, 20), 0.25), ((5, 10, 99, 99), (10, 20), 0.25),
     ((20, 0, 30, 5), (10, 20), None), ((0, 0, 0, 5), (10, 20), None), ((0, 5, 5, 5), (10, 20), None),
     ((5, 0, 4, 5), (10, 20), None), ((0, 6, 5, 5), (10, 20), None), ((0, 0, 5, 5), (0, 20), None),
     ((0, 0, 5, 5), (10, 0), None), ((0, 0, 5), (10, 20), None), ((0, 0, 5, float("nan")), (10, 20), None),
     ((0, 0, 0.5, 0.5), (1, 1), 0.25)],
)  # fmt: skip
def test_a_share_is_of_what_lies_inside(
    corners: Sequence[float], size: tuple[float, float], share: float | None
) -> None:
    assert share_of(corners, *size) == share


def test_a_polygon_has_three_points() -> None:
    assert bounds((3, 9, 1, 8, 2, 7)) == (1, 7, 3, 9)
    assert bounds((3, 9, 1, 8)) == bounds((3, 9, 1, 8, 2)) == bounds((1, 2, 3, 4, 5, 6, 7)) == ()


# -- layouts of others ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "found", "left_out"),
    [
        (["a.png", "x/b.png"], {"x/b.png": ("", "x")}, 1),
        (["train/a.png", "train/x/b.png"], {"train/x/b.png": ("train", "x")}, 1),
        (["train/a.png", "val/b.png"], {"train/a.png": ("", "train"), "val/b.png": ("", "val")}, 0),
        (["x/y/a.png", "x/b.png"], {"x/y/a.png": ("", "x"), "x/b.png": ("", "x")}, 0),
        (["s/x/a.png", "s/y/b.png"], {"s/x/a.png": ("", "x"), "s/y/b.png": ("", "y")}, 0),
        (["t/s/x/a.png", "t/s/y/b.png"], {"t/s/x/a.png": ("", "x"), "t/s/y/b.png": ("", "y")}, 0),
        (["train/x/i/a.png", "test/x/b.png"],
         {"train/x/i/a.png": ("train", "x"), "test/x/b.png": ("test", "x")}, 0),
        (["train/train/x/a.png", "val/val/x/b.png"],
         {"train/train/x/a.png": ("train", "x"), "val/val/x/b.png": ("val", "x")}, 0),
        (["train/val/a.png", "val/x/b.png"],
         {"train/val/a.png": ("train", "val"), "val/x/b.png": ("val", "x")}, 0),
    ],
)  # fmt: skip
def test_what_folders_say(
    names: list[str], found: dict[str, tuple[str, str]], left_out: int
) -> None:
    made = by_folders(names)
    assert {each.path: (each.split, each.label) for each in made.pictures} == found
    assert made.left_out[NO_CLASS] == left_out == made.left_out.total()
    wrapped = names[0].startswith(("s/", "t/"))
    around = "t/s" if names[0].startswith("t/") else "s"
    assert made.notes == (
        (f"{around}/ lies around all classes and is none itself",) if wrapped else ()
    )


CORNER = "1 0.04 0.04 0.08 0.08"  # 0.0064 of the picture


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (CORNER, Seen(0.0064)),
        (f"{CORNER} 0.9", Seen(0.0064)),
        (f"0 0.5 0.5 1 1\n\n{CORNER}\n1 0.5 0.5 0.01 0.01", Seen(0.0064)),
        ("0 0.5 0.5 1 1", Seen()),
        ("2 0.5 0.5 1 1", Seen(is_broken=True)),
        ("-1 0.5 0.5 1 1", Seen(is_broken=True)),
        ("1 1.4 1.4 1 1", Seen(0.01)),  # a corner inside
        ("1 1.5 1.5 1 1", Seen(is_broken=True)),  # none: outside
        ("1 1.6 1.5 1 1", Seen(is_broken=True)),  # beyond: pixels
        ("1 0 0 0.5 0 0.5 0.5", Seen(0.25)),
        ("1 0 0 0.5 0", Seen(is_broken=True)),
        ("1.0 0.5 0.5 1 1", Seen(1.0)),
        ("1e999 0 0 1 1", Seen(is_broken=True)),
    ],
)
def test_a_line_of_yolo(line: str, seen: Seen) -> None:
    found = _seen(line.encode(), {1}, ("car", "person"), False)
    assert found.share == pytest.approx(seen.share) and found.is_broken == seen.is_broken


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("names: [a, 1]", ("a", "1")),
        ("names: {0: a, 2: c}", ("a", "", "c")),
        ("names: {9999: z}", ("",) * 9999 + ("z",)),
        ("names: {10000: z}", ()),
        ("names: {x: z}", ()),
        ("nc: 3", ()),
        ("[", ()),
        ("3", ()),
    ],
)
def test_names_of_yolos_classes(text: str, names: tuple[str, ...]) -> None:
    assert _yaml_names(text) == (names, False)


def test_what_is_left_out_of_a_yolo_set_is_counted_once(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "b.png")
    for name, text in (
        ("a.txt", CORNER),
        ("classes.txt", "car\nperson\n"),
        ("c.tif", ""),
        ("d.gif", ""),
    ):
        (tmp_path / name).write_text(text)
    found = read_any(tmp_path, Rule())
    assert [each.label for each in found.pictures] == ["person", "non_person"]
    assert found.left_out.total() == 2 and "1 pictures without a text file" in found.notes[0]


def coco(tmp_path: Path, boxes: list[object], **size: object) -> tuple[list[str], Dataset]:
    """The label of a.png, 32 x 24, by these boxes of category 7.0."""
    fill(tmp_path / "img", "a.png")
    made = {
        "images": [{"id": "1", "file_name": "a.png", "license": 3, **size}],
        "categories": [{"id": 7, "name": "person"}],
        "licenses": [{"id": 3, "name": "CC0"}],
        "annotations": [{"image_id": 1.0, "category_id": 7.0, "bbox": box} for box in boxes],
    }
    (tmp_path / "val2017.json").write_text(json.dumps(made))
    found = read_coco(tmp_path / "val2017.json", tmp_path / "img", Rule(least_area=0.24))
    return [each.label for each in found.pictures], found


@pytest.mark.parametrize(
    ("box", "size", "label"),
    [
        ([0, 0, 16, 12], {"width": 32, "height": 24}, "person"),
        ([0, 0, 16, 11], {"width": 32, "height": 24}, "non_person"),
        ([0, 0, 16, 12], {}, "person"),  # the file says its size
        ([0, 0, 16, 12], {"width": 0, "height": 24}, "person"),
        ([0, 0, 16, 12], {"width": 32, "height": 0}, "person"),
        ([0, 0, 16, 12], {"width": "x", "height": 24}, "person"),
        ([0, 0, 16, 12], {"width": 32, "height": 48}, "non_person"),
        ([0.5, 0.5, 0.501, 0.5], {}, "person"),  # shares, a little beyond the edge
        ([0.5, 0.5, 0.502, 0.5], {}, "non_person"),  # pixels
    ],
)
def test_a_box_of_coco(tmp_path: Path, box: object, size: dict[str, object], label: str) -> None:
    labels, found = coco(tmp_path, [box], **size)
    assert labels == [label] and found.pictures[0].split == "val"
    assert (found.pictures[0].source, found.pictures[0].licence) == ("coco", "CC0")
    shares = "boxes are shares of the picture, not pixels"
    assert [note.rpartition(": ")[2] for note in found.notes] == [shares] * (box[2] == 0.501)  # type: ignore[index]


def test_a_polygon_of_coco_is_its_box() -> None:
    points = {"segmentation": [[1, 9, 3, 8, 2, 7], [0, 8, 1, 8, 1, 20]]}
    assert _corners(points) == (0, 7, 3, 20)
    for box in ([5, 5, 0, 9], [5, 5, 9, 0], [5, 5, 9], "5599", None, ["a", 1, 2, 3]):
        assert _corners({"bbox": box, **points}) == (0, 7, 3, 20) and _corners({"bbox": box}) == ()
    assert _corners({"bbox": [5, 6, 1, 2], **points}) == (5, 6, 6, 8)
    assert _corners({"segmentation": [[1, 2]]}) == _corners({"segmentation": 3}) == ()
