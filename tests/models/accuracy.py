"""Measures a person model on labelled pictures: `python -m tests.models.accuracy MODEL ZIP`.

The zip holds manifest.csv (path, label, source, ...) and the pictures that it names.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.models.reference import Reference, model_view

EASY_SOURCES = ("ccp", "houses", "faces", "vikram")
PERSON = 1  # index of the label in the model's output


@dataclass(frozen=True)
class Accuracy:
    """What a model reached on a set, at threshold 0.5."""

    pictures: int
    persons: int
    accuracy: float
    auc: float


def measure(model: Path, archive: Path) -> tuple[Accuracy, Accuracy]:
    """(all, wild) on the archive's val split; wild leaves out EASY_SOURCES."""
    reference = Reference(model)
    with zipfile.ZipFile(archive) as pictures:
        table = io.TextIOWrapper(pictures.open("manifest.csv"), encoding="utf-8")
        rows = [row for row in csv.DictReader(table) if row["path"].startswith("val/")]
        scores = np.array([_person_score(reference, pictures.read(r["path"])) for r in rows])
    persons = np.array([row["label"] == "person" for row in rows])
    wild = np.array([row["source"] not in EASY_SOURCES for row in rows])
    return _accuracy(scores, persons), _accuracy(scores[wild], persons[wild])


def _person_score(reference: Reference, encoded: bytes) -> float:
    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    return float(reference.scores(model_view(np.asarray(picture, np.uint8)))[PERSON])


def _accuracy(scores: NDArray[np.float64], persons: NDArray[np.bool_]) -> Accuracy:
    higher, lower = scores[persons][:, None], scores[~persons][None, :]
    auc = np.mean(higher > lower) + 0.5 * np.mean(higher == lower)
    right = np.mean((scores >= 0.5) == persons)
    return Accuracy(len(scores), int(persons.sum()), round(float(right), 4), round(float(auc), 4))


def main() -> int:
    """Prints both figures."""
    for name, figures in zip(("all", "wild"), measure(*map(Path, sys.argv[1:3])), strict=True):
        print(name, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
