"""Teachers: models whose scores of every view a student learns from; a cache keeps them, each view is scored once."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.files import write_again
from host.base.litert import Kernels, LiteRt
from host.base.regular_files import model_bytes
from host.train.disk_array import pixel_digest
from host.train.quiet import quiet
from host.train.views import Views, render

Scores = NDArray[np.float32]
# models side by side: they wait for each other less than one's threads do
THREADS = os.cpu_count() or 1
CHUNK = 2048  # views between two writes of the cache
LEAST = 0.004  # an int8 softmax knows no smaller probability than 1/256


@dataclass(frozen=True)
class Teacher:
    """A .tflite classifier with its say in the average. Scores in the order of the student's classes."""

    path: Path
    weight: float = 1.0


def soft_labels(
    teachers: tuple[Teacher, ...],
    pixels: NDArray[np.uint8],
    views: Views,
    classes: int,
    cache: Path,
    advance: Callable[[int], None] = lambda done: None,
) -> Scores:
    """float32 (v, classes): the teachers' averaged scores (of their logits, by weight) for every view.

    What was scored before a kill is in `cache` and is not scored again. advance(n): n more views are done.
    """
    total = sum(teacher.weight for teacher in teachers)
    logits = np.zeros((len(views), classes), np.float32)
    for teacher in teachers:
        logits += (
            teacher.weight
            / total
            * _teacher_logits(teacher, pixels, views, classes, cache, advance)
        )
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)


def _teacher_logits(
    teacher: Teacher,
    pixels: NDArray[np.uint8],
    views: Views,
    classes: int,
    cache: Path,
    advance: Callable[[int], None],
) -> Scores:
    models = [_TeacherModel(teacher.path) for _ in range(THREADS)]
    model = models[0]
    if model.classes != classes:
        raise HostError(
            f"teacher {teacher.path} gives {model.classes} scores, the data has {classes} classes",
            "take a teacher of the same classes",
        )
    stored = cache / f"{_key(model, pixels, views)}.npy"
    logits = np.zeros((0, classes), np.float32)
    if stored.exists():
        logits = np.load(stored)
        advance(len(logits))
    while len(logits) < len(views):
        end = min(len(logits) + CHUNK, len(views))
        wanted = np.array_split(np.arange(len(logits), end), THREADS)
        with ThreadPoolExecutor(THREADS) as pool:
            parts = pool.map(lambda own, some: own.all_logits(pixels, views, some), models, wanted)
            fresh = np.concatenate(list(parts))
        logits = np.concatenate([logits, fresh])
        _store(stored, logits)
        advance(len(fresh))
    return logits


def _key(model: _TeacherModel, pixels: NDArray[np.uint8], views: Views) -> str:
    digest = pixel_digest(pixels, model.content)
    for column in asdict(views).values():
        digest.update(column.tobytes())
    return digest.hexdigest()[:24]


def _store(path: Path, logits: Scores) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(f"cannot make {path.parent}: {error.strerror}") from error
    content = io.BytesIO()
    np.save(content, logits)
    write_again(path, content.getvalue())


class _TeacherModel:
    """Runs one .tflite. int8 input takes pixel - 128, float input (x / 255 - 0.5) / 0.5; RGB or grey."""

    def __init__(self, path: Path) -> None:
        try:
            self.content = model_bytes(path)
            with quiet():
                self.model = LiteRt(self.content, path.name, Kernels.FASTEST)
        except HostError as error:
            raise HostError(
                f"teacher {path} cannot be used ({error})", "give a .tflite classifier"
            ) from error
        self.size, _, self.channels = self.model.input_shape
        self.classes = int(self.model.sink["shape"][-1])

    def all_logits(
        self, pixels: NDArray[np.uint8], views: Views, indices: NDArray[np.int64]
    ) -> Scores:
        """float32 (i, classes), of the views at `indices`."""
        found = [self.logits(render(pixels, views, int(i), self.size)) for i in indices]
        return np.array(found, np.float32).reshape(len(indices), self.classes)

    def logits(self, picture: NDArray[np.uint8]) -> Scores:
        """uint8 (size, size, 3) RGB -> float32 (classes,)."""
        if self.channels == 1:
            picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)[..., None]
        if self.model.source["dtype"] is np.int8:
            found = self.model.run_pixels(picture)
        else:
            found = self.model.run((picture.astype(np.float32) / 255 - 0.5) / 0.5)
        scores = self.model.real(found)
        if scores.min() >= 0 and abs(scores.sum() - 1) < 0.02:  # a softmax already
            scores = np.log(np.clip(scores, LEAST, 1))
        return np.asarray(scores - scores.mean(), np.float32)
