"""What a manifest says and the folder does not bear out is said: pictures that are gone, hashes that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.dataset import read_dataset
from host.data.journal import Journal
from host.data.manifest import Picture
from host.data.manifest_csv import CSV_NAME, csv_bytes, parse_csv
from host.data.manifest_file import parquet_bytes, read_manifest
from tests.data.pictures import fill, zipped

PATHS = [f"{label}/{number}.png" for label in ("a", "b") for number in range(4)]
GONE = "2 of the 8 pictures that the manifest names are not there, a/1.png first"
RUINED = "1.23E+45"


def with_gone(root: Path) -> Path:
    """Eight rows, and the files of six."""
    assert main(["import", str(fill(root / "in", *PATHS)), str(root / "set")]) == 0
    for path in ("a/1.png", "b/2.png"):
        (root / "set" / path).unlink()
    return root / "set"


@pytest.mark.parametrize("distance", ["-1", "4"])
def test_a_split_says_which_pictures_are_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], distance: str
) -> None:
    root = with_gone(tmp_path)
    assert main(["split", str(root), "--distance", distance]) == 0
    assert GONE in capsys.readouterr().err
    assert len(read_manifest(root).pictures) == 8, "a row is no picture, but it is somebody's work"


def test_every_reader_of_a_manifest_learns_it(tmp_path: Path) -> None:
    root = with_gone(tmp_path)
    assert GONE in read_dataset(root).remarks()
    assert GONE in read_dataset(zipped(root, tmp_path / "set.zip")).remarks()
    with Journal(root, ("a", "b")) as journal:
        assert GONE in journal.repaired
    assert not read_dataset(fill(tmp_path / "whole", *PATHS)).remarks()


def test_what_is_imported_again_is_put_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = with_gone(tmp_path)
    before = (root / CSV_NAME).read_bytes()
    assert main(["import", str(tmp_path / "in"), str(root)]) == 0
    output = capsys.readouterr().err
    assert "0 pictures imported" in output and "6 were there already" in output
    assert "2 that were gone are there again" in output
    assert (root / CSV_NAME).read_bytes() == before
    assert (root / "a/1.png").read_bytes() == (tmp_path / "in/a/1.png").read_bytes()


def test_a_picture_known_by_half_its_hash_is_known(tmp_path: Path) -> None:
    root = with_gone(tmp_path)
    text = (root / CSV_NAME).read_text()
    rows = [line.rpartition(",") for line in text.splitlines()]
    (root / CSV_NAME).write_text("".join(f"{a},{hash_[:16]}\n" for a, _, hash_ in rows))
    assert main(["import", str(tmp_path / "in"), str(root)]) == 0
    assert len(read_manifest(root).pictures) == 8


def with_ruined(folder: Path) -> bytes:
    """A spreadsheet made numbers of three hashes."""
    fill(folder, *PATHS)
    rows = [Picture(path, path[0], sha256="0" * 63 + str(n)) for n, path in enumerate(PATHS)]
    text = csv_bytes(rows).decode()
    for number, ruined in ((1, RUINED), (4, "4"), (6, "1,23E+45")):
        text = text.replace("0" * 63 + str(number), f'"{ruined}"')
    (folder / CSV_NAME).write_bytes(text.encode())
    return text.encode()


def test_a_hash_that_a_spreadsheet_made_a_number_is_counted_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = with_ruined(tmp_path)
    rows = parse_csv(before, "m")
    line = "3 rows of m have a sha256 that is none, line 3 first: '1.23E+45'; taken as not known"
    assert rows.notes == (line,)
    assert [p.sha256[-1:] for p in rows.pictures] == ["0", "", "2", "3", "", "5", "", "7"]
    main(["check", str(tmp_path)])
    assert "have a sha256 that is none" in " ".join(capsys.readouterr().err.split())
    other = fill(tmp_path / "other" / "in", "a/9.png", first_seed=9).parent
    refused = r"is not written anew without what its cells said"
    with pytest.raises(HostError, match=refused):
        main(["split", str(tmp_path), "--distance", "-1"])
    with pytest.raises(HostError, match=refused):
        main(["import", str(other / "in"), str(tmp_path)])
    with pytest.raises(HostError, match=refused):
        Journal(tmp_path, ("a", "b"))
    assert (tmp_path / CSV_NAME).read_bytes() == before


def test_a_parquet_copy_is_read_by_the_same_rule(tmp_path: Path) -> None:
    rows = [Picture(path, path[0], sha256=RUINED) for path in PATHS]
    (tmp_path / "manifest.parquet").write_bytes(parquet_bytes(rows))
    (note,) = read_manifest(tmp_path).notes
    assert "8 rows" in note and RUINED in note
