"""import, split and export: what they write, what they leave alone, and what they refuse in one line."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.base.follow_up import shell_line
from host.data.__main__ import main
from host.data.dataset import Dataset, read_dataset
from host.data.export import export_zip
from host.data.hold import LOCK
from host.data.manifest import Picture
from host.data.manifest_file import read_manifest, write_manifest
from host.data.store import import_into
from tests.data.pictures import fill, picture, png
from tests.data.sets import coco, contents


def test_importing_twice_adds_nothing_and_keeps_labels_spelling(tmp_path: Path) -> None:
    fill(tmp_path / "one", "Person/1.png", "other/2.png")
    fill(tmp_path / "two", "person/1.png", first_seed=9)
    (tmp_path / "two/person/2.png").write_bytes(png(picture(0)))  # the first one's first
    (tmp_path / "two/person/3.png").write_bytes(b"damaged")
    output: list[str] = []
    about = Picture("", "", "val", source="s", licence="CC0")
    out = tmp_path / "out"
    first = import_into(out, read_dataset(tmp_path / "one"), about, output.append)
    two = read_dataset(tmp_path / "two", least_labels=1)
    second = import_into(out, two, about, output.append)
    third = import_into(out, two, about, output.append)
    assert [len(done.added) for done in (first, second, third)] == [2, 1, 0]
    assert (second.known, second.unreadable) == (1, 1) and "3.png" in output[0]
    rows = read_manifest(out).pictures
    assert [(p.path, p.label, p.split, p.licence) for p in rows] == [
        ("Person/1.png", "Person", "val", "CC0"),
        ("other/2.png", "other", "val", "CC0"),
        ("Person/1_2.png", "Person", "val", "CC0"),
    ]
    assert out.stat().st_mode & 0o777 == 0o700


def test_an_import_that_is_stopped_keeps_what_came(tmp_path: Path) -> None:
    fill(tmp_path / "one", *(f"a/{i}.png" for i in range(6)))

    def stopping(pictures: Any) -> Any:
        for number, each in enumerate(pictures):
            if number == 3:
                raise KeyboardInterrupt
            yield each

    source = read_dataset(tmp_path / "one", least_labels=1)
    with pytest.raises(KeyboardInterrupt):
        import_into(tmp_path / "out", source, Picture("", ""), print, stopping)
    assert len(read_manifest(tmp_path / "out").pictures) == 3
    assert len(import_into(tmp_path / "out", source, Picture("", ""), print).added) == 3


def test_the_command_goes_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    annotations, out = coco(tmp_path), str(tmp_path / "set")
    images = str(tmp_path / "images")
    assert main(["import", images, out, "--coco", str(annotations), "--class", "dog"]) == 0
    assert main(["split", out, "--val", "0.4", "--distance", "-1"]) == 0
    assert {p.split for p in read_manifest(tmp_path / "set").pictures} == {"train", "val"}
    assert main(["export", out, str(tmp_path / "e"), "--layout", "edge-impulse"]) == 0
    assert main(["import", str(tmp_path / "e"), str(tmp_path / "back")]) == 0
    back = read_dataset(tmp_path / "back")
    assert contents(back) == contents(read_dataset(tmp_path / "set"))
    assert "non_dog" in capsys.readouterr().out


def test_a_split_keeps_the_rows_that_have_no_label_yet(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{label}/{i}.png" for label in "ab" for i in range(4)), "new/1.png")
    rows = [Picture(f"{label}/{i}.png", label) for label in "ab" for i in range(4)]
    write_manifest(tmp_path, [*rows, Picture("new/1.png", "")])
    assert main(["split", str(tmp_path), "--distance", "-1"]) == 0
    after = {p.path: p for p in read_manifest(tmp_path).pictures}
    assert len(after) == 9
    assert after["new/1.png"].label == after["new/1.png"].split == ""


@pytest.mark.parametrize("command", [["split", "busy"], ["import", "set", "busy"]])
def test_a_folder_that_is_captured_into_is_left_alone(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(Path("busy"), *(f"{label}/{i}.png" for label in "ab" for i in range(4)))
    Path("busy", LOCK).write_text(str(os.getppid()))
    before = sorted(Path("busy").rglob("*"))
    with pytest.raises(HostError, match=f"process {os.getppid()} writes into busy"):
        main(command)
    assert sorted(Path("busy").rglob("*")) == before


@pytest.mark.parametrize(
    "arguments, output",
    [
        (["import", "nowhere", "out"], "nowhere is not there"),
        (
            ["import", "set", "out", "--labels", "preson,no person"],
            "did you mean 'person,no person'",
        ),
        (["export", "set", "x.zip", "--layout", "keras"], "zip makes NAME.zip"),
        (["export", "set", "--output", "x.zip", "--layout", "keras"], "zip makes NAME.zip"),
        (["export", "set"], "give --output FOLDER or NAME.zip, once"),
        (["export", "set", "x", "--output", "y"], "give --output FOLDER or NAME.zip, once"),
        (["split", "set", "--val", "0.6", "--test", "0.5"], "leave nothing to train on"),
        (["split", "set", "--val", "0.5", "--test", "0.5"], "leave nothing to train on"),
        (["split", "set.zip"], "is no folder"),
    ],
)
def test_mistakes_are_one_line(
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    output: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    export_zip(dataset, Path("set.zip"))
    with pytest.raises(HostError, match=output):
        main(arguments)


def test_what_to_do_next_is_one_line_of_a_shell(
    dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "my $(pictures)"
    assert main(["export", str(dataset.root), str(out), "--layout", "edge-impulse"]) == 0
    output = " ".join(capsys.readouterr().err.split("to upload them: ")[1].split("\n")[0].split())
    assert shlex.split(output)[:3] == ["cd", str(out), "&&"]
    assert shlex.split(shell_line("host.data", "split", out))[-1] == str(out)


@pytest.mark.parametrize("folders", [("images",), ("train",), ("train", "test"), ("set/Photos",)])
@pytest.mark.parametrize("command", ["import", "check", "split"])
def test_where_pictures_lie_is_no_label(
    tmp_path: Path, folders: tuple[str, ...], command: str
) -> None:
    """As Kaggle has them: pictures in one folder, their labels in a table beside it."""
    root = fill(tmp_path / "in", *(f"{folder}/{n}.png" for folder in folders for n in range(2)))
    (root / "labels.csv").write_text("filename,label\n0.png,person\n1.png,none\n")
    more = [str(tmp_path / "out")] if command == "import" else []
    with pytest.raises(HostError, match=r"is no class; its labels may be in labels\.csv"):
        main([command, str(root), *more])
    assert not (tmp_path / "out").exists() and not (root / "manifest.csv").exists()


def labelled(root: Path, count: int = 4) -> Path:
    """So many pictures of each of two labels, in their folders."""
    return fill(root, *(f"{label}/{i}.png" for label in "ab" for i in range(count)))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """On stderr, whatever its lines."""
    return " ".join(capsys.readouterr().err.split())


def test_a_split_counts_the_pictures_that_it_could_not_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", str(labelled(tmp_path))]) == 0
    assert "cannot be" not in said(capsys)
    (tmp_path / "a/0.png").write_bytes(b"damaged")
    assert main(["split", str(tmp_path)]) == 0
    printed = said(capsys)
    assert "cannot be compared: a/0.png is not a picture" in printed
    assert "1 of 8 pictures cannot be opened" in printed


@pytest.mark.parametrize(("distance", "pairs"), [("-1", 0), ("0", 1)])
def test_a_distance_of_none_compares_and_less_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], distance: str, pairs: int
) -> None:
    same = (labelled(tmp_path) / "a/0.png").read_bytes()
    (tmp_path / "a/again.png").write_bytes(same)
    assert main(["split", str(tmp_path), "--distance", distance]) == 0
    assert f"{9 - pairs} groups, {pairs} pairs of near-duplicates" in said(capsys)
    rows = {picture.path: picture.split for picture in read_manifest(tmp_path).pictures}
    assert not pairs or rows["a/0.png"] == rows["a/again.png"]


def test_a_split_is_by_its_seed(tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2", "1"):
        labelled(tmp_path, 12)
        main(["split", str(tmp_path), "--distance", "-1", "--seed", seed])
        found.append([(p.path, p.split) for p in read_manifest(tmp_path).pictures])
    assert found[0] == found[2] != found[1]


def test_a_gap_that_parts_nothing_is_said_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled(tmp_path)
    rows = [
        Picture(f"{label}/{i}.png", label, session=f"s{i // 2}", time=f"2026-01-02T00:0{i}:00")
        for label in "ab"
        for i in range(4)
    ]
    write_manifest(tmp_path, rows)
    for gap, line in (("60", False), ("61", True)):
        assert main(["split", str(tmp_path), "--distance", "-1", "--gap", gap]) == 0
        assert ("no session pauses that long" in said(capsys)) == line


@pytest.mark.parametrize(("more", "bare"), [((), True), (("--licence", "CC0"), False)])
def test_pictures_without_a_licence_are_counted_when_they_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], bare: bool
) -> None:
    source = labelled(tmp_path / "in", 3)
    assert main(["import", str(source), str(tmp_path / "out"), *more]) == 0
    assert ("the licence of 6 of them is not known" in said(capsys)) == bare
    assert main(["import", str(source), str(tmp_path / "out"), *more]) == 0
    assert "licence" not in said(capsys), "nothing came"
