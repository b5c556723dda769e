"""A model under each condition of the sensor: the same pictures, through the board's own chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.regular_files import UnreadableError
from host.base.statistics import Interval, bootstrap_auc, bootstrap_difference, wilson
from host.data.dataset import Dataset
from host.data.load import each_picture
from host.evaluate.metrics import Rates, auc, rates
from host.evaluate.scored import Scored
from host.evaluate.sensor_conditions import CLEAN, CONDITIONS
from host.evaluate.sensor_view import SensorView, as_scene

Shape = tuple[int, int, int]
Infer = Callable[[NDArray[np.uint8]], NDArray[np.int8]]
ALTERS_THE_LABEL = ("crop_60",)  # it may cut off the person: not among those that are compared


@dataclass(frozen=True)
class UnderCondition:
    """lost: accuracy less than `clean`, in percentage points, with its paired 95 % interval."""

    name: str
    rates: Rates
    accuracy: Interval
    auc: float | None
    auc_interval: Interval | None
    lost: float
    lost_interval: Interval


def scores_under(
    dataset: Dataset, shape: Shape, infer: Infer, done: Callable[[int], None]
) -> dict[str, NDArray[np.int8]]:
    """Condition -> int8 [N, scores], in the data set's order. shape: height, width, channels of the model's input.

    Noise depends on a picture's place and the condition alone: a run repeats. Raises UnreadableError at the first
    file that is no picture.
    """
    view = SensorView(*shape)
    found: dict[str, list[NDArray[np.int8]]] = {name: [] for name in CONDITIONS}
    for index, scene in enumerate(_scenes(dataset)):
        for number, (name, change) in enumerate(CONDITIONS.items()):
            changed = change(scene, np.random.default_rng((index, number)))
            found[name].append(infer(view.model_input(changed)))
        done(index + 1)
    return {name: np.stack(rows) for name, rows in found.items()}


def under_conditions(scored: dict[str, Scored], threshold: float) -> tuple[UnderCondition, ...]:
    """In CONDITIONS' order; `scored` of each, over the same pictures."""
    clean = scored[CLEAN].predicted(threshold) == scored[CLEAN].truth
    return tuple(_measured(name, each, clean, threshold) for name, each in scored.items())


def worst_of(found: Sequence[UnderCondition]) -> UnderCondition:
    """The lowest accuracy among the conditions that leave a picture's label true."""
    comparable = [each for each in found if each.name not in ALTERS_THE_LABEL]
    return min(comparable, key=lambda each: each.rates.accuracy)


def _measured(
    name: str, scored: Scored, clean: NDArray[np.bool_], threshold: float
) -> UnderCondition:
    reached = rates(scored, threshold)
    right = scored.predicted(threshold) == scored.truth
    between = bootstrap_difference(clean, right)
    binary = scored.positive is not None
    return UnderCondition(
        name=name,
        rates=reached,
        accuracy=wilson(reached.right, reached.count),
        auc=auc(scored),
        auc_interval=bootstrap_auc(scored.chance, scored.is_positive) if binary else None,
        lost=100 * float(clean.mean() - right.mean()),
        lost_interval=Interval(100 * between.low, 100 * between.high),
    )


def _scenes(dataset: Dataset) -> Iterator[NDArray[np.uint8]]:
    for found in each_picture(dataset):
        if isinstance(found, UnreadableError):
            raise found
        yield as_scene(found)
