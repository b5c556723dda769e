"""What is exported in any layout comes back equal; nothing is merged, overwritten or taken from elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.base.files import folder_name
from host.data.__main__ import main
from host.data.boxes import Rule
from host.data.dataset import Dataset, read_dataset
from host.data.edge_impulse_read import is_export, read_export
from host.data.export import export_folder, export_zip
from host.data.labels import folders_of
from host.data.layout import read_any
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.data.tree import tree_files
from tests.data.pictures import fill, zipped
from tests.data.sets import ROWS, contents


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


def test_a_set_of_one_label_can_be_brought_by_its_manifest_or_its_folder(tmp_path: Path) -> None:
    """A class at a time: whether two are there is asked of what learns from them."""
    fill(tmp_path / "one", "person/1.png", "person/2.png")
    assert read_any(tmp_path / "one", Rule()).labels == ("person",)
    write_manifest(tmp_path / "one", [Picture(f"person/{n}.png", "person") for n in (1, 2)])
    assert read_any(tmp_path / "one", Rule()).labels == ("person",)
