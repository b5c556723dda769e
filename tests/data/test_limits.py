"""Both sides of every limit of host/data: what gives labels away, what is a slip, a time, a near-duplicate."""

from __future__ import annotations

import io
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
from host.data.duplicates import near_pairs
from host.data.findings import Kind, label_findings, pair_findings, session_findings
from host.data.journal import Journal
from host.data.manifest import Picture
from host.data.quality import Look, lay_out, look_of, shape_findings, workplace
from host.data.split import groups, table
from host.data.times import instants

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
         "17 of 17 labels (b: 5 of 5 y; a: 4 of 4 x; c: 4 of 4 x; and 1 more)"),
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


def test_brightness_gives_away_from_nine_tenths_of_pairs_on() -> None:
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
        ({"person": 100, "persn": 7}, {Kind.MISSPELT: "'persn' (7) beside 'person' (100)"}),
        ({"person": 21, "persn": 7}, {}),  # a letter less, and not so rare
        ({"abcde": 100, "abcdx": 3}, {Kind.BALANCE: "'abcdx' 3, 'abcde' 100"}),  # two classes
        ({"hand 1": 100, "hand 12": 3}, {Kind.BALANCE: "'hand 12' 3, 'hand 1' 100"}),
        (
            {"with_mask": 41, "With_maks": 40},
            {Kind.MISSPELT: "'With_maks' (40) beside 'with_mask' (41)"},
        ),
        ({"listen to": 9, "silent to": 8}, {}),  # the same letters, many of them elsewhere
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


def test_a_row_for_all_labels_stands_under_several() -> None:
    one, other = Picture("1", "a", "train"), Picture("2", "b", "test")
    assert table([one, one]) == (("a", "2", "0", "0", "0", "2"),)
    assert table([one, other])[-1] == ("all", "1", "0", "1", "0", "2")


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
