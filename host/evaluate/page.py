"""An evaluation as one page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from host.evaluate import figures, words
from host.evaluate.evaluation import Evaluation
from host.report.blocks import Block, Code, Page, Paragraph, Plot, Section, Table, Tile
from host.runs.conditions import Conditions


def evaluation_page(
    found: Evaluation,
    conditions: Conditions,
    pixels: NDArray[np.uint8],
    names: Sequence[str],
    notes: Sequence[str],
) -> Page:
    """pixels: uint8 [N, height, width, channels], what the model saw; names: the N pictures' paths; notes: what was
    assumed about labels and data."""
    sections = [_curves(found), _confusion(found), _calibration(found), _slices(found)]
    if found.choices:
        sections.insert(1, _thresholds(found))
    if found.robust:
        sections.append(_robust(found))
    if found.worst:
        sections.append(_worst(found, pixels, names))
    if found.drop or found.looped:
        sections.append(_deployed(found))
    sections.append(_conditions(conditions, notes))
    return Page(
        title=f"Evaluation of {found.model}",
        verdict=words.verdict(found),
        tiles=_tiles(found),
        warnings=tuple(_warnings(found)),
        sections=tuple(section for section in sections if section.blocks),
    )


def _tiles(found: Evaluation) -> tuple[Tile, ...]:
    reached = found.rates
    tiles = [
        Tile(
            "accuracy", words.percent(reached.accuracy), note=f"95 %: {words.span(found.accuracy)}"
        ),
        Tile("AUC", words.plain(found.auc), note=f"95 %: {words.span(found.auc_interval, False)}"),
    ]
    if found.scored.positive is not None:
        name = found.scored.labels[found.scored.positive]
        tiles += [
            Tile("true positives", words.percent(reached.true_positive_rate), note=f"{name} found"),
            Tile(
                "true negatives",
                words.percent(reached.true_negative_rate),
                note="others left alone",
            ),
        ]
    tiles.append(
        Tile("ECE", words.plain(found.calibration.error), note="0: scores are frequencies")
    )
    if found.looped:
        different = len(found.looped.different)
        value = f"{different} differ" if different else "equal"
        tiles.append(
            Tile("board against PC", value, note=f"{len(found.looped.raw)} pictures, every byte")
        )
    tiles.append(Tile("pictures", str(reached.count), note=found.data))
    return tuple(tiles)


def _warnings(found: Evaluation) -> list[str]:
    lines = [words.gap_line(gap) for gap in found.gaps if gap.real]
    if found.looped and found.looped.different:
        lines.insert(0, found.looped.line)
    return lines


def _curves(found: Evaluation) -> Section:
    if found.roc is None:
        return Section("Curves", ())
    return Section(
        "ROC and scores",
        (
            Plot(
                "roc",
                figures.roc_figure(found, found.roc),
                "Left: every threshold's trade. Right: precision.",
            ),
            Plot(
                "scores",
                figures.scores_figure(found),
                "Where the two classes lie; the count's axis is logarithmic.",
            ),
        ),
    )


def _thresholds(found: Evaluation) -> Section:
    rows = tuple(words.choice_row(choice) for choice in found.choices)
    table = Table(words.CHOICE_HEADING, rows)
    return Section("Which threshold", (table, Paragraph(words.choice_words(found))))


def _confusion(found: Evaluation) -> Section:
    labels = found.scored.labels
    rows = tuple(
        (label, *map(str, row)) for label, row in zip(labels, found.confusion, strict=True)
    )
    return Section("Confusion matrix", (Table(("true \\ predicted", *labels), rows),))


def _calibration(found: Evaluation) -> Section:
    caption = (
        "On the dotted line the predicted probability is the observed frequency. Expected calibration "
        f"error {found.calibration.error:.3f}, "
        f"Brier score {found.calibration.brier:.3f}; bars: 95 % (Wilson)."
    )
    return Section(
        "Calibration", (Plot("calibration", figures.calibration_figure(found), caption),)
    )


def _slices(found: Evaluation) -> Section:
    blocks: list[Block] = [
        Plot("slices", figures.slices_figure(found.slices), "Few pictures make wide intervals."),
        Table(words.SLICE_HEADING, tuple(words.slice_row(each) for each in found.slices)),
    ]
    blocks += [Paragraph(words.gap_line(gap), warning=gap.real) for gap in found.gaps]
    return Section("Slices", tuple(blocks))


def _robust(found: Evaluation) -> Section:
    rows = tuple(words.robust_row(each) for each in found.robust)
    blocks = (Table(words.ROBUST_HEADING, rows), Paragraph(words.robust_line(found)))
    return Section("Sensor conditions", blocks)


def _worst(found: Evaluation, pixels: NDArray[np.uint8], names: Sequence[str]) -> Section:
    caption = (
        "What the model saw. Above each: what is true, and the score it gave that; lowest first."
    )
    return Section(
        "Worst pictures", (Plot("worst", figures.worst_figure(found, pixels, names), caption),)
    )


def _deployed(found: Evaluation) -> Section:
    blocks: list[Block] = []
    drop = words.drop_line(found)
    if drop:
        blocks.append(Paragraph(drop))
    if found.looped:
        blocks.append(Paragraph(found.looped.line, warning=bool(found.looped.different)))
    return Section("Float, int8, board", tuple(blocks))


def _conditions(conditions: Conditions, notes: Sequence[str]) -> Section:
    rows = (*conditions.lines(), *(("note", note) for note in notes))
    return Section(
        "Conditions",
        (Code(conditions.command), Table(("", ""), tuple(rows), text_columns=2)),
    )
