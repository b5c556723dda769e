"""A manifest says the same after any way through a file, torn or edited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.errors import HostError
from host.data.manifest import NO_VALUE, UNSEEN, Picture
from host.data.manifest_csv import CSV_NAME, csv_bytes, parse_csv
from host.data.manifest_file import PARQUET_NAME, read_manifest, write_manifest

FULL = Picture(
    path="person/s1_000001.png",
    label="person",
    split="val",
    session="s1",
    source='a "quoted", place',
    licence="CC0",
    tags=("lowlight", "near~"),
    scores=(("no person", 0.25), ("person", 0.75)),
    model_hash="1234abcd",
    board="virtual",
    time="2026-01-02T03:04:05Z",
    more=(("skin", "III"), ("age", "")),
    sha256="0123456789abcdef" * 4,
)
BARE = Picture("a.png", "")
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs")), max_size=8)


@pytest.mark.parametrize("name", [CSV_NAME, PARQUET_NAME])
def test_both_files_hold_every_field(tmp_path: Path, name: str) -> None:
    write_manifest(tmp_path, [FULL, BARE])
    (tmp_path / ({CSV_NAME, PARQUET_NAME} - {name}).pop()).unlink()
    rows = read_manifest(tmp_path)
    assert rows.pictures == (FULL, replace(BARE, more=(("skin", ""), ("age", ""))))
    assert rows.dropped == 0


LABELS = WORDS.filter(lambda text: text == text.strip(UNSEEN) and not NO_VALUE.fullmatch(text))


@given(label=LABELS, source=WORDS, tags=st.lists(WORDS.filter(bool), max_size=3))
def test_any_text_survives(label: str, source: str, tags: list[str]) -> None:
    clean = tuple(tag.replace("|", "").replace(";", "") or "x" for tag in tags)
    before = Picture("x/y.png", label, source=source, tags=clean)
    assert parse_csv(csv_bytes([before]), "m").pictures == (before,)


def test_a_line_break_in_a_field_cannot_make_a_second_row() -> None:
    evil = replace(BARE, source="one\nb.png,person\r\n", path="a.png")
    assert [p.path for p in parse_csv(csv_bytes([evil]), "m").pictures] == ["a.png"]


def test_torn_at_any_byte_every_whole_row_is_read() -> None:
    rows = [replace(FULL, path=f"p{i}.png", more=()) for i in range(3)]
    whole = csv_bytes(rows)
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(ends[0], len(whole)):
        read = parse_csv(whole[:cut], "m").pictures
        complete = sum(end <= cut for end in ends[1:])
        assert list(read[:complete]) == rows[:complete]
        assert [p.path for p in read[complete:]] in ([], [rows[complete].path])


def test_a_spreadsheets_semicolons_mark_and_missing_last_line_break_do_not_matter() -> None:
    text = "\ufeffpath;label;split;mood\r\na.png;person;Training;sad\r\nb.png;non_person;;glad"
    first, second = parse_csv(text.encode(), "m").pictures
    assert (first.split, first.value("mood")) == ("train", "sad")
    assert (second.label, second.split, second.value("mood")) == ("non_person", "", "glad")


@pytest.mark.parametrize("path", ["../up.png", "/etc/passwd", "C:/x.png", "a\\..\\..\\b.png", ""])
def test_a_path_outside_the_folder_is_refused(path: str) -> None:
    with pytest.raises(HostError, match="line 2"):
        parse_csv(f"path,label\n{path},x\n".encode(), "m")


@pytest.mark.parametrize(
    "row, output",
    [
        ("a.png,x,trian,", "split 'trian'"),
        ("a.png,x,,p=much", "scores 'p=much'"),
        ("a.png,x,,p=nan", "scores 'p=nan' are not all of 0..1"),
        ("a.png,x,,p=1e308", "scores 'p=1e308' are not"),
        ("a.png,x,,p=-1e-400;q=1.01", "scores .* are not"),
        ("a.png,x,," + "x" * 100_000, "scores 'x+ … x+' are not label=number"),
        ("a.png,x,," + "x" * 10_000_000, "is no row that can be read"),
    ],
    ids=lambda text: text[:20],
)
def test_a_senseless_field_is_named_with_its_line(row: str, output: str) -> None:
    with pytest.raises(HostError, match=f"m line 2:? {output}"):
        parse_csv(f"path,label,split,scores\n{row}\n".encode(), "m")


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"PK\x03\x04", b"a,b\n1,2\n"])
def test_what_is_no_manifest_is_said_so(content: bytes) -> None:
    with pytest.raises(HostError, match="is no manifest"):
        parse_csv(content, "m")


def test_a_broken_parquet_is_one_line(tmp_path: Path) -> None:
    (tmp_path / PARQUET_NAME).write_bytes(b"PAR1 not really")
    with pytest.raises(HostError, match=r"manifest\.parquet is no manifest"):
        read_manifest(tmp_path)


class Long(bytes):
    """A few bytes that say they are many."""

    length = 0

    def __len__(self) -> int:
        return self.length


def test_a_manifest_of_256_mb_is_read_and_one_byte_more_is_not() -> None:
    content = Long(b"path,label\na.png,x\n")
    content.length = 256 * 1024 * 1024
    assert parse_csv(content, "m").pictures == (Picture("a.png", "x"),)
    content.length += 1
    with pytest.raises(HostError, match="m has 256 MB: a manifest has at most 256"):
        parse_csv(content, "m")


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_manifest_without_digests_has_nothing_to_say(end: str) -> None:
    rows = parse_csv(f"path,label\na.png,x\nb.png,y{end}".encode(), "m")
    assert (rows.notes, rows.unread, rows.torn, len(rows.pictures)) == ((), "", "", 2)


def test_a_last_line_that_differs_is_named_by_its_number() -> None:
    with pytest.raises(HostError, match=r"m line 4: a\.png has two labels"):
        parse_csv(b"path,label\na.png,x\nb.png,y\na.png,y", "m")
