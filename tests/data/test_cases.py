"""Files as people have them, collected from public reports: each gives the right value, or one line that helps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host.data.__main__ import main
from host.data.dataset import read_dataset
from host.data.manifest_csv import CSV_NAME
from host.data.manifest_file import read_manifest
from host.data.split import groups
from tests.data.pictures import fill


@pytest.fixture
def case(shared: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy that may be written, of the one whose name begins with the parameter."""
    (found,) = (shared / "cases").glob(f"{request.param}_*")
    copy = tmp_path / "case"
    shutil.copytree(found, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copy


SHEETS = pytest.mark.parametrize("case", ["51", "52", "56"], indirect=True)


def with_pictures(case: Path) -> Path:
    """The set whose manifest a spreadsheet wrote, with its files."""
    names = [
        f"{label}/f{number}.png" for label in ("person", "no_person") for number in range(1, 10)
    ]
    return fill(case, *names, "person/Büro 0.png", "no_person/Büro 0.png")


@SHEETS
def test_a_spreadsheets_manifest_has_all_its_rows(case: Path) -> None:
    rows = read_manifest(with_pictures(case)).pictures
    assert len(rows) == 20 and not read_manifest(case).dropped
    assert {p.label for p in rows} == {"person", "no_person"}
    assert "person/Büro 0.png" in {p.path for p in rows}
    assert {p.session for p in rows} <= {"Küche", ""}


@SHEETS
def test_a_spreadsheets_manifest_is_split_without_loss(case: Path) -> None:
    before = read_manifest(with_pictures(case)).pictures
    assert main(["split", str(case), "--by", "notes", "--distance", "-1"]) == 0
    after = read_manifest(case).pictures
    assert {(p.path, p.label, p.session, p.more) for p in after} == {
        (p.path, p.label, p.session, p.more) for p in before
    }
    assert "\ufffd" not in (case / CSV_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ["64", "65"], indirect=True)
def test_times_as_excel_shows_them_part_a_session(case: Path) -> None:
    rows = read_dataset(case).pictures
    together = groups(rows, gap_s=600)
    assert 1 < len(set(together.tolist())) < len(rows)
    hours = {number: {p.time[11:13] for p, g in zip(rows, together, strict=True) if g == number}
             for number in together.tolist()}  # fmt: skip
    assert all(len(inside) == 1 for inside in hours.values())
