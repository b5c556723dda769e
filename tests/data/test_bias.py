"""A label that place, source, camera, light or size give away is named; a mixed set is not accused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from host.data.__main__ import main
from host.data.bias import bias_findings
from host.data.check import Request, check
from host.data.dataset import read_dataset
from host.data.findings import Kind
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.data.quality import Look
from tests.data.pictures import fill, picture, png

LABELS = [f"{'' if number % 2 else 'no_'}person" for number in range(32)]
MIXED = [Picture(f"{i}.png", label) for i, label in enumerate(LABELS)]


def sessions(count: int) -> list[Picture]:
    """Each of one label alone, as who captures one class after the other makes them."""
    return [replace(p, session=f"s{i % count}") for i, p in enumerate(MIXED)]


@pytest.mark.parametrize(
    "pictures, output",
    [
        (sessions(8), "session tells 32 of 32 labels (s0: 4 of 4 no_person; s1: 4 of 4 person"),
        (
            [replace(p, source="own" if p.label == "person" else "web") for p in MIXED],
            "source tells 32 of 32 labels",
        ),
        (
            [replace(p, board=f"cam {p.label[:2]}") for p in MIXED],
            "board tells 32 of 32 labels",
        ),
        (
            [
                replace(p, more=(("room", "hall" if p.label == "person" else "yard"),))
                for p in MIXED
            ],
            "room tells 32 of 32 labels (hall: 16 of 16 person; yard: 16 of 16 no_person",
        ),
    ],
)
def test_a_column_that_gives_the_label_away_is_named(pictures: list[Picture], output: str) -> None:
    (found,) = bias_findings(pictures)
    assert (
        found.kind is Kind.COINCIDES and output.replace("no_person", "non_person") in found.detail
    )


def test_what_coincides_by_chance_or_not_at_all_is_left_in_peace() -> None:
    random = np.random.default_rng(0)
    for _ in range(30):
        rows = [
            replace(p, session=f"s{random.integers(12)}", source=f"x{random.integers(3)}")
            for p in MIXED
        ]
        assert not bias_findings(rows)
    assert not bias_findings([replace(p, session=f"own {i}") for i, p in enumerate(MIXED)])
    assert not bias_findings(sessions(8)[:8]) and not bias_findings(MIXED[::2])


def test_a_label_that_light_size_or_colour_gives_away_is_named() -> None:
    def looks(brightness: float, size: int, is_grey: bool) -> dict[str, Look]:
        """Of persons; the rest is 100 bright, 96 pixels wide and in colour. All vary."""
        return {
            p.path: Look(brightness + i % 7, (size,) * 2, is_grey)
            if p.label == "person"
            else Look(100.0 + i % 7, (96, 96), False)
            for i, p in enumerate(MIXED)
        }

    def output(*about: float) -> list[str]:
        return [f.detail.split(" (")[0] for f in bias_findings(MIXED, looks(*about))]  # type: ignore[arg-type]  # numbers

    assert output(100, 96, False) == []
    assert output(102, 96, False) == []
    assert output(140, 96, False) == ["non_person is darker than the rest in 100% of pairs"]
    assert output(100, 128, False) == ["size tells 32 of 32 labels"]
    assert output(100, 96, True) == ["colour tells 32 of 32 labels"]


def test_check_and_split_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [Picture(p.path, p.label, session=p.session, source=p.label[:2]) for p in sessions(8)]
    fill(tmp_path, *(row.path for row in rows))
    write_manifest(tmp_path, rows)
    assert main(["check", str(tmp_path), "--output", str(tmp_path / "report")]) == 1
    assert "source tells 32 of 32 labels" in (tmp_path / "report/index.html").read_text()
    assert "source tells 32 of 32 labels" in capsys.readouterr().err
    assert main(["split", str(tmp_path)]) == 0
    reported = capsys.readouterr()
    assert "session tells 32 of 32 labels" in reported.err and "source tells 32" in reported.err


def test_a_table_says_what_so_few_pictures_are_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, *(f"train/{label}/{i}.png" for label in "ab" for i in range(3)))
    fill(tmp_path, *(f"val/{label}/{i}.png" for label in "ab" for i in range(20)), first_seed=50)
    main(["check", str(tmp_path)])
    assert "70–97 %" in capsys.readouterr().out  # Wilson's of 18 of 20


def test_a_boards_captures_beside_others_are_not_odd(tmp_path: Path) -> None:
    for index in range(12):
        folder = tmp_path / ("person", "no_person")[index % 2]
        folder.mkdir(exist_ok=True)
        height, width = ((96, 96), (128, 128), (480, 640))[index % 3]
        pixels = picture(index, height, width, 1 if index % 3 == 0 else 3)
        (folder / f"{index}.png").write_bytes(png(pixels))
    (tmp_path / "person" / "tiny.png").write_bytes(png(picture(90, 20, 20)))
    (tmp_path / "person" / "strip.png").write_bytes(png(picture(91, 60, 400)))
    found = check(read_dataset(tmp_path), Request()).of(Kind.ODD)
    assert sorted((f.paths, f.detail) for f in found) == [
        (("person/strip.png",), "400x60"),
        (("person/tiny.png",), "20x20"),
    ]
