"""Each planted fault is found, named and shown; a good set has none."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.base.regular_files import UnreadableError
from host.data.__main__ import main
from host.data.check import Checked, Request, check
from host.data.check_report import REMEDIES
from host.data.classifier import open_classifier
from host.data.dataset import read_dataset
from host.data.duplicates import clusters, distances, near_pairs, perceptual_hash
from host.data.findings import Kind, uncertain_label_findings, unreadable_finding
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from tests.data.pictures import fill, picture, png, zipped

MODEL = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tflite"


def detailed(seed: int) -> NDArray[np.uint8]:
    """(96, 96, 3): smooth shapes and enough fine detail to be sharp."""
    fine = np.random.default_rng(seed).integers(-40, 41, (96, 96, 1))
    return np.clip(picture(seed, 96, 96).astype(int) + fine, 0, 255).astype(np.uint8)


def planted(root: Path) -> Path:
    """Twelve good pictures, and one of each fault."""
    rows = [Picture(f"x/{i}.png", "ab"[i % 2], ("train", "val")[i % 3 == 0]) for i in range(12)]
    for index, row in enumerate(rows):
        (root / "x").mkdir(parents=True, exist_ok=True)
        (root / row.path).write_bytes(png(detailed(index)))

    def plant(name: str, content: bytes, label: str, split: str, **more: str) -> None:
        (root / name).write_bytes(content)
        rows.append(Picture(name, label, split, **more))  # type: ignore[arg-type]  # text fields alone

    noisy = np.clip(detailed(0).astype(int) + 2, 0, 255).astype(np.uint8)
    plant("straddles.png", png(noisy), "a", "train")
    plant("contradicts.png", png(detailed(1)), "a", "train")
    plant("repeats.png", png(detailed(2)), "a", "train")
    plant("cut.png", png(detailed(50))[:900], "a", "train")
    plant("dark.png", png((detailed(51) // 30).astype(np.uint8)), "b", "train")
    plant("flat.png", png(np.full((96, 96, 3), 200, np.uint8)), "b", "train")
    plant("s1.png", png(detailed(52)), "b", "train", session="s")
    plant("s2.png", png(detailed(53)), "b", "val", session="s")
    write_manifest(root, rows)
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def checked(root: Path) -> Checked:
    return check(read_dataset(root), Request())


@pytest.mark.parametrize(
    "kind, path",
    [
        (Kind.UNREADABLE, "cut.png"),
        (Kind.STRADDLES, "straddles.png"),
        (Kind.CONTRADICTS, "contradicts.png"),
        (Kind.REPEATS, "repeats.png"),
        (Kind.SESSION, "s1.png"),
        (Kind.DARK, "dark.png"),
        (Kind.EMPTY, "flat.png"),
    ],
)
def test_a_planted_fault_is_found(checked: Checked, kind: Kind, path: str) -> None:
    assert any(path in finding.paths for finding in checked.of(kind)), checked.findings


def test_good_pictures_are_left_in_peace(checked: Checked) -> None:
    accused = {path for finding in checked.findings for path in finding.paths}
    assert accused.isdisjoint({f"x/{i}.png" for i in range(3, 12)})


def test_a_rare_label_like_another_is_probably_a_slip(tmp_path: Path) -> None:
    fill(tmp_path, *(f"person/{i}.png" for i in range(4)), "preson/1.png")
    fill(tmp_path, *(f"no_person/{i}.png" for i in range(4)), first_seed=20)
    checked = check(read_dataset(tmp_path), Request(quality=False))
    (slip,) = checked.of(Kind.MISSPELT)
    assert slip.paths == ("preson/1.png",) and "'person'" in slip.detail
    assert not checked.of(Kind.BALANCE)


def test_a_split_that_lacks_a_label_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "train/a/1.png", "train/b/2.png", "val/a/3.png")
    (found,) = check(read_dataset(tmp_path), Request(quality=False)).of(Kind.LACKING)
    assert found.detail == "val has no 'b'"


def test_a_model_contradicts_a_wrong_label(tmp_path: Path) -> None:
    bundled = Path(__file__).resolve().parents[2] / "host/virtual/pictures"
    for name, label in (("08_trees.jpg", "person"), ("11_person_waving.jpg", "person")):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / name).write_bytes((bundled / name).read_bytes())
    dataset = read_dataset(tmp_path, least_labels=1)
    checked = check(dataset, Request(sure=0.6, quality=False), open_classifier(MODEL))
    assert [f.paths for f in checked.of(Kind.DOUBTFUL)] == [("person/08_trees.jpg",)]


def test_recorded_scores_are_believed_without_a_model(tmp_path: Path) -> None:
    fill(tmp_path, "1.png", "2.png")
    sure = (("no person", 0.1), ("person", 0.9))
    rows = [Picture("1.png", "non_person", scores=sure), Picture("2.png", "person", scores=sure)]
    write_manifest(tmp_path, rows)
    checked = check(read_dataset(tmp_path), Request(quality=False))
    assert [f.paths for f in checked.of(Kind.DOUBTFUL)] == [("1.png",)]


def test_what_hindered_each_picture_from_being_opened(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "b.png")
    (tmp_path / "cut.png").write_bytes(b"no picture")
    write_manifest(tmp_path, [Picture(f"{n}.png", "x") for n in ("a", "b", "cut", "gone")])
    checked = check(read_dataset(tmp_path, least_labels=1), Request(quality=False))
    assert [f.paths for f in checked.of(Kind.UNREADABLE)] == [("cut.png",)]
    (absent,) = checked.of(Kind.ABSENT)
    assert absent.paths == ("gone.png",) and "No such file" in absent.detail
    assert "delete" not in absent.detail + REMEDIES[Kind.ABSENT] + REMEDIES[Kind.FORBIDDEN]
    refused = UnreadableError("cannot read a.png: Permission denied", "...")
    refused.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    assert unreadable_finding("a.png", refused).kind is Kind.FORBIDDEN
    packed = read_dataset(zipped(tmp_path, tmp_path.parent / "set.zip"), least_labels=1)
    assert len(check(packed, Request(quality=False)).of(Kind.ABSENT)) == 1


def test_the_report_shows_what_was_found(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["check", str(root), "--output", str(tmp_path / "out")]) == 1
    output, printed = capsys.readouterr()
    for name in ("index.html", "findings.csv", "contact_sheet.png"):
        assert f"out/{name}" in printed.replace("\n", "")
    assert "cannot be read" in output and "19 of 20 pictures checked" in output
    rows = list(csv.DictReader((tmp_path / "out/findings.csv").open()))
    assert {"cannot be read", "dark"} <= {row["kind"] for row in rows}
    assert rows[0]["path"] == "cut.png"
    sheet = cv2.imread(str(tmp_path / "out/contact_sheet.png"))
    assert sheet is not None and sheet.shape[1] > 1000 and sheet.std() > 10
    page = (tmp_path / "out/index.html").read_text()
    assert "data:image/png;base64," in page and "http:" not in page and "https:" not in page


def test_a_good_set_has_nothing_to_complain_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for index in range(8):
        path = tmp_path / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png(detailed(index)))
    assert main(["check", str(tmp_path)]) == 0
    assert "nothing to complain about" in capsys.readouterr().out


def test_noise_and_light_do_not_make_another_picture() -> None:
    first, other = (luma_of(detailed(seed)) for seed in (1, 2))
    noise = np.random.default_rng(9).integers(-4, 5, first.shape)
    again = np.clip(first.astype(int) * 0.95 + 6 + noise, 0, 255).astype(np.uint8)
    marks = [perceptual_hash(each) for each in (first, again, other)]
    near, far = distances(marks[0], np.array(marks[1:], np.uint64))
    assert near <= 4 and far > 10


def test_pairs_equal_a_comparison_of_each_with_each() -> None:
    source = np.random.default_rng(0)
    base = source.integers(0, 2**63, 40, dtype=np.uint64)
    marks = np.concatenate([base, base ^ np.uint64(5), base ^ np.uint64(0xFF)])
    found = list(near_pairs(marks, 4))
    expected = [
        (i, j, (int(marks[i]) ^ int(marks[j])).bit_count())
        for i in range(len(marks))
        for j in range(i + 1, len(marks))
        if (int(marks[i]) ^ int(marks[j])).bit_count() <= 4
    ]
    assert found == expected and len(found) == 40


def test_clusters_follow_chains() -> None:
    assert clusters(6, [(4, 3), (3, 1), (5, 5)]).tolist() == [0, 1, 2, 1, 1, 5]


def test_a_model_that_is_not_sure_contradicts_nobody() -> None:
    pictures = [Picture(f"{i}.png", "cat") for i in range(3)]
    scores = [(("cat", 1 - score), ("dog", score)) for score in (0.79, 0.8, 0.95)]
    found = uncertain_label_findings(pictures, scores, sure=0.8)
    assert [f.paths for f in found] == [("2.png",), ("1.png",)], "the surest first"


def test_pictures_exactly_as_far_apart_as_allowed_are_near() -> None:
    hashes = np.array([0, 0b1111, 0b11111], np.uint64)
    assert list(near_pairs(hashes, most=4)) == [(0, 1, 4), (1, 2, 1)]
