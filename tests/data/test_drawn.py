"""The drawn set: the same every time, balanced, clean where it should be, and biased where that is requested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.errors import HostError
from host.data import drawn
from host.data.__main__ import main
from host.data.drawn import LABELS, PLACES, Place, draw_set, face
from host.data.manifest import Picture
from host.data.manifest_file import read_manifest
from tests.goldens import check_golden


def test_it_is_the_same_every_time_and_another_by_another_seed(tmp_path: Path) -> None:
    made = [
        [(row.path, row.sha256) for row in draw_set(tmp_path / name, 3, seed, False)]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert made[0] == made[1]
    assert not {digest for _, digest in made[0]} & {digest for _, digest in made[2]}


def test_every_picture_has_its_label_session_source_and_licence(tmp_path: Path) -> None:
    assert main(["draw", str(tmp_path / "set"), "--count", "10"]) == 0
    rows = read_manifest(tmp_path / "set").pictures
    assert [row.label for row in rows].count(LABELS[0]) == 10 == len(rows) - 10
    assert all(row.session and row.source.startswith("drawn, ") for row in rows)
    assert {row.licence for row in rows} == {"CC0-1.0"}


def test_the_planted_bias_is_found_and_none_where_none_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for name, more in (("fair", []), ("biased", ["--biased"])):
        main(["draw", str(tmp_path / name), "--count", "24", *more])
        capsys.readouterr()
        main(["check", str(tmp_path / name)])
        printed = capsys.readouterr()
        found.append(" ".join((printed.out + printed.err).split()))
    assert "gives away" not in found[0]
    for word in ("session tells 48 of 48", "source tells 48 of 48", "with_mask is brighter"):
        assert word in found[1]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="give a new folder"):
        main(["draw", str(tmp_path)])


def test_the_faces_are_those_of_every_release() -> None:
    """What a lesson's models learn and score is of these. Brightness of blocks of 8 x 8, the mean of each colour."""
    lines = []
    for number, (place, label) in enumerate((p, name) for p in PLACES for name in LABELS * 2):
        pixels = face(np.random.default_rng(number), label == LABELS[1], place)
        blocks = pixels.mean(axis=2).reshape(12, 8, 12, 8).mean((1, 3))
        colours = " ".join(f"{mean:.1f}" for mean in pixels.mean((0, 1)))
        lines.append(f"== {place.name}, {label}, number {number}: {colours}")
        lines += [" ".join(f"{mean:.0f}" for mean in row) for row in blocks]
    check_golden("drawn_faces", "\n".join(lines))


class Listed:
    """A journal that keeps nothing."""

    def __init__(self, folder: Path, labels: tuple[str, ...]) -> None:
        assert labels == LABELS

    def __enter__(self) -> Listed:
        return self

    def __exit__(self, *_: object) -> None: ...

    def add(self, pixels: NDArray[np.uint8], about: Picture) -> Picture:
        assert pixels.shape == (96, 96, 3) and pixels.dtype == np.uint8
        return about


@pytest.mark.parametrize("biased", [False, True])
def test_a_visit_has_eight_pictures_of_each_label_in_one_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, biased: bool
) -> None:
    masks: list[tuple[bool, str]] = []

    def draw(random: object, has_mask: bool, place: Place) -> NDArray[np.uint8]:
        masks.append((has_mask, place.name))
        return np.zeros((96, 96, 3), np.uint8)

    monkeypatch.setattr(drawn, "Journal", Listed)
    monkeypatch.setattr(drawn, "face", draw)
    rows = list(draw_set(tmp_path, 17, 1, biased))
    assert masks == [(row.label == "with_mask", row.session.split("-")[0]) for row in rows]
    visits = {label: [row.session for row in rows if row.label == label] for label in LABELS}
    fair = ["hall-1"] * 8 + ["kitchen-2"] * 8 + ["ward-3"]
    of_one = [[f"{place}-{1 + n // 8}" for n in range(17)] for place in ("hall", "ward")]
    assert list(visits.values()) == (of_one if biased else [fair, fair])
    assert all(row.source == f"drawn, {row.session.split('-')[0]}" for row in rows)
