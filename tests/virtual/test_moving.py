"""The default scene: photographs first, drawings among them, under a view that stays inside them and is repeatable."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from host.base.pictures import read_picture
from host.base.places import DRAWINGS, PHOTOGRAPHS
from host.virtual.moving import SECONDS_A_PICTURE, Moving, view_box
from host.virtual.scene import fit, open_scene

FILES = sorted(PHOTOGRAPHS.glob("*.jpg"))
DRAWN = sorted(DRAWINGS.glob("*.jpg"))


def test_the_first_picture_is_a_photograph_seen_whole() -> None:
    seen = open_scene("default").picture(0)
    assert np.abs(seen.astype(int) - fit(read_picture(FILES[0]))).max() <= 1


def test_every_picture_has_its_turn_and_they_are_mixed() -> None:
    scene = open_scene("default")
    turns = [scene.picture(SECONDS_A_PICTURE * turn) for turn in range(len(FILES) + len(DRAWN))]
    names = []
    for path in (*FILES, *DRAWN):
        whole = fit(read_picture(path)).astype(int)
        names.append(int(np.argmin([np.abs(whole - turn).mean() for turn in turns])))
    assert sorted(names) == list(range(len(turns)))
    of_photographs = sorted(names[: len(FILES)])
    assert min(np.diff(of_photographs)) >= 3, "three drawings between two photographs"


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (500, 200), (200, 500)])
def test_the_view_moves_and_stays_inside(size: tuple[int, int]) -> None:
    boxes = [view_box(size, phase, turn) for turn in range(4) for phase in np.linspace(0, 1, 21)]
    for left, top, right, bottom in boxes:
        assert -1e-9 <= left < right <= size[0] + 1e-9
        assert -1e-9 <= top < bottom <= size[1] + 1e-9
        assert (right - left) / (bottom - top) == pytest.approx(4 / 3)
    assert len({tuple(round(edge, 6) for edge in box) for box in boxes}) > 70


def test_it_is_a_function_of_time() -> None:
    pictures = [read_picture(path) for path in FILES]
    one, other = Moving(pictures), Moving(pictures)
    times = (0.4, 3.7, 0.4, 9.9)
    for seconds in times:
        assert np.array_equal(one.picture(seconds), other.picture(seconds))
    assert not np.array_equal(one.picture(0.4), one.picture(0.8)), "within a picture's time, too"


def test_drawings_stand_still() -> None:
    scene = open_scene("drawings")
    assert np.array_equal(scene.picture(0.1), scene.picture(1.9))
    assert np.array_equal(scene.picture(0), fit(read_picture(DRAWN[0])))


def test_every_photograph_names_its_source_and_licence() -> None:
    page = (PHOTOGRAPHS / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for path in FILES:
        with Image.open(path) as picture:
            assert picture.size == (320, 240)
        assert path.stat().st_size <= 60_000
        about = next(row for row in rows if f"`{path.stem}`" in row)
        assert "CC0" in about or "public domain" in about
