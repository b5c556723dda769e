"""What a model's scores are called, and which float model is beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.compiler.pack import unpack
from host.evaluate.float_model import float_model_of
from host.evaluate.model import _checked, packed_labels
from tests.evaluate.drawn import MODEL


@pytest.mark.parametrize(
    ("given", "scores", "labels"),
    [
        (("a", "b"), 2, ("a", "b")),
        (("a", "b", "c"), 3, ("a", "b", "c")),
        (("a", "b"), 1, ("a", "b")),  # a single score is that of the second
        (("face",), 1, ("no face", "face")),
    ],
)
def test_every_score_has_a_label(
    given: tuple[str, ...], scores: int, labels: tuple[str, ...]
) -> None:
    assert _checked(given, scores, Path("m.tflite")) == labels


@pytest.mark.parametrize(
    ("given", "scores"),
    [(("a",), 2), (("a", "b", "c"), 2), (("a", "b", "c"), 1), (("a", "a"), 2), (("a", ""), 2)],
)
def test_labels_that_do_not_fit_are_refused(given: tuple[str, ...], scores: int) -> None:
    with pytest.raises(HostError, match=r"its labels are a.*give one different label for each"):
        _checked(given, scores, Path("m.tflite"))


def test_a_packed_model_knows_its_labels() -> None:
    packed = unpack(MODEL.with_suffix(".tpm").read_bytes())
    assert packed_labels(packed) == ("no_person", "person")


def test_the_float_model_is_the_one_with_the_same_name(tmp_path: Path) -> None:
    model = tmp_path / "m_int8.tflite"
    assert float_model_of(model) is None
    (tmp_path / "m.keras").touch()
    assert float_model_of(model) == tmp_path / "m.keras"
    (tmp_path / "m_int8.keras").touch()
    assert float_model_of(model) == tmp_path / "m_int8.keras"
    assert float_model_of(tmp_path / "m.tflite") == tmp_path / "m.keras"
    assert float_model_of(tmp_path / "other.tflite") is None
