"""Scores drawn at random, in steps as int8 scores are, and the project's own pictures as a data set."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.evaluate.scored import Scored

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "host" / "virtual" / "pictures"
MODEL = ROOT / "models" / "person_grey_025.tflite"
LABELS = ("no_person", "person")


def binary(count: int, seed: int, skill: float = 1.0, steps: int = 256) -> Scored:
    """Two classes, scores in steps of 1 / steps; skill 0 is chance."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, count)
    truth[:2] = 0, 1
    strength = skill * (truth - 0.5) + random.normal(0, 0.7, count)
    chance = np.round(1 / (1 + np.exp(-2 * strength)) * (steps - 1)) / steps
    return Scored(LABELS, truth.astype(np.int64), np.stack([1 - chance, chance], 1), 1)


def several(count: int, classes: int, seed: int) -> Scored:
    """More classes, rows sum to one."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, count)
    raw = random.random((count, classes))
    raw[np.arange(count), truth] += 0.4
    labels = tuple(f"kind_{i}" for i in range(classes))
    return Scored(labels, truth.astype(np.int64), raw / raw.sum(1, keepdims=True), None)


def own_pictures(folder: Path, names: tuple[str, str] = ("non_person", "person")) -> Path:
    """The virtual camera's sample pictures with a manifest: 16, half of them with a person."""
    rows = []
    for number, path in enumerate(sorted(PICTURES.glob("*.jpg"))):
        label = names["person" in path.stem]
        target = folder / "val" / label / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        source = "ccp" if number < 4 else "drawn"
        tags = ("near~",) if number % 4 == 0 else ("lowlight",) if number % 4 == 1 else ()
        rows.append(
            Picture(target.relative_to(folder).as_posix(), label, "val", source=source, tags=tags)
        )
    write_manifest(folder, rows)
    return folder
