"""A manifest as a spreadsheet saved it is read right or refused by its line, and is never written anew with less."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.journal import Journal
from host.data.manifest import Picture
from host.data.manifest_csv import CSV_NAME, csv_bytes, parse_csv
from host.data.manifest_file import read_manifest, write_manifest
from host.data.split import groups
from tests.data.pictures import fill

HEADER = ("path", "label", "split", "session", "notes")
ROWS = (
    ("person/Büro 1.png", "person", "train", "Küche", "a, b; c"),
    ("person/2.png", "person", "", "", ""),
    ("no_person/3.png", "no_person", "val", "Küche", ""),
)


def saved(separator: str, end: str, encoding: str, short: bool) -> bytes:
    """As a spreadsheet writes: a cell with a separator in quotes, empty last cells left out where `short`."""
    lines = []
    for row in (HEADER, *ROWS):
        cells = [f'"{cell}"' if {",", ";"} & set(cell) else cell for cell in row]
        while short and not cells[-1]:
            cells.pop()
        lines.append(separator.join(cells) + end)
    return "".join(lines).encode(encoding)


@pytest.mark.parametrize(
    "separator, end, encoding, short",
    list(
        itertools.product(
            ",;\t", ("\n", "\r\n", "\r"), ("utf-8", "utf-8-sig", "utf-16", "cp1252"), (False, True)
        )
    ),
)
def test_every_way_of_saving_gives_the_same_rows(
    separator: str, end: str, encoding: str, short: bool
) -> None:
    there = {row[0] for row in ROWS}
    rows = parse_csv(saved(separator, end, encoding, short), "m", there.__contains__)
    assert [tuple(p.value(c) for c in HEADER) for p in rows.pictures] == list(ROWS)
    assert not rows.torn and bool(rows.notes) == (encoding == "cp1252")


def test_an_encoding_is_believed_only_where_it_finds_the_files() -> None:
    russian = "path,label\nperson/кухня.png,человек\nno/2.png,no\n".encode("cp1251")
    rows = parse_csv(russian, "m", {"person/кухня.png"}.__contains__)
    assert rows.pictures[0].label == "человек" and "cp1251" in rows.notes[0]
    with pytest.raises(HostError, match=r"m line 2 is not UTF-8.*CSV UTF-8"):
        parse_csv(russian, "m")
    with pytest.raises(HostError, match="m line 3 is not UTF-8"):
        parse_csv(b"path,label\na.png,x\nb.png,caf\xe9\n", "m", lambda path: True)


@pytest.mark.parametrize(
    "text, output",
    [
        ("path,label\na.png,x\nb.png,x,y\n", "m line 3 has 3 cells, the first line 2"),
        ('path,label\na.png,"x\nb.png,y\n', "m line 2 is no row that can be read"),
        ("path,label,label\na.png,x,y\n", "names the column label twice"),
        ("path,label\na.png,x\na.png,y\n", r"m line 3: a\.png has two labels"),
        ("path,label\na.png,x\n./a.png,y\n", r"m line 3: a\.png has two labels"),
        ("path,label\na.png,x\na.png,y", r"m line 3: a\.png has two labels"),
        ("path,label,split\na.png,x,val\na.png,x,train\n", r"line 3: a\.png has two rows that dif"),
        ("path,label\na.png,NaN\n", "m line 2: label 'NaN' is what programs write for a missing"),
        ("path,label\na.png,#WERT!\n", "m line 2: label '#WERT!'"),
        ("path,class\na.png,x\n", "path and label among them, and is 'path,class'"),
        ("path,label\na.png,x\0\nb.png,y\n", "m line 2 holds zero bytes"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_by_its_line(text: str, output: str) -> None:
    with pytest.raises(HostError, match=output):
        parse_csv(text.encode(), "m")


def test_what_spreadsheets_add_does_not_matter() -> None:
    text = 'sep=;\nPath;Label;;\na.png;x;;\n;;;\n"b.png";"two ""words""";;\n'
    rows = parse_csv(text.encode(), "m").pictures
    assert [(p.path, p.label) for p in rows] == [("a.png", "x"), ("b.png", 'two "words"')]


def test_one_picture_has_one_spelling_and_one_row() -> None:
    text = "path,label\na/1.png,x\n./a//1.png,x\u200b\n a/2.png ,\u00a0x\na/1.png,x"
    rows = parse_csv(text.encode(), "m")
    assert [(p.path, p.label) for p in rows.pictures] == [("a/1.png", "x"), ("a/2.png", "x")]
    assert rows.notes == ("m has 2 rows twice: taken once",)


def test_no_text_becomes_a_formula_and_all_come_back() -> None:
    row = Picture("=a/1.png", "@x", source="=1+1", session="-5", more=(("+c", "'=q"),))
    written = csv_bytes([row]).decode()
    assert parse_csv(written.encode(), "m").pictures == (row,)
    cells = [cell for line in written.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell[:1] in tuple("=+@")]


@pytest.mark.parametrize(
    "content, output",
    [
        (b"path,label\na/0.png,a\nb/1.png,b\na/2.png", "last line is cut off"),
        (b"path,label\na/0.png,a\nb/1.png,b\na/2.png,a,b,c\n", "line 4 has 4 cells"),
        (b"path,label\na/0.png,a\nb/1.png,b\na/2.png,\xe4\n", "line 4 is not UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["split", "import"])
def test_no_writer_touches_a_manifest_that_was_not_understood(
    tmp_path: Path, command: str, content: bytes, output: str
) -> None:
    root = fill(tmp_path / "set", "a/0.png", "b/1.png", "a/2.png")
    other = fill(tmp_path / "other", "a/9.png", first_seed=9)
    (root / CSV_NAME).write_bytes(content)
    wanted = ["split", str(root)] if command == "split" else ["import", str(other), str(root)]
    with pytest.raises(HostError, match=output):
        main(wanted)
    with pytest.raises(HostError, match=output):
        write_manifest(root, [])
    assert (root / CSV_NAME).read_bytes() == content
    assert len(list(root.rglob("*.png"))) == 3


def test_capture_refuses_what_it_would_lose(tmp_path: Path) -> None:
    content = b"path,label\na.png,a\nb.png,b,c,d\n"
    (tmp_path / CSV_NAME).write_bytes(content)
    with pytest.raises(HostError, match="line 3 has 4 cells"):
        Journal(tmp_path, ("a", "b"))
    assert (tmp_path / CSV_NAME).read_bytes() == content


@pytest.mark.parametrize("label", ["nan", "NaN", "#NAME?"])
def test_nobody_writes_a_label_that_no_manifest_may_have(tmp_path: Path, label: str) -> None:
    root = fill(tmp_path / "in", f"{label}/0.png", "b/1.png")
    with pytest.raises(HostError, match="missing value: rename it"):
        main(["import", str(root), str(tmp_path / "out")])
    with pytest.raises(HostError, match="missing value: rename it"):
        Journal(tmp_path / "captured", (label, "b"))
    assert not list(tmp_path.rglob("manifest.csv"))


def test_a_split_keeps_every_row_that_a_spreadsheet_shortened(tmp_path: Path) -> None:
    paths = [f"{label}/{number}.png" for label in ("person", "büro") for number in range(6)]
    root = fill(tmp_path, *paths)
    text = "path;label;split;session;notes\r\n" + "".join(
        f"{path};{path.split('/')[0]}\r\n" for path in paths
    )
    (root / CSV_NAME).write_bytes(text.encode("cp1252"))
    assert main(["split", str(root), "--distance", "-1"]) == 0
    rows = read_manifest(root).pictures
    assert {(p.path, p.label) for p in rows} == {(p, p.split("/")[0]) for p in paths}
    assert "\ufffd" not in (root / CSV_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "shown",
    [
        "2026-11-29T{:02d}:{:02d}:00+00:00",
        "29.11.2026 {:02d}:{:02d}",
        "11/29/2026 {:02d}:{:02d}",
        "29/11/2026 {:02d}:{:02d}:00",
        "29-11-2026 {:02d}:{:02d}",
        "2026/11/29 {:02d}:{:02d}",
    ],
)
def test_a_pause_parts_a_session_however_times_are_shown(shown: str) -> None:
    minutes = [(10, 0), (10, 1), (11, 0), (11, 1)]
    rows = [
        Picture(f"{i}.png", "a", session="s", time=shown.format(*at))
        for i, at in enumerate(minutes)
    ]
    assert groups(rows, gap_s=600).tolist() == [0, 0, 2, 2]
    assert len(np.unique(groups(rows))) == 1


def test_times_after_noon_come_after_those_before() -> None:
    times = ("11/29/2026 11:59 AM", "11/29/2026 12:01 PM", "11/29/2026 1:00 PM")
    rows = [Picture(f"{i}.png", "a", session="s", time=time) for i, time in enumerate(times)]
    assert groups(rows, gap_s=600).tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    "time, output",
    [
        ("03/04/2026 10:00", "could be 3/4|03/04"),
        ("yesterday", "'yesterday' is none; write it as 2026"),
        ("46355.41", "'46355.41' is none"),
        ("99.99.2026", "is none"),
        ("", "no picture has a time"),
    ],
)
def test_a_time_that_is_none_is_named_where_it_matters(time: str, output: str) -> None:
    rows = [Picture("a.png", "a", session="s", time=time)]
    assert len(groups(rows)) == 1
    with pytest.raises(HostError, match=output):
        groups(rows, gap_s=60)
