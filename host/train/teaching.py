"""What each view should be classified as: labels where they are sure, mixed with the teachers' scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from host.train.augment import Camera
from host.train.fit import TrainingViews
from host.train.options import Options
from host.train.pictures import Pictures, draw_chances, nothing_class
from host.train.teach import soft_labels
from host.train.views import SEEK, TELL, draw_views, hard_labels

SHOWN = np.array([2.0, 1.0, 0.5, 0.7])  # how often a view is drawn: whole, a crop, an inset, a mix
SMOOTHING = 0.05  # of a label without teacher


def draw_training_views(
    pictures: Pictures, options: Options, advance: Callable[[int], None]
) -> TrainingViews:
    """Views of the training pictures with their targets. advance(n): a teacher scored n more views."""
    nothing = nothing_class(pictures.classes)
    seek = nothing is not None and bool(
        options.teachers
    )  # without a teacher nobody knows what a crop still shows
    views = draw_views(
        len(pictures), options.views, pictures.pixels.shape[1], options.seed, SEEK if seek else TELL
    )
    hard = hard_labels(views, pictures.labels, nothing)
    targets = one_hot(hard, len(pictures.classes))
    if options.teachers:
        soft = soft_labels(
            options.teachers, pictures.pixels, views, len(pictures.classes), options.cache, advance
        )
        targets = mixed(targets, soft, hard, options.trust)
    chance = draw_chances(pictures, options.weights, options.balance)[views.picture]
    chance = chance * SHOWN[views.kind]
    return TrainingViews(
        pictures.pixels, views, targets, chance, Camera(options.camera), options.degraded
    )


def one_hot(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """float32 (v, classes); smoothed. Unknown labels (-1) get even scores."""
    known = np.eye(classes)[np.maximum(labels, 0)] * (1 - SMOOTHING) + SMOOTHING / classes
    return np.where((labels < 0)[:, None], 1 / classes, known).astype(np.float32)


def mixed(
    targets: NDArray[np.float32],
    soft: NDArray[np.float32],
    hard: NDArray[np.int64],
    trust: float,
) -> NDArray[np.float32]:
    """trust times the teachers' scores and the rest the label's; the teachers' alone where no label is sure."""
    share = np.where(hard < 0, 1.0, trust)[:, None]
    return (share * soft + (1 - share) * targets).astype(np.float32)


def views_to_score(count: int, options: Options) -> int:
    """How many views the teachers have to score."""
    return count * options.views * len(options.teachers)
