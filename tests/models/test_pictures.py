"""The virtual camera's sample pictures show what their names promise, to people and to the model."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.reference import Reference, model_view
from tools.draw_pictures import FOLDER, HEIGHT, PICTURES, WIDTH, draw

MODEL = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tflite"
PERSON = 1
NAMES = list(PICTURES)


@pytest.fixture(scope="module")
def model() -> Reference:
    return Reference(MODEL)


def load(name: str) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(FOLDER / f"{name}.jpg"), cv2.IMREAD_COLOR), np.uint8)


def half(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every other pixel of every other line: the sensor's QVGA."""
    return np.ascontiguousarray(picture[::2, ::2])


def test_the_folder_holds_just_the_drawn_pictures() -> None:
    assert [path.stem for path in sorted(FOLDER.glob("*.jpg"))] == NAMES


def test_pictures_alternate_between_people_and_none() -> None:
    assert [("person" in name) for name in NAMES] == [i % 2 == 0 for i in range(len(NAMES))]


def test_pictures_are_small_files_of_the_sensors_size() -> None:
    assert all(load(name).shape == (HEIGHT, WIDTH, 3) for name in NAMES)
    assert sum(path.stat().st_size for path in FOLDER.glob("*.jpg")) < 1_200_000


@pytest.mark.parametrize("name", NAMES)
def test_model_agrees_with_the_name(name: str, model: Reference) -> None:
    for seen in (load(name), half(load(name))):
        score = model.scores(model_view(seen))[PERSON]
        assert score > 0.6 if "person" in name else score < 0.3


@pytest.mark.parametrize("name", NAMES)
def test_drawing_again_gives_the_committed_picture(name: str) -> None:
    again = draw(name, 64, finer=1.0)
    committed = cv2.resize(load(name), (64, 48), interpolation=cv2.INTER_AREA)
    # The small drawing takes one ray a pixel, so fine patterns differ: compare what is broad.
    first, second = (
        cv2.GaussianBlur(p.astype(np.float64), (0, 0), 1.5) for p in (again, committed)
    )
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.94  # someone who takes a step: 0.8
    assert abs(first.mean() - second.mean()) < 3


def test_the_same_drawing_twice_is_the_same() -> None:
    assert np.array_equal(draw(NAMES[0], 48, 1.0), draw(NAMES[0], 48, 1.0))
