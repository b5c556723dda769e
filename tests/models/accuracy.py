"""Measures a model on labelled pictures: `python -m tests.models.accuracy MODEL ZIP`.

MODEL has its manifest beside it. The zip holds manifest.csv (path, label, source, ...) and the pictures that it names.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.data.dataset import read_dataset
from host.data.labels import resolve
from host.data.load import load_pixels
from tests.models.reference import Reference

EASY_SOURCES = ("ccp", "houses", "faces", "vikram")


@dataclass(frozen=True)
class Accuracy:
    """What a model of two classes reached on a set, when a score of 0.5 tells the second."""

    pictures: int
    accuracy: float
    auc: float


def measure(model: Path, archive: Path) -> dict[str, Accuracy]:
    """`all` and `wild` of the archive's val split; wild, where it differs, leaves out EASY_SOURCES."""
    labels = tuple(json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))["labels"])
    dataset = read_dataset(archive, split="val")
    reference = Reference(model)
    _, height, width, channels = (int(n) for n in reference.input["shape"])
    pixels = load_pixels(dataset, height, width, channels)
    scores = np.array([reference.scores(picture)[1] for picture in pixels])
    second = np.array(
        [resolve(p.label, labels, archive.name) == labels[1] for p in dataset.pictures]
    )
    wild = np.array([p.source not in EASY_SOURCES for p in dataset.pictures])
    found = {"all": _accuracy(scores, second)}
    return found if wild.all() else found | {"wild": _accuracy(scores[wild], second[wild])}


def _accuracy(scores: NDArray[np.float64], second: NDArray[np.bool_]) -> Accuracy:
    higher, lower = scores[second][:, None], scores[~second][None, :]
    auc = np.mean(higher > lower) + 0.5 * np.mean(higher == lower)
    right = np.mean((scores >= 0.5) == second)
    return Accuracy(len(scores), round(float(right), 4), round(float(auc), 4))


def main() -> int:
    """Prints the figures."""
    found: dict[str, Any] = measure(*map(Path, sys.argv[1:3]))
    for name, figures in found.items():
        print(name, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
