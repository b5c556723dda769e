"""Teachers' scores: computed once, stored, mixed with the labels."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.train.quantise import Int8Model
from host.train.teach import CHUNK, Teacher, _TeacherModel, soft_labels
from host.train.teaching import mixed, one_hot, views_to_score
from host.train.views import TELL, draw_views, render
from tests.train.parsed import options

MODELS = Path(__file__).resolve().parents[2] / "models"
PERSON, SMALL = MODELS / "person_grey_025.tflite", MODELS / "person_grey_01.tflite"
COARSE = np.random.default_rng(0).integers(0, 256, (12, 5, 5, 3), np.uint8)
PIXELS = np.stack([cv2.resize(p, (40, 40), interpolation=cv2.INTER_CUBIC) for p in COARSE])
VIEWS = draw_views(12, 2, 40, 1, TELL)


def test_a_teachers_scores_are_those_of_its_kernels(tmp_path: Path) -> None:
    found = soft_labels((Teacher(PERSON),), PIXELS, VIEWS, 2, tmp_path)
    seen = np.stack([render(PIXELS, VIEWS, i, 96) for i in range(len(VIEWS))])
    luma = np.stack([cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[..., None] for p in seen])
    expected = Int8Model(PERSON.read_bytes()).scores(luma)
    np.testing.assert_allclose(found, expected, atol=0.06)  # kernels of two makes round differently


@pytest.mark.parametrize(
    ("scores", "share"),
    [
        ((0.0, 1.0), 1 / 1.004),  # no probability below 1/256 is known of an int8 softmax
        ((0.25, 0.75), 0.75),
        ((0.25, 0.765), 0.765 / 1.015),  # a sum within 0.02 is rounding
        ((0.25, 0.775), 1 / (1 + np.exp(0.25 - 0.775))),  # logits, though none is below 0
        ((-0.5, 1.5), 1 / (1 + np.exp(-2.0))),
    ],
)
def test_scores_of_a_softmax_are_distinguished_from_logits(
    scores: tuple[float, float], share: float
) -> None:
    """The share that the second class then has."""
    model = object.__new__(_TeacherModel)
    model.channels = 3
    model.model = SimpleNamespace(  # type: ignore[assignment]  # what is used of it
        source={"dtype": np.int8},
        run_pixels=lambda picture: None,
        real=lambda found: np.array(scores, np.float32),
    )
    logits = model.logits(np.zeros((4, 4, 3), np.uint8))
    assert logits.sum() == pytest.approx(0, abs=1e-6)
    assert 1 / (1 + np.exp(logits[0] - logits[1])) == pytest.approx(share, rel=1e-4)


def test_a_float_teacher_sees_pixels_from_minus_one_to_one() -> None:
    model, seen = object.__new__(_TeacherModel), list[np.ndarray]()
    model.channels = 3
    model.model = SimpleNamespace(  # type: ignore[assignment]  # what is used of it
        source={"dtype": np.float32},
        run=seen.append,
        real=lambda found: np.array([0.5, 0.5], np.float32),
    )
    model.logits(np.array([[[0, 51, 255]]], np.uint8))
    np.testing.assert_allclose(seen[0].ravel(), [-1, -0.6, 1], atol=1e-6)


def test_what_was_scored_is_not_scored_again(tmp_path: Path) -> None:
    teachers = (Teacher(SMALL),)
    first = soft_labels(teachers, PIXELS, VIEWS, 2, tmp_path)
    (stored,) = tmp_path.glob("*.npy")
    np.save(stored, np.load(stored)[:5] * 0)  # as if killed after five
    reported: list[int] = []
    again = soft_labels(teachers, PIXELS, VIEWS, 2, tmp_path, reported.append)
    assert reported == [5, len(VIEWS) - 5] and len(VIEWS) < CHUNK
    np.testing.assert_allclose(again[:5], 0.5)
    np.testing.assert_array_equal(again[5:], first[5:])


def test_how_many_views_the_teachers_have_to_score() -> None:
    given = options("--views", "3", "--teacher", str(SMALL), "--teacher", str(PERSON))
    assert views_to_score(7, given) == 42
    assert views_to_score(7, options()) == 0


def test_a_teacher_of_other_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="2 scores, the data has 3"):
        soft_labels((Teacher(SMALL),), PIXELS, VIEWS, 3, tmp_path)


def test_a_file_that_is_no_teacher_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.tflite").write_bytes(b"not a model at all, sorry")
    with pytest.raises(HostError, match=r"give a \.tflite classifier"):
        soft_labels((Teacher(tmp_path / "no.tflite"),), PIXELS, VIEWS, 2, tmp_path)


def test_the_teachers_decide_alone_where_no_label_is_sure() -> None:
    hard = np.array([-1, 0, 1])
    soft = np.array([[0.2, 0.8]] * 3, np.float32)
    found = mixed(one_hot(hard, 2), soft, hard, trust=0.5)
    np.testing.assert_allclose(found[0], [0.2, 0.8])
    np.testing.assert_allclose(found[1], [(0.2 + 0.975) / 2, (0.8 + 0.025) / 2], atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


def test_teachers_are_averaged_by_their_weights(tmp_path: Path) -> None:
    """The average is of logits: three quarters of one, one quarter of the other."""
    one, other = SMALL, PERSON
    alone = [np.log(soft_labels((Teacher(t),), PIXELS, VIEWS, 2, tmp_path)) for t in (one, other)]
    both = soft_labels((Teacher(one, 3.0), Teacher(other, 1.0)), PIXELS, VIEWS, 2, tmp_path)
    powers = np.exp(0.75 * alone[0] + 0.25 * alone[1])
    np.testing.assert_allclose(both, powers / powers.sum(1, keepdims=True), atol=1e-5)
    assert np.abs(both - np.exp(alone[0])).max() > 0.01, "the two do differ"


def test_a_teacher_that_changed_is_scored_again(tmp_path: Path) -> None:
    teacher = tmp_path / "teacher.tflite"
    teacher.write_bytes(PERSON.read_bytes())
    before = soft_labels((Teacher(teacher),), PIXELS, VIEWS, 2, tmp_path)
    teacher.write_bytes(SMALL.read_bytes())
    after = soft_labels((Teacher(teacher),), PIXELS, VIEWS, 2, tmp_path)
    assert np.abs(before - after).max() > 0.01
    fresh = soft_labels((Teacher(teacher),), PIXELS, VIEWS, 2, tmp_path / "other")
    np.testing.assert_array_equal(after, fresh)
