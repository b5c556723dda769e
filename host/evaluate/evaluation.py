"""One model on one set of pictures: everything that is reported, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from host.base.statistics import Integers, Interval, bootstrap_auc, wilson
from host.evaluate.calibration import Calibration, calibrate
from host.evaluate.drop import Drop
from host.evaluate.loop import Looped
from host.evaluate.metrics import (
    Curve,
    Rates,
    auc,
    average_precision,
    confusion,
    curve,
    rates,
)
from host.evaluate.robust import UnderCondition
from host.evaluate.scored import Scored
from host.evaluate.slices import Gap, Part, Slice, gaps, measure_slices
from host.evaluate.threshold import Choice, choose


@dataclass(frozen=True)
class Evaluation:
    """confusion: int64 [C, C], rows are what is true. roc: None unless both classes occur. worst: the pictures that
    the model is most wrong about, indices, worst first. robust: under each of the sensor's conditions (robust.py),
    empty where that was not measured."""

    model: str
    data: str
    scored: Scored
    threshold: float
    rates: Rates
    accuracy: Interval
    auc: float | None
    auc_interval: Interval | None
    average_precision: float | None
    confusion: Integers
    roc: Curve | None
    choices: tuple[Choice, ...]
    calibration: Calibration
    slices: tuple[Slice, ...]
    gaps: tuple[Gap, ...]
    worst: tuple[int, ...]
    drop: Drop | None = None
    looped: Looped | None = None
    robust: tuple[UnderCondition, ...] = ()


@dataclass(frozen=True)
class Thresholds:
    """What the user decides. most_false_positives: the rate that one way to choose a threshold allows."""

    threshold: float = 0.5
    most_false_positives: float = 0.05
    worst: int = 24


def evaluate(
    model: str,
    data: str,
    scored: Scored,
    parts: Sequence[Part],
    terms: Thresholds,
    drop: Drop | None = None,
    looped: Looped | None = None,
    robust: tuple[UnderCondition, ...] = (),
) -> Evaluation:
    """model, data: what they are called in reports. Of at least one picture."""
    binary = scored.positive is not None
    roc = curve(scored.chance, scored.is_positive) if binary else None
    reached = rates(scored, terms.threshold)
    slices = tuple(measure_slices(scored, parts, terms.threshold))
    chosen = choose(scored.chance, scored.is_positive, terms.most_false_positives) if binary else []
    return Evaluation(
        model=model,
        data=data,
        scored=scored,
        threshold=terms.threshold,
        rates=reached,
        accuracy=wilson(reached.right, reached.count),
        auc=auc(scored),
        auc_interval=bootstrap_auc(scored.chance, scored.is_positive) if binary else None,
        average_precision=average_precision(roc),
        confusion=confusion(scored.truth, scored.predicted(terms.threshold), len(scored.labels)),
        roc=roc,
        choices=tuple(chosen),
        calibration=calibrate(scored),
        slices=slices,
        gaps=tuple(gaps(slices)),
        worst=tuple(_worst(scored, terms)),
        drop=drop,
        looped=looped,
        robust=robust,
    )


def _worst(scored: Scored, terms: Thresholds) -> list[int]:
    """Wrong ones alone, by the score of what is true, lowest first."""
    right_score = scored.scores[np.arange(len(scored)), scored.truth]
    wrong = np.flatnonzero(scored.predicted(terms.threshold) != scored.truth)
    return [int(i) for i in wrong[np.argsort(right_score[wrong], kind="stable")][: terms.worst]]


def as_json(found: Evaluation) -> dict[str, Any]:
    """The keys that --json promises; None where the pictures do not define a figure."""
    r, positive = found.rates, found.scored.positive
    return {
        "model": found.model,
        "data": found.data,
        "count": r.count,
        "accuracy": r.accuracy,
        "accuracy_interval": _pair(found.accuracy),
        "auc": found.auc,
        "auc_interval": _pair(found.auc_interval),
        "true_positive_rate": r.true_positive_rate,
        "true_negative_rate": r.true_negative_rate,
        "precision": r.precision,
        "recall": r.true_positive_rate,
        "f1": r.f1,
        "average_precision": found.average_precision,
        "threshold": found.threshold,
        "labels": list(found.scored.labels),
        "positive": None if positive is None else found.scored.labels[positive],
        "confusion": found.confusion.tolist(),
        "calibration_error": found.calibration.error,
        "brier": found.calibration.brier,
        "thresholds": [_choice(choice) for choice in found.choices],
        "slices": [_slice(each) for each in found.slices],
        "gaps": [_gap(gap) for gap in found.gaps],
        "float": _drop(found.drop),
        "board": _looped(found.looped),
        "robust": [_under(each) for each in found.robust] or None,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "way": choice.criterion,
        "threshold": choice.threshold,
        "here": vars(choice.here),
        "expected": vars(choice.expected) if choice.expected else None,
    }


def _slice(each: Slice) -> dict[str, Any]:
    return {
        "family": each.family,
        "name": each.name,
        "count": each.rates.count,
        "accuracy": each.rates.accuracy,
        "accuracy_interval": _pair(each.accuracy),
        "auc": each.auc,
        "auc_interval": _pair(each.auc_interval),
        "true_positive_rate": each.rates.true_positive_rate,
        "true_negative_rate": each.rates.true_negative_rate,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "family": gap.family,
        "best": gap.best.name,
        "worst": gap.worst.name,
        "points": gap.points,
        "compared": gap.compared,
        "real": gap.real,
    }


def _drop(drop: Drop | None) -> dict[str, Any] | None:
    if drop is None:
        return None
    return {
        "model": drop.model,
        "accuracy": drop.accuracy,
        "auc": drop.auc,
        "drop_points": drop.points,
        "drop_interval": _pair(drop.interval),
        "changed_verdicts": drop.changed,
        "largest_score_difference": drop.largest,
    }


def _looped(looped: Looped | None) -> dict[str, Any] | None:
    if looped is None:
        return None
    return {
        "count": len(looped.raw),
        "different": len(looped.different),
        "equal": not looped.different,
        "median_cycles": int(np.median(looped.cycles)),
    }


def _under(each: UnderCondition) -> dict[str, Any]:
    return {
        "condition": each.name,
        "accuracy": each.rates.accuracy,
        "accuracy_interval": _pair(each.accuracy),
        "auc": each.auc,
        "auc_interval": _pair(each.auc_interval),
        "true_positive_rate": each.rates.true_positive_rate,
        "true_negative_rate": each.rates.true_negative_rate,
        "lost_points": each.lost,
        "lost_interval": _pair(each.lost_interval),
    }


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
