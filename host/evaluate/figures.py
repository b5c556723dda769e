"""The evaluation as matplotlib figures: ROC, scores, calibration, slices, the worst pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from host.evaluate.evaluation import Evaluation
from host.evaluate.metrics import Curve
from host.evaluate.slices import SET, Slice
from host.report.figure import COLOURS, FAINT, new_figure, plain_log, plot_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 40
SHEET_COLUMNS = 8


def roc_figure(found: Evaluation, roc: Curve) -> Figure:
    """ROC beside precision over recall; the threshold in use and the chosen ones are marked."""
    with plot_style():
        figure = new_figure(9.0, 4.2)
        left, right = figure.subplots(1, 2)
        left.plot([0, 1], [0, 1], color=FAINT, linestyle=":", label="chance")
        left.step(roc.false_positive_rate, roc.true_positive_rate, where="post")
        left.set(xlabel="false positive rate", ylabel="true positive rate", aspect="equal")
        left.set_title(f"ROC, AUC {found.auc:.3f}")
        right.plot(roc.true_positive_rate, roc.precision)
        right.set(xlabel="recall (true positive rate)", ylabel="precision", aspect="equal")
        right.set_title(f"average precision {found.average_precision:.3f}")
        share = roc.positives / (roc.positives + roc.negatives)
        right.axhline(share, color=FAINT, linestyle=":", label="chance")
        for number, (name, threshold) in enumerate(_marked(found)):
            at = int(np.searchsorted(-roc.threshold, -threshold, side="right")) - 1
            style: dict[str, Any] = {
                "marker": "os^Dv"[number % 5],
                "color": COLOURS[(number + 1) % len(COLOURS)],
                "linestyle": "none",
                "markersize": 7,
                "zorder": 3,
            }
            hit = roc.true_positive_rate[at]
            left.plot(roc.false_positive_rate[at], hit, label=f"{threshold:.3f} {name}", **style)
            right.plot(hit, roc.precision[at], **style)
        for axes in (left, right):
            axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        left.legend(loc="lower right", fontsize=7.5, title="threshold", title_fontsize=8)
    return figure


def scores_figure(found: Evaluation) -> Figure:
    """How the positive class's score is spread over the pictures of each class."""
    scored = found.scored
    assert scored.positive is not None
    with plot_style():
        figure = new_figure(9.0, 2.8)
        axes = figure.subplots()
        edges = np.linspace(0, 1, 41).tolist()
        named = scored.labels[scored.positive]
        groups = (
            (scored.is_positive, named, COLOURS[1]),
            (~scored.is_positive, "others", COLOURS[0]),
        )
        for members, name, colour in groups:
            label = f"{name}, {int(members.sum())} pictures"
            axes.hist(scored.chance[members], edges, alpha=0.6, color=colour, label=label)
        axes.axvline(
            found.threshold, color="black", linewidth=1, label=f"threshold {found.threshold:g}"
        )
        axes.set(xlabel=f"score of {named}", ylabel="pictures", xlim=(0, 1), yscale="symlog")
        plain_log(axes.yaxis)
        axes.set_title("scores")
        axes.legend(loc="upper center", frameon=True, facecolor="white", framealpha=1.0)
    return figure


def calibration_figure(found: Evaluation) -> Figure:
    """The predicted probability against the observed frequency."""
    calibration = found.calibration
    with plot_style():
        figure = new_figure(9.0, 3.6)
        left, right = figure.subplots(1, 2)
        left.plot([0, 1], [0, 1], color=FAINT, linestyle=":")
        predicted = [b.predicted for b in calibration.bins]
        came = np.array([b.happened for b in calibration.bins])
        low = came - [b.interval.low for b in calibration.bins]
        high = [b.interval.high for b in calibration.bins] - came
        left.errorbar(predicted, came, np.maximum([low, high], 0), marker="o", capsize=3)
        left.set(
            xlabel=f"predicted probability (mean {calibration.of})",
            ylabel="observed frequency",
            xlim=(0, 1),
            ylim=(0, 1),
        )
        left.set_aspect("equal")
        left.set_title(f"calibration, ECE {calibration.error:.3f}")
        middles = [(b.low + b.high) / 2 for b in calibration.bins]
        right.bar(middles, [b.count for b in calibration.bins], width=0.09)
        right.set(xlabel=calibration.of, ylabel="pictures", xlim=(0, 1))
        right.set_title("pictures in each bin")
    return figure


def slices_figure(slices: Sequence[Slice]) -> Figure:
    """Accuracy of each slice with its interval, families apart."""
    shown = slices[:MOST_BARS]
    with plot_style():
        figure = new_figure(9.0, 0.9 + 0.27 * len(shown))
        axes = figure.subplots()
        families = list(dict.fromkeys(s.family for s in shown))
        for row, each in enumerate(shown):
            reached = each.rates.accuracy
            around = [[reached - each.accuracy.low], [each.accuracy.high - reached]]
            colour = FAINT if each.family == SET else COLOURS[families.index(each.family) % 6]
            axes.barh(row, reached, color=colour, alpha=0.45, height=0.7)
            axes.errorbar(
                reached, row, xerr=np.maximum(around, 0), color="black", capsize=2, linewidth=1
            )
        names = [f"{s.family}: {s.name}  ({s.rates.count})"[:60] for s in shown]
        axes.set_yticks(range(len(shown)), names)
        axes.invert_yaxis()
        lowest = min(s.accuracy.low for s in shown)
        axes.set_xlim(max(0.0, np.floor(10 * lowest) / 10 - 0.05), 1.0)
        axes.set(xlabel="accuracy, with its 95 % interval (Wilson); in brackets: pictures")
        axes.grid(visible=False, axis="y")
    return figure


def worst_figure(found: Evaluation, pixels: NDArray[np.uint8], names: Sequence[str]) -> Figure:
    """pixels: uint8 [N, height, width, 1 or 3], what the model saw; names: of all N pictures."""
    rows = -(-len(found.worst) // SHEET_COLUMNS)
    with plot_style():
        figure = new_figure(9.0, 0.1 + 1.5 * rows)
        grid = figure.subplots(rows, SHEET_COLUMNS, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, index in zip(grid.flat, found.worst, strict=False):
            picture = pixels[index]
            grey = picture.shape[2] == 1
            axes.imshow(
                picture[..., 0] if grey else picture,
                cmap="gray" if grey else None,
                vmin=0,
                vmax=255,
            )
            axes.set_title(
                _title(found, index), fontsize=6.5, loc="center", pad=2, fontweight="normal"
            )
            name = names[index].rpartition("/")[2].rpartition(".")[0]
            axes.text(
                0.5,
                -0.03,
                name[-24:],
                fontsize=5,
                color=FAINT,
                ha="center",
                va="top",
                transform=axes.transAxes,
            )
    return figure


def _title(found: Evaluation, index: int) -> str:
    scored = found.scored
    truth = int(scored.truth[index])
    return f"{scored.labels[truth]}: {scored.scores[index, truth]:.2f}"[:26]


def _marked(found: Evaluation) -> list[tuple[str, float]]:
    chosen = [(choice.criterion, choice.threshold) for choice in found.choices]
    return [("in use", found.threshold), *chosen]
