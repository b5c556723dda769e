"""Files as people have them, collected from public reports: each gives the right value, or one line that helps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.boxes import Rule
from host.data.check import Request, check
from host.data.coco import read_coco
from host.data.dataset import Dataset, read_dataset
from host.data.layout import read_any
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


def coco(case: Path) -> Dataset:
    return read_coco(case / "instances_val.json", case / "img", Rule())


PERSON, NOBODY = ["person", "non_person", "person", "non_person"], "non_person"
SMALL = [NOBODY, NOBODY, NOBODY, NOBODY]


@pytest.mark.parametrize(
    "case, labels, left_out",
    [
        ("11", PERSON, 0),  # category ids as text
        ("13", PERSON, 0),  # backslashes
        ("14", PERSON, 0),  # cam1/f1 and cam2/f1: by path they are sorted 1, 1, 2, 2
        ("15", PERSON[:3], 5),  # five of eight are absent
        ("16", PERSON, 0),  # accents in two forms
        ("17", [*PERSON, *PERSON[:2]], 0),  # no box, but a polygon
        ("18", [*PERSON, *PERSON[:2]], 0),  # an empty box, but a polygon
        ("19", [*PERSON, *PERSON[:2]], 0),  # no width and height
        ("20", SMALL, 0),  # boxes that lie outside but for a corner
        ("21", PERSON, 0),  # shares of the picture
        ("26", PERSON, 0),  # a licence without id
        ("26b", PERSON, 0),  # no licences
        ("32", PERSON, 0),  # .jpg for .JPG
    ],
    indirect=["case"],
)
def test_annotations_as_tools_write_them(case: Path, labels: list[str], left_out: int) -> None:
    found = coco(case)
    ours = sorted(found.pictures, key=lambda p: (Path(p.path).name, p.path))
    assert [p.label for p in ours] == labels
    assert found.left_out.total() == left_out


@pytest.mark.parametrize("case", ["14"], indirect=True)
def test_one_name_in_two_folders_is_two_pictures(case: Path) -> None:
    assert {p.path: p.label for p in coco(case).pictures} == {
        "cam1/frame_0001.jpg": "person",
        "cam1/frame_0002.jpg": "person",
        "cam2/frame_0001.jpg": "non_person",
        "cam2/frame_0002.jpg": "non_person",
    }


@pytest.mark.parametrize("case", ["15"], indirect=True)
def test_an_import_says_how_many_pictures_are_absent(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ["--coco", str(case / "instances_val.json")]
    assert main(["import", str(case / "img"), str(tmp_path / "out"), *wanted]) == 0
    assert "5 annotated, but not in the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "case, by_split",
    [
        ("01", {"train": PERSON[:2] * 3, "test": PERSON[:2]}),
        ("02", {"train": PERSON, "test": PERSON[:2]}),
        ("04", {"train": ["person", "no_person", "person"], "test": ["no_person", "person"]}),
    ],
    indirect=["case"],
)
def test_exports_of_edge_impulse(case: Path, by_split: dict[str, list[str]]) -> None:
    found = read_any(case / "in", Rule())
    for split, labels in by_split.items():
        assert [p.label for p in found.of_split(split).pictures] == labels
    disabled = {"disabled in Edge Impulse": 1} if "no_person" in found.labels else {}
    assert found.left_out == disabled


@pytest.mark.parametrize("case", ["40"], indirect=True)
def test_grey_with_alpha_is_checked_like_any_other(case: Path) -> None:
    fill(case, "a/1.png", "b/2.png")
    (case / "la.png").rename(case / "a" / "la.png")
    assert check(read_dataset(case), Request()).pictures == 3


@pytest.mark.parametrize("case", ["44"], indirect=True)
def test_a_class_in_a_format_that_is_not_read_is_named_with_it(case: Path) -> None:
    with pytest.raises(
        HostError, match=r"'person' has no pictures .*3 \.heic \(export them as JPEG"
    ):
        read_dataset(case / "in")


@pytest.mark.parametrize("case", ["41"], indirect=True)
@pytest.mark.parametrize("is_text", [True, False])
def test_classes_that_are_links_are_said_to_be(case: Path, is_text: bool) -> None:
    for link in sorted((case / "in").iterdir()):
        target = link.read_text().strip()
        if not is_text:
            link.unlink()
            link.symlink_to(target)
    output = "2 links that were saved as text" if is_text else "2 links that lead out of the folder"
    with pytest.raises(HostError, match=output):
        read_dataset(case / "in")
    shutil.copytree(case / "store", case / "copied")
    assert read_dataset(case / "copied").counts == {"a": 4, "b": 4}


def test_no_case_is_left_out(shared: Path) -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for folder in (shared / "cases").iterdir():
        assert f'"{folder.name.split("_")[0]}"' in text, folder.name
