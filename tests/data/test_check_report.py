"""The report of a check of known findings, whole: the table, the file of all, the page, and each box of the sheet."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from host.base.files import png_bytes
from host.data import check_report
from host.data.check import Checked
from host.data.check_report import MOST_TILES, summary, write_report
from host.data.dataset import Dataset
from host.data.findings import Finding, Kind
from host.data.manifest import Picture
from host.data.sheet import contact_sheet
from tests.goldens import check_golden, screen_text
from tests.viewer.sketch import Sketch

FINDINGS = (
    Finding(Kind.UNREADABLE, ("cut.png",), "cut.png is not a picture"),
    Finding(Kind.STRADDLES, ("a/wide.png", "a/tall.png", "a/4.png"), "train and val; 3 of 64 bits differ"),
    Finding(Kind.COINCIDES, (), "source tells <12> of 12 labels"),
    Finding(Kind.COINCIDES, (), "size tells 9 of 12 labels"),
    *(Finding(Kind.REPEATS, (f"a/{n % 5}.png", f"a/{n % 3}.png"), f"=pair {n}") for n in range(13)),
    *(Finding(Kind.DARK, ("a/1.png", "a/2.png"), f"dark 0.{n}") for n in range(12)),
)  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Seven pictures of several shapes, and one that is cut off."""
    root = tmp_path / "A <set>"
    (root / "a").mkdir(parents=True)
    shapes = {f"a/{n}.png": (40 + n, 50, 1 + 2 * (n % 2)) for n in range(5)}
    shapes |= {"a/wide.png": (200, 300, 3), "a/tall.png": (129, 2, 1)}
    for at, (name, shape) in enumerate(shapes.items()):
        (root / name).write_bytes(png_bytes(np.full(shape, 20 * at, np.uint8)))
    (root / "cut.png").write_bytes((root / "a" / "0.png").read_bytes()[:30])
    splits = ("train", "val", "")
    pictures = [Picture(name, "a", splits[at % 3]) for at, name in enumerate([*shapes, "cut.png"])]
    return Dataset(root, tuple(pictures), ("a", "b"))


def test_all_that_is_reported(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, sketches = Checked(8, FINDINGS), list[Sketch]()

    def canvas(*of: object) -> Sketch:
        sketches.append(Sketch(*of))  # type: ignore[arg-type]  # as Canvas
        return sketches[-1]

    monkeypatch.setattr("host.data.sheet.Canvas", canvas)
    written = write_report(tmp_path / "out" / "report", dataset, checked)
    assert [path.name for path in written] == ["findings.csv", "contact_sheet.png", "index.html"]
    table, sheet, page = (path.read_bytes() for path in written)
    shown = page.decode()
    embedded = re.search(r'base64,([^"]*)"', shown)
    assert embedded is not None and base64.b64decode(embedded[1]) == sheet
    (sketch,) = sketches
    with Image.open(written[1]) as drawn:
        assert np.array_equal(np.asarray(drawn)[..., ::-1], sketch.pixels), "BGR"
    lines = [screen_text(summary(checked)), screen_text(summary(Checked(0, ()))), table.decode()]
    lines += [shown.replace(embedded[1], "SHEET"), *sketch.drawn]
    check_golden("data_check_report", "\n".join(lines))


def test_what_cannot_be_opened_is_listed_with_its_reason() -> None:
    def shown(count: int) -> str:
        gone = [
            Finding(Kind.ABSENT, (f"{n}.png",), f"cannot read {n}.png: gone") for n in range(count)
        ]
        return screen_text(summary(Checked(9, tuple(gone))))

    assert "9 pictures checked" in shown(0) and "of 9" not in shown(0)
    assert "4 of 9 pictures checked, the others cannot be opened" in shown(5)
    assert "read 4.png: gone" in shown(5) and "more" not in shown(5) and "--out" not in shown(5)
    assert (
        "read 4.png: gone" in shown(6)
        and "5.png" not in shown(6)
        and "and 1 more (--output lists" in shown(6)
    )


def test_nothing_to_complain_about_is_said_on_the_sheet_too(
    dataset: Dataset, tmp_path: Path
) -> None:
    assert [
        group.heading for group in check_report._groups(dataset, Checked(8, FINDINGS[2:4]))
    ] == ["nothing to complain about"]
    (_, sheet, _) = write_report(tmp_path / "out", dataset, Checked(8, ()))
    with Image.open(sheet) as drawn:
        assert drawn.size == (8 * 138 + 10, contact_sheet([]).shape[0] + 32)


@pytest.mark.parametrize(("pairs", "more"), [(12, ""), (13, ", the first 24 pictures")])
def test_a_sheet_shows_two_dozen_of_a_kind(dataset: Dataset, pairs: int, more: str) -> None:
    found = [Finding(Kind.REPEATS, ("a/1.png", "a/2.png", "a/3.png"), f"{n}") for n in range(pairs)]
    (group,) = check_report._groups(dataset, Checked(8, tuple(found)))
    assert group.heading == f"nearly the same picture twice: {pairs}{more}"
    assert len(group.tiles) == MOST_TILES == 24
    assert [tile.lines for tile in group.tiles[:2]] == [
        ("val, a", "1.png", "0"),
        ("no split, a", "2.png", "0"),
    ]
