"""An evaluation as a run directory: every picture's scores, slices, curves, and the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.data.manifest import Picture
from host.evaluate.evaluation import Evaluation, as_json
from host.evaluate.page import evaluation_page
from host.evaluate.robust import UnderCondition
from host.evaluate.slices import Slice
from host.report.page import write_page
from host.runs.conditions import Conditions
from host.runs.layout import Column, Layout
from host.runs.write import RunWriter

KIND = "evaluate"
PAGE = "report.html"
PICTURES = Layout(
    "pictures",
    (
        Column("path", "text", "below the data set's root"),
        Column("label", "text", "the model's name of what is true"),
        Column("said", "text", "what the model said at the threshold"),
        Column("right", "bool", "said is label"),
        Column("score_of_label", "float64", "0..1"),
        Column("scores", "text", "all of them, in the labels' order"),
        Column("source", "text", "of the manifest"),
        Column("tags", "text", "of the manifest"),
        Column(
            "board_equal", "bool", "the board's bytes are the PC's; true when no board took part"
        ),
    ),
)
ROC = Layout(
    "roc",
    (
        Column("threshold", "float64", "flagged from this score on"),
        Column("false_positive_rate", "float64", "0..1"),
        Column("true_positive_rate", "float64", "0..1"),
        Column("precision", "float64", "0..1"),
    ),
)
FIGURES = (  # of a slice, or under a condition
    Column("accuracy", "float64", "0..1"),
    Column("accuracy_low", "float64", "95 %, Wilson"),
    Column("accuracy_high", "float64", "95 %, Wilson"),
    Column("auc", "float64", "NaN where only one class occurs"),
    Column("true_positive_rate", "float64", "NaN where it is not defined"),
    Column("true_negative_rate", "float64", "NaN where it is not defined"),
)
SLICES = Layout(
    "slices",
    (
        Column("family", "text", "column of the manifest, or kind of tag"),
        Column("name", "text", "its value"),
        Column("count", "int64", "pictures"),
        *FIGURES,
    ),
)

CONDITIONS = Layout(
    "conditions",
    (
        Column("condition", "text", "of the sensor: see host/evaluate/sensor_conditions.py"),
        *FIGURES,
        Column("lost", "float64", "percentage points of accuracy less than clean"),
        Column("lost_low", "float64", "95 %, paired bootstrap"),
        Column("lost_high", "float64", "95 %, paired bootstrap"),
    ),
)


def store(
    directory: Path,
    found: Evaluation,
    conditions: Conditions,
    pictures: Sequence[Picture],
    pixels: NDArray[np.uint8],
    notes: Sequence[str],
) -> Path:
    """The page that was written. pixels: uint8 [N, height, width, channels], what the model saw."""
    layouts = (PICTURES, ROC, SLICES, *((CONDITIONS,) if found.robust else ()))
    with RunWriter(directory, KIND, conditions, layouts) as run:
        run.summary = as_json(found)
        _append_pictures(run, found, pictures)
        if found.roc is not None:
            roc = found.roc
            columns = (
                roc.threshold,
                roc.false_positive_rate,
                roc.true_positive_rate,
                roc.precision,
            )
            for row in zip(*(c.tolist() for c in columns), strict=True):
                run.append("roc", *row)
        for each in found.slices:
            reached = each.rates
            run.append("slices", each.family, each.name, reached.count, *_figures(each))
        for under in found.robust:
            _append_condition(run, under)
    page = evaluation_page(found, conditions, pixels, [p.path for p in pictures], notes)
    write_page(directory / PAGE, page)
    return directory / PAGE


def _append_pictures(run: RunWriter, found: Evaluation, pictures: Sequence[Picture]) -> None:
    scored, predicted = found.scored, found.scored.predicted(found.threshold)
    different = set(found.looped.different) if found.looped else set()
    for index, picture in enumerate(pictures):
        truth = int(scored.truth[index])
        run.append(
            "pictures",
            picture.path,
            scored.labels[truth],
            scored.labels[int(predicted[index])],
            bool(predicted[index] == truth),
            float(scored.scores[index, truth]),
            ";".join(f"{score:.6f}" for score in scored.scores[index]),
            picture.source,
            "|".join(picture.tags),
            index not in different,
        )


def _append_condition(run: RunWriter, under: UnderCondition) -> None:
    lost = under.lost, under.lost_interval.low, under.lost_interval.high
    run.append("conditions", under.name, *_figures(under), *lost)


def _figures(of: Slice | UnderCondition) -> tuple[float, ...]:
    """Under FIGURES."""
    reached = of.rates
    return (
        reached.accuracy,
        of.accuracy.low,
        of.accuracy.high,
        _number(of.auc),
        _number(reached.true_positive_rate),
        _number(reached.true_negative_rate),
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
