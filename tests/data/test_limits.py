"""Both sides of every limit of host/data: what gives labels away, what is a slip, a box, a time, a near-duplicate."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from host.base.errors import HostError
from host.data import duplicates
from host.data.bias import _auc, _explained, bias_findings
from host.data.boxes import BROKEN, Collected, Rule, Seen, bounds, share_of
from host.data.by_folders import NO_CLASS, by_folders
from host.data.coco import _corners, read_coco
from host.data.dataset import Dataset
from host.data.duplicates import near_pairs
from host.data.findings import Kind, label_findings, pair_findings, session_findings
from host.data.journal import Journal
from host.data.layout import read_any
from host.data.manifest import Picture
from host.data.quality import Look, lay_out, look_of, shape_findings, workplace
from host.data.split import groups, table
from host.data.times import instants
from host.data.yolo import _seen, _yaml_names
from tests.data.pictures import fill

# -- what gives a label away ---------------------------------------------------------------------

Rows = Sequence[tuple[str, str, int]]  # session, label, how many pictures


def having(*rows: tuple[str, str, int]) -> list[Picture]:
    labels = [(session, label) for session, label, count in rows for _ in range(count)]
    return [
        Picture(f"{n}.png", label, session=session) for n, (session, label) in enumerate(labels)
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("a", "x", 6), ("b", "y", 6)], "12 of 12 labels (a: 6 of 6 x; b: 6 of 6 y)"),
        ([("a", "x", 6), ("b", "y", 5)], ""),  # too few
        ([("a", "x", 12)], ""),  # one label
        ([("a", "x", 6), ("a", "y", 6)], ""),  # one session
        ([("a", "x", 9), ("a", "y", 1), ("b", "y", 9), ("b", "x", 1)],
         "18 of 20 labels (a: 9 of 10 x; b: 9 of 10 y)"),  # 0.8 of what is not guessed
        ([("a", "x", 9), ("a", "y", 1), ("b", "y", 8), ("b", "x", 2)], ""),
        ([("a", "x", 6), ("b", "y", 6), ("", "x", 12)], "12 of 12 labels (a: 6 of 6 x; b: 6 of 6 y)"),
        ([("a", "x", 6), ("b", "y", 6), ("", "x", 13)], ""),  # known of less than half
        ([("a", "x", 6), ("b", "y", 6), ("c", "x", 1)], "12 of 12 labels (a: 6 of 6 x; b: 6 of 6 y)"),
        ([("a", "x", 4), ("b", "y", 4), ("c", "x", 4)],
         "12 of 12 labels (a: 4 of 4 x; b: 4 of 4 y; c: 4 of 4 x)"),
        ([("a", "x", 4), ("b", "y", 5), ("c", "x", 4), ("d", "y", 4)],
         "17 of 17 labels (b: 5 of 5 y; a: 4 of 4 x; c: 4 of 4 x; 1 more)"),
    ],
)  # fmt: skip
def test_a_session_gives_labels_away(rows: Rows, found: str) -> None:
    details = [each.detail for each in bias_findings(having(*rows))]
    assert details == ([f"session tells {found}"] if found else [])


def test_each_picture_is_left_out_of_its_own_vote() -> None:
    from collections import Counter

    for counts, explained in (({"x": 5, "y": 4}, 0), ({"x": 5, "y": 3}, 5), ({"x": 1}, 0), ({"x": 2}, 2),
                              ({"x": 4, "y": 1, "z": 1}, 4)):  # fmt: skip
        assert _explained(Counter(counts)) == explained


def lit(one: Sequence[float], other: Sequence[float]) -> list[str]:
    """What is said of `x` with these brightnesses beside `y` with those."""
    light = [*one, *other]
    pictures = [Picture(f"{n}", "x" if n < len(one) else "y") for n in range(len(light))]
    looks = {f"{n}": Look(value, (9, 9), False) for n, value in enumerate(light)}
    return [each.detail for each in bias_findings([*pictures, Picture("no look", "x")], looks)]


def test_brightness_tells_from_nine_tenths_of_pairs_on() -> None:
    ten = [100.0 + n for n in range(10)]
    higher = [200.0] * 9
    assert lit(ten, [*higher, 0.0]) == [], "90 of 100 pairs"
    assert lit(ten, [*higher, 100.5]) == [
        "x is darker than the rest in 91% of pairs (mean 104 and 190 of 255)"
    ]
    assert lit([*higher, 100.5], ten) == [
        "x is brighter than the rest in 91% of pairs (mean 190 and 104 of 255)"
    ]
    for few, known in ((8, True), (7, False)):
        assert bool(lit(ten, higher[:few])) == bool(lit(higher[:few], ten)) == known


def test_an_equal_pair_counts_half() -> None:
    one, other = np.array([1.0, 2.0, 2.0, 5.0]), np.array([0.0, 2.0, 3.0])
    pairs = (one[:, None] > other) + 0.5 * (one[:, None] == other)
    assert _auc(one, other) == pairs.mean()


# -- shapes and copies ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "odd"),
    [((48, 48), False), ((47, 48), True), ((48, 47), True), ((200, 70), False), ((200, 69), True),
     ((69, 200), True), ((96, 480), True)],
)  # fmt: skip
def test_a_picture_is_too_small_or_too_narrow(size: tuple[int, int], odd: bool) -> None:
    found = shape_findings([Picture("a.png", "x")], [Look(1.0, size, True)])
    assert [(each.paths, each.detail) for each in found] == (
        [(("a.png",), f"{size[0]}x{size[1]}")] if odd else []
    )


@pytest.mark.parametrize(
    ("shape", "copied"),
    [
        ((512, 20), (20, 512)),
        ((1024, 256), (128, 512)),
        ((600, 1), (1, 512)),
        ((20, 2048), (512, 5)),
    ],
)
def test_a_copy_to_look_at_is_512_a_side_at_most(
    shape: tuple[int, int], copied: tuple[int, int]
) -> None:
    with workplace() as folder:
        lay_out(folder, 7, np.full((*shape, 1), 90, np.uint8))
        content = (folder / "0000007.png").read_bytes()
    assert not folder.exists()
    assert Image.open(io.BytesIO(content)).size == copied


def test_how_a_picture_looks() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[0] = 100
    assert look_of(pixels) == Look(50.0, (3, 2), False)
    assert look_of(pixels[..., :1]) == Look(50.0, (3, 2), True) and look_of(pixels).text == "3x2"


# -- labels, sessions, pairs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [
        ({"person": 100, "persn": 2}, {Kind.MISSPELT: "'persn' (2) beside 'person' (100)"}),
        ({"person": 100, "persn": 3}, {Kind.BALANCE: "'persn' 3, 'person' 100"}),
        ({"person": 150, "persn": 3}, {Kind.MISSPELT: "'persn' (3) beside 'person' (150)"}),
        ({"person": 3, "persn": 2}, {Kind.MISSPELT: "'persn' (2) beside 'person' (3)"}),
        ({"person": 2, "persn": 2}, {}),
        ({"abcde": 3, "abcdx": 1}, {Kind.MISSPELT: "'abcdx' (1) beside 'abcde' (3)"}),  # 8 of 10
        ({"abcd": 3, "abcx": 1}, {}),  # 6 of 8
        ({"ABCDE": 3, "abcdx": 1}, {Kind.MISSPELT: "'abcdx' (1) beside 'ABCDE' (3)"}),
        ({"a mask": 3, "no a mask": 1}, {}),  # the contrary is no slip
        ({"no a mask": 3, "a mask": 1}, {}),
        ({"cat": 9, "dog": 3}, {}),
        ({"cat": 10, "dog": 3}, {Kind.BALANCE: "'dog' 3, 'cat' 10"}),
    ],
)
def test_slips_and_rare_labels(counts: dict[str, int], kinds: dict[Kind, str]) -> None:
    pictures = [Picture(f"{name}{n}", name) for name, count in counts.items() for n in range(count)]
    found = label_findings(pictures)
    assert {each.kind: each.detail for each in found} == kinds
    for each in found:
        rare = min(counts, key=lambda name: counts[name])
        of_rare = tuple(f"{rare}{n}" for n in range(counts[rare]))
        assert each.paths == (of_rare if each.kind is Kind.MISSPELT else ())


def test_a_session_in_two_splits_is_shown_by_the_first_picture_of_each() -> None:
    rows = [("1", "train", "s"), ("2", "val", "s"), ("3", "train", "s"), ("4", "", "s"), ("5", "val", ""),
            ("6", "val", "r"), ("7", "test", "q"), ("8", "train", "q"), ("9", "", "r")]  # fmt: skip
    pictures = [Picture(path, "x", split, session=session) for path, split, session in rows]
    found = session_findings(pictures)
    assert [(each.detail, set(each.paths)) for each in found] == [
        ("session q: test, train", {"7", "8"}),
        ("session s: train, val", {"1", "2"}),
    ]
    assert {each.kind for each in found} == {Kind.SESSION}


def test_what_two_near_pictures_are() -> None:
    one, two = Picture("1", "x", "train"), Picture("2", "x", "train")
    for other, kinds in (
        (two, [(Kind.REPEATS, "x")]),
        (replace(two, split="val"), [(Kind.STRADDLES, "train and val")]),
        (replace(two, split=""), [(Kind.REPEATS, "x")]),
        (replace(two, label="y"), [(Kind.CONTRADICTS, "x and y")]),
        (replace(two, label="y", split="test"),
         [(Kind.STRADDLES, "train and test"), (Kind.CONTRADICTS, "x and y")]),
    ):  # fmt: skip
        found = pair_findings([one, other], [(0, 1, 3)])
        assert [(each.kind, each.detail, each.paths) for each in found] == [
            (kind, f"{detail}; 3 of 64 bits differ", ("1", "2")) for kind, detail in kinds
        ]
    assert [each.kind for each in pair_findings([replace(one, split=""), two], [(0, 1, 0)])] == [
        Kind.REPEATS
    ]


def test_near_pairs_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (duplicates.BITS, duplicates.NEAR, duplicates.BLOCK) == (64, 4, 1024)
    marks = np.array([0, 1 << 63, 1, 3, 0b11111 << 8, 0], np.uint64)
    expected = [
        (i, j, bits)
        for i in range(6)
        for j in range(i + 1, 6)
        if (bits := (int(marks[i]) ^ int(marks[j])).bit_count()) <= 4
    ]
    for block in (1, 2, 3, 4, 6, 7):
        monkeypatch.setattr(duplicates, "BLOCK", block)
        assert sorted(near_pairs(marks)) == expected


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
     ((20, 0, 30, 5), (10, 20), 0.0), ((0, 0, 0, 5), (10, 20), None), ((0, 5, 5, 5), (10, 20), None),
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


# -- times ---------------------------------------------------------------------------------------

DAY_FIRST, MONTH_FIRST = ("13/01/2026",), ("01/13/2026",)


@pytest.mark.parametrize(
    ("text", "others", "time"),
    [
        ("2026-01-02T03:04:05", (), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (" 2026-01-02T03:04:05+02:00 ", (),
         datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))),
        ("2026/1/2", (), datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026.1.2. 3:04", (), datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("2.1.2026 13:04:05", (), datetime(2026, 1, 2, 13, 4, 5, tzinfo=UTC)),
        ("2.1.2026", MONTH_FIRST, datetime(2026, 1, 2, tzinfo=UTC)),
        ("2/1/2026", DAY_FIRST, datetime(2026, 1, 2, tzinfo=UTC)),
        ("2-1-2026", DAY_FIRST, datetime(2026, 1, 2, tzinfo=UTC)),
        ("1/2/2026", MONTH_FIRST, datetime(2026, 1, 2, tzinfo=UTC)),
        ("1/13/2026", (), datetime(2026, 1, 13, tzinfo=UTC)),
        ("13/1/2026", (), datetime(2026, 1, 13, tzinfo=UTC)),
        ("1/2/2026 12:30 AM", MONTH_FIRST, datetime(2026, 1, 2, 0, 30, tzinfo=UTC)),
        ("1/2/2026 12:30 pm", MONTH_FIRST, datetime(2026, 1, 2, 12, 30, tzinfo=UTC)),
        ("1/2/2026, 1:30:09.5 p.m.", MONTH_FIRST, datetime(2026, 1, 2, 13, 30, 9, tzinfo=UTC)),
        ("1/2/2026 11:59 A.M.", MONTH_FIRST, datetime(2026, 1, 2, 11, 59, tzinfo=UTC)),
        ("", (), None),
    ],
)  # fmt: skip
def test_a_time_as_people_write_it(text: str, others: Sequence[str], time: datetime | None) -> None:
    found = instants([Picture(f"{n}", "x", time=each) for n, each in enumerate((text, *others))])
    assert found[0] == time and (time is None or found[0] is not None)
    assert len(found) == 1 + len(others)


@pytest.mark.parametrize(
    ("text", "others", "why"),
    [("12/12/2026", (), "could be 12/12 or 12/12"), ("1/2/2026", (*DAY_FIRST, *MONTH_FIRST), "could be 1/2 or 2/1"),
     ("1-2-2026", ("13.1.2026",), "could be"), ("2026-13-01", (), "is none"), ("1.2-2026", (), "is none"),
     ("13/13/2026", (), "could be"), ("1.1.2026 25:00", (), "is none"), ("noon", (), "is none")],
)  # fmt: skip
def test_what_is_no_time_or_could_be_two(text: str, others: Sequence[str], why: str) -> None:
    pictures = [Picture(f"{n}.png", "x", time=each) for n, each in enumerate((text, *others))]
    with pytest.raises(HostError, match=why) as refused:
        instants(pictures)
    assert refused.value.remedy == "write it as 2026-11-29T10:00:00"


def test_a_pause_parts_a_session_from_so_many_seconds_on() -> None:
    times = [
        ("1", "2026-01-01T00:00:30"),
        ("2", "2026-01-01T00:00:00"),
        ("3", ""),
        ("4", "2026-01-01T00:00:40"),
    ]
    rows = [Picture(path, "x", session="s", time=time) for path, time in times]
    assert groups(rows, gap_s=30.0).tolist() == [0, 1, 1, 0], "the second is the first in time"
    assert groups(rows, gap_s=30.5).tolist() == groups(rows).tolist() == [0, 0, 0, 0]
    with pytest.raises(HostError, match=r"no picture has a time.*leave --gap out"):
        groups([replace(row, time="") for row in rows], gap_s=30.0)


# -- layouts of others ---------------------------------------------------------------------------


def test_a_row_for_all_labels_stands_under_several() -> None:
    one, other = Picture("1", "a", "train"), Picture("2", "b", "test")
    assert table([one, one]) == (("a", "2", "0", "0", "0", "2"),)
    assert table([one, other])[-1] == ("all", "1", "0", "1", "0", "2")


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
        ("1 1.5 1.5 1 1", Seen(0.0)),  # its corners are at 2
        ("1 1.6 1.5 1 1", Seen(is_broken=True)),  # beyond: pixels
        ("1 0 0 0.5 0 0.5 0.5", Seen(0.25)),
        ("1 0 0 0.5 0", Seen(is_broken=True)),
        ("1.0 0.5 0.5 1 1", Seen(1.0)),
        ("1e999 0 0 1 1", Seen(is_broken=True)),
    ],
)
def test_a_line_of_yolo(line: str, seen: Seen) -> None:
    found = _seen(line.encode(), wanted={1}, classes=2)
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
    assert _yaml_names(text) == names


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


# -- a folder that grows -------------------------------------------------------------------------


def test_undo_leaves_no_file_and_names_are_never_used_twice(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 1), np.uint8)
    about = Picture("", "a", session="s")
    with Journal(tmp_path, ("a", "b")) as journal:
        names = [journal.add(pixels, about).path for _ in range(3)]
        assert names == [f"a/s_0000{n}.png" for n in (1, 2, 3)] and journal.added == 3
        gone = journal.undo()
        assert gone is not None and gone.path == names[2] and journal.added == 2
        assert not (tmp_path / names[2]).exists() and (tmp_path / names[1]).exists()
        (tmp_path / "a" / "s_00003.png").write_bytes(b"somebody's")
        assert journal.add(pixels, about).path == "a/s_00004.png"
        assert journal.counts == {"a": 3}
    assert not (tmp_path / ".capturing").exists() and (tmp_path / "manifest.parquet").exists()
