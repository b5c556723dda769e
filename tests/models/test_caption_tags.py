"""Whom the captions of a picture name, and its light."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from host.data.dataset import read_dataset
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from tests.models.caption_tags import caption_tags, light_tags, main, read_captions

CAPTIONS = """1.jpg#0\tA girl runs on the beach .
1.jpg#1\tA child near the ocean
1.jpg#2\tA girl in a red dress .
1.jpg#3\tSomeone at the sea.
2.jpg#0\tA man and a woman on a street
2.jpg#1\tA couple : man, woman , street .
3.jpg#0\tA man
"""


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "captions.txt"
    path.write_text(CAPTIONS)
    return path


def test_what_two_captions_name_is_there(captions: Path) -> None:
    of = read_captions(captions)
    assert caption_tags(of["1.jpg"]) == ["gender:female", "age:child", "scene:water"]
    assert caption_tags(of["2.jpg"]) == ["age:adult", "scene:street"]
    assert caption_tags(of["3.jpg"]) == []


@pytest.mark.parametrize(
    ("low", "high", "tags"),
    [
        (79, 79, ["light:dark", "contrast:low"]),
        (80, 80, ["light:middle", "contrast:low"]),
        (150, 150, ["light:middle", "contrast:low"]),
        (151, 151, ["light:bright", "contrast:low"]),
        (56, 144, ["light:middle", "contrast:low"]),
        (55, 145, ["light:middle", "contrast:middle"]),
        (30, 170, ["light:middle", "contrast:middle"]),
        (29, 171, ["light:middle", "contrast:high"]),
    ],
)
def test_light_is_the_mean_and_contrast_the_deviation(low: int, high: int, tags: list[str]) -> None:
    assert light_tags(np.array([low, high], dtype=np.uint8)) == tags


def test_a_manifest_keeps_what_it_had(
    captions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((8, 8, 3), 20, np.uint8))
    cv2.imwrite(str(folder / "b.png"), np.full((8, 8, 3), 200, np.uint8))
    girl = Picture("a.png", "person", "test", tags=("far",), more=(("origin", "x/y:images/1.jpg"),))
    none = Picture("b.png", "no_person", "test", more=(("origin", "x/y:images/1.jpg"),))
    write_manifest(folder, [girl, none])
    monkeypatch.setattr("sys.argv", ["caption_tags", str(captions), str(folder)])
    assert main() == 0
    first, second = read_dataset(folder).pictures
    named = ("gender:female", "age:child", "scene:water")
    assert first.tags == ("far", "light:dark", "contrast:low", *named)
    assert second.tags == ("light:bright", "contrast:low")
    assert (first.split, second.value("origin")) == ("test", "x/y:images/1.jpg")
