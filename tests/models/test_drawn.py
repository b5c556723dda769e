"""Twenty drawn pictures that nobody chose (draw_exam.py): which of them each person model takes for the other thing.

models/README.md says how many each gets right; a model that is made again is looked at again.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.draw_exam import COUNT, FOLDER, draw, name_of
from tests.models.reference import Reference, model_view

MODELS = Path(__file__).resolve().parents[2] / "models"
SHOWN = MODELS.parent / "host/virtual"
NAMES = [name_of(number) for number in range(COUNT)]
WRONG = {
    "person_grey_025": {"04_person_corridor"},
    "person_grey_02": set(),
    "person_grey_01": {"04_person_corridor", "12_person_office", "18_person_street"},
    "person_grey_lean": {"12_person_office"},
    "person_rgb_025": {"06_person_park", "12_person_office", "18_person_street"},
}


SHOWN_WRONG = {
    "person_grey_01": {
        *("04_coffee", "07_person_desk", "08_trees"),
        *("09_person_park", "11_person_waving", "13_three_persons_lawn"),
    }
}  # of the pictures that the virtual camera shows


def load(name: str) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(FOLDER / f"{name}.jpg"), cv2.IMREAD_COLOR), np.uint8)


def test_every_person_model_is_looked_at() -> None:
    assert {path.stem for path in MODELS.glob("person_*.tflite")} == set(WRONG)
    assert [path.stem for path in sorted(FOLDER.glob("*.jpg"))] == NAMES


@pytest.mark.parametrize("name", WRONG)
def test_which_a_model_gets_wrong(name: str) -> None:
    model = Reference(MODELS / f"{name}.tflite")
    channels = int(model.input["shape"][3])
    verdicts = {each: model.scores(model_view(load(each), channels))[1] > 0.5 for each in NAMES}
    assert {each for each, person in verdicts.items() if person != ("person" in each)} == WRONG[
        name
    ]


@pytest.mark.parametrize("name", WRONG)
def test_which_of_the_virtual_cameras_pictures_a_model_gets_wrong(name: str) -> None:
    """Seen with all pixels and with every other pixel of every other line, as VGA and QVGA windows see."""
    model, wrong = Reference(MODELS / f"{name}.tflite"), set()
    paths = sorted(SHOWN.glob("p*/*.jpg"))
    assert len(paths) == 21
    for path in paths:
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
        for seen in (picture, picture[::2, ::2].copy()):
            score = model.scores(model_view(seen, int(model.input["shape"][3])))[1]
            if (score > 0.5) != ("person" in path.stem):
                wrong.add(path.stem)
    assert wrong == SHOWN_WRONG.get(name, set())


def test_drawing_again_gives_the_picture() -> None:
    again, there = draw(9, 40), cv2.resize(load(name_of(9)), (40, 30), interpolation=cv2.INTER_AREA)
    first, second = (cv2.GaussianBlur(p.astype(np.float64), (0, 0), 1.5) for p in (again, there))
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.94
