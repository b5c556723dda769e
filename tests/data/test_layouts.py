"""What is exported comes back equal; what others make is understood."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.base.files import folder_name
from host.base.follow_up import shell_line
from host.data.__main__ import main
from host.data.boxes import Rule
from host.data.coco import read_coco
from host.data.dataset import Dataset, read_dataset
from host.data.edge_impulse_read import is_export, read_export
from host.data.export import export_folder, export_zip
from host.data.hold import LOCK
from host.data.labels import folders_of
from host.data.layout import read_any
from host.data.manifest import Picture
from host.data.manifest_file import read_manifest, write_manifest
from host.data.store import import_into
from host.data.tree import tree_files
from tests.data.pictures import fill, picture, png, zipped

ROWS = (
    Picture("p/a.png", "person", "train", "s1", "here", "CC0", ("dim", "near"), (("x", 0.5),)),
    Picture("p/b.c.png", "person", "val", "s2", "here", "CC0"),
    Picture("q/a.png", "no person", "test", time="2026-01-02T00:00:00+00:00"),
    Picture("q/d.png", "no person", "train", model_hash="1234abcd", board="virtual 12"),
)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    root = fill(tmp_path / "set", *(row.path for row in ROWS))
    write_manifest(root, ROWS)
    return read_dataset(root)


def contents(dataset: Dataset) -> set[tuple[str, str, bytes]]:
    """(label, split, file) of each picture."""
    with dataset.open() as read:
        return {(p.label, p.split, read(p)) for p in dataset.pictures}


def test_keras_folders_come_back_equal(dataset: Dataset, tmp_path: Path) -> None:
    assert export_folder(dataset, tmp_path / "out", "keras") == 4
    back = read_dataset(tmp_path / "out", ("no person", "person"))
    assert contents(back) == contents(dataset)
    assert sorted(p.path for p in back.pictures)[0] == "test/no_person/a.png"


def test_a_zip_comes_back_with_every_field(dataset: Dataset, tmp_path: Path) -> None:
    assert export_zip(dataset, tmp_path / "out.zip") == 4
    back = read_dataset(tmp_path / "out.zip")
    assert contents(back) == contents(dataset)
    for name in ("session", "source", "licence", "tags", "scores", "model_hash", "board", "time"):
        assert {p.value(name) for p in back.pictures} == {p.value(name) for p in ROWS}
    first = (tmp_path / "out.zip").read_bytes()
    export_zip(dataset, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == first


def test_edge_impulse_comes_back_equal(dataset: Dataset, tmp_path: Path) -> None:
    assert export_folder(dataset, tmp_path / "out", "edge-impulse") == 4
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"info.labels", "training", "testing"}
    assert (tmp_path / "out/training/person.p_a.png").exists()
    for source in (tmp_path / "out", zipped(tmp_path / "out", tmp_path / "out.zip")):
        assert is_export(tree_files(source).names)
        back = read_export(source, Rule())
        assert contents(back) == contents(dataset)
        assert {(p.session, p.source, p.licence, p.tags) for p in back.pictures} == {
            (p.session, p.source, p.licence, p.tags) for p in ROWS
        }


def test_edge_impulses_uploader_names_are_enough(tmp_path: Path) -> None:
    fill(tmp_path, "training/cup.1.png", "training/no cup.2.x.png", "testing/cup.3.png")
    assert is_export(tree_files(tmp_path).names)
    found = {p.path: (p.label, p.split) for p in read_export(tmp_path, Rule()).pictures}
    assert found == {
        "testing/cup.3.png": ("cup", "test"),
        "training/cup.1.png": ("cup", "train"),
        "training/no cup.2.x.png": ("no cup", "train"),
    }


def test_info_labels_in_each_folder_decide_over_names(tmp_path: Path) -> None:
    fill(tmp_path, "training/a.1.png", "training/b.png", "training/c.png")
    files = [
        {"path": "a.1.png", "category": "training", "label": {"type": "label", "label": "cup"}},
        {"path": "b.png", "category": "training", "label": {"type": "unlabeled"}},
        {"path": "gone.png", "category": "training", "label": {"type": "label", "label": "cup"}},
    ]
    info = tmp_path / "training/info.labels"
    info.write_text(json.dumps({"version": 1, "files": files}))
    assert [(p.path, p.label) for p in read_export(tmp_path, Rule()).pictures] == [
        ("training/a.1.png", "cup")
    ]
    info.write_text('{"files": [{"path": "../../x.png"}]}')
    with pytest.raises(HostError, match=r"info\.labels is not in Edge Impulse's format"):
        read_export(tmp_path, Rule())


def test_what_keras_cannot_read_becomes_png(tmp_path: Path) -> None:
    from host.base.pictures import decode

    fill(tmp_path / "set", "a/1.png", "b/1.png")
    pgm = b"P5 2 1 255\n\x10\x20"
    (tmp_path / "set/a/1.pgm").write_bytes(pgm)
    export_folder(read_dataset(tmp_path / "set"), tmp_path / "out", "keras")
    assert {p.name for p in (tmp_path / "out/a").iterdir()} == {"1.png", "1_2.png"}
    greys = {decode(p.read_bytes(), "x").tobytes() for p in (tmp_path / "out/a").iterdir()}
    assert b"\x10\x20" in greys


def test_nothing_is_written_into_a_folder_that_is_not_empty(
    dataset: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(HostError, match="is not an empty folder"):
        export_folder(dataset, dataset.root, "keras")


# -- COCO -----------------------------------------------------------------------------------------


def coco(tmp_path: Path, **changes: Any) -> Path:
    boxes = {1: (1, 50, 50), 2: (1, 7, 7), 3: (18, 90, 90), 4: (1, 10, 5)}  # of 100 x 100
    content: dict[str, Any] = {
        "images": [
            {"id": i, "file_name": f"{i}.png", "width": 100, "height": 100, "license": i % 2}
            for i in range(1, 7)
        ],
        "annotations": [
            {"image_id": i, "category_id": c, "bbox": [0, 0, w, h], "area": 1}
            for i, (c, w, h) in boxes.items()
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "licenses": [{"id": 1, "name": "CC BY"}],
    }
    path = tmp_path / "instances_val2017.json"
    path.write_text(json.dumps({**content, **changes}))
    fill(tmp_path / "images", *(f"val2017/{i}.png" for i in range(1, 6)))
    return path


def test_visual_wake_words_rule(tmp_path: Path) -> None:
    found = read_coco(coco(tmp_path), tmp_path / "images", Rule())
    assert [(Path(p.path).stem, p.label, p.tags) for p in found.pictures] == [
        ("1", "person", ("near",)),
        ("2", "non_person", ("small",)),  # 0.49 %
        ("3", "non_person", ()),
        ("4", "non_person", ("small",)),  # 0.5 % exactly is not more
        ("5", "non_person", ()),  # no annotation at all; 6 is no file
    ]
    assert {p.split for p in found.pictures} == {"val"}
    assert found.pictures[0].licence == "CC BY" and "CC BY 4.0" in found.pictures[1].licence


def test_the_class_its_share_and_the_small_ones_are_options(tmp_path: Path) -> None:
    dogs = read_coco(coco(tmp_path), tmp_path / "images", Rule("dog"))
    assert dogs.labels == ("dog", "non_dog") and dogs.counts["dog"] == 1
    rule = Rule(least_area=0.004, leave_out_small=True)
    assert read_coco(coco(tmp_path), tmp_path / "images", rule).counts["person"] == 3
    rule = Rule(leave_out_small=True)
    assert len(read_coco(coco(tmp_path), tmp_path / "images", rule).pictures) == 3
    with pytest.raises(HostError, match=r"no class 'persn' .* did you mean 'person'"):
        read_coco(coco(tmp_path), tmp_path / "images", Rule("persn"))


@pytest.mark.parametrize(
    "changes", [{"images": [{"id": 1}]}, {"annotations": None}, {"categories": [3]}]
)
def test_other_json_is_said_to_be_no_coco(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(HostError, match="is not in COCO's instances format"):
        read_coco(coco(tmp_path, **changes), tmp_path / "images", Rule())


# -- importing ------------------------------------------------------------------------------------


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


def test_two_small_persons_are_no_large_one(tmp_path: Path) -> None:
    """The rule is of one box: 0.4 % and 0.4 % are not 0.8 %."""
    boxes = [{"image_id": 1, "category_id": 1, "bbox": [x, 0, 8, 5], "area": 1} for x in (0, 50)]
    found = read_coco(coco(tmp_path, annotations=boxes), tmp_path / "images", Rule())
    assert found.pictures[0].label == "non_person" and found.pictures[0].tags == ("small",)


@pytest.mark.parametrize("layout", ["keras", "edge-impulse", "zip"])
def test_an_export_merges_no_labels(tmp_path: Path, layout: str) -> None:
    labels = ("cat!", "cat?", "🙂", "🙃", "x" * 60 + "1", "x" * 60 + "2", "a.b", "a_b")
    rows = [Picture(f"p/{i}.png", label) for i, label in enumerate(labels)]
    root = fill(tmp_path / "set", *(row.path for row in rows))
    write_manifest(root, rows)
    out = tmp_path / ("out.zip" if layout == "zip" else "out")
    assert main(["export", str(root), str(out), "--layout", layout]) == 0
    back = read_any(out, Rule())
    assert len(back.counts) == len(labels)
    assert layout == "keras" or set(back.counts) == set(labels)
    for path in [] if layout == "zip" else (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_labels_that_one_folder_would_hold_are_refused() -> None:
    clash = "cat!"
    with pytest.raises(HostError, match="would share a folder: rename one"):
        folders_of((clash, folder_name(clash)))
    assert folders_of(("Person", "person", "no person")) == {
        "Person": "Person",
        "person": "person",
        "no person": "no_person",
    }


def test_no_file_from_elsewhere_is_exported(tmp_path: Path) -> None:
    fill(tmp_path, "secret.png")
    root = fill(tmp_path / "set", "a/1.png", "b/2.png", first_seed=5)
    (root / "a" / "out.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(root / "b" / "pipe.png")
    assert main(["export", str(root), str(tmp_path / "out.zip")]) == 0
    assert len(read_dataset(tmp_path / "out.zip").pictures) == 2
    write_manifest(root, [Picture("a/out.png", "a"), Picture("b/2.png", "b")])
    with pytest.raises(HostError, match="leads out of"):
        main(["export", str(root), str(tmp_path / "more.zip")])
    assert not (tmp_path / "more.zip").exists()


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
