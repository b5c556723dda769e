"""One mode of MLPerf Tiny on a page. All figures come from the rows, so that an interrupted run has its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.base.errors import HostError
from host.bench.latency.plots import plain_ticks
from host.bench.mlperf.energy import EnergyWindow, short_of
from host.bench.mlperf.modes import TOP1_TARGET, area_under_curve, few_pictures, short_windows
from host.bench.mlperf.tables import ACCURACY, ENERGY, LAYOUTS, MODE, PERFORMANCE
from host.report.blocks import Block, Plot, Section, Table, Tile
from host.report.conditions import place_words
from host.report.figure import COLOURS, new_figure, plot_style
from host.report.units import prefixed, split_unit
from host.runs.read import Columns, Run
from host.runs.typed_json import parse_texts

UNIT = {PERFORMANCE: "inferences a second", ENERGY: "mJ an inference"}


def _mode(run: Run) -> str:
    mode = run.conditions.details.get(MODE, "")
    if mode not in LAYOUTS:
        raise HostError(f"{run.directory}: {MODE} {mode[:40]!r} is unknown: the file is damaged")
    return mode


def _rows(run: Run) -> Columns:
    rows = run.columns(LAYOUTS[_mode(run)].name)
    if not len(next(iter(rows.values()))):
        raise HostError(f"{run.directory} ended before anything was measured", "measure again")
    return rows


def _each(run: Run) -> np.ndarray:
    """Of each window: inferences a second, or joules an inference."""
    rows = _rows(run)
    if _mode(run) == ENERGY:
        return np.asarray(rows["energy_j"] / rows["iterations"], np.float64)
    return np.asarray(rows["iterations"] / rows["seconds"], np.float64)


def title(run: Run) -> str:
    """Mode, model and board."""
    return f"MLPerf Tiny, {_mode(run)}: {place_words(run)}"


def _how(run: Run) -> str:
    return "estimated" if run.conditions.estimated else "measured"


def verdict(run: Run) -> str:
    """The mode's figure."""
    rows = _rows(run)
    if _mode(run) == ACCURACY:
        top1 = 100 * float(rows["hit"].mean())
        return f"{top1:.1f} % of {len(rows['hit']):,} pictures are right (target: {100 * TOP1_TARGET:.0f} %)."
    median = float(np.median(_each(run)))
    figure = prefixed(median, "J", 4) if _mode(run) == ENERGY else f"{median:.3f}"
    what = "an inference, gross" if _mode(run) == ENERGY else "inferences a second"
    return f"{figure} {what}, {_how(run)}: median of {len(rows['seconds'])} windows."


def warnings(run: Run) -> list[str]:
    """What the runner said with it; that it is an estimate."""
    notes = parse_texts(run.summary.get("notes", []), f"{run.directory}: notes")
    lines = [note for note in notes if not note.startswith("ESTIMATED")]
    if not run.summary and (short := _short(run)):  # killed before its end
        lines.append(short)
    if run.conditions.estimated and _mode(run) != ACCURACY:
        lines.insert(0, f"ESTIMATED. Cycles: {run.conditions.cycles}.")
    return lines


def _short(run: Run) -> str:
    """Why its rows are no figure to quote, else empty."""
    rows, mode = _rows(run), _mode(run)
    if mode == ACCURACY:
        return few_pictures(len(rows["hit"]))
    if mode == PERFORMANCE:
        return short_windows(list(zip(rows["iterations"], rows["seconds"], strict=True)))
    columns = [rows[name].tolist() for name in LAYOUTS[ENERGY].names]
    each = zip(*columns, strict=True)
    return short_of(
        [EnergyWindow(n, s, j, lost, uncertainty) for n, s, j, uncertainty, lost in each]
    )


def tiles(run: Run) -> tuple[Tile, ...]:
    """The figure first."""
    rows, mode = _rows(run), _mode(run)
    if mode == ACCURACY:
        auc = area_under_curve(rows["truth"].tolist(), rows["score"].tolist())
        return (
            Tile("top-1", f"{100 * float(rows['hit'].mean()):.1f}", "%", "by the board's scores"),
            Tile("AUC", "–" if auc is None else f"{auc:.4f}", "", "one class only" if auc is None else ""),
            Tile("pictures", f"{len(rows['hit']):,}", "", run.conditions.details.get("pictures", "")),
        )  # fmt: skip
    median = float(np.median(_each(run)))
    value, unit = (
        split_unit(prefixed(median, "J", 4)) if mode == ENERGY else (f"{median:.3f}", "/s")
    )
    spread = f"{len(rows['seconds'])} windows of {float(rows['seconds'].min()):.2f} s or more"
    return (Tile(f"median, {_how(run)}", value, unit, spread),)


def sections(run: Run, prefix: str = "", name: str = "") -> list[Section]:
    """prefix: of figures' names, name: behind titles, where a page has several runs."""
    tail = name and f" of {name}"
    if _mode(run) == ACCURACY:
        return [Section(f"Scores{tail}", _scores(run, prefix))]
    rows, each = _rows(run), _each(run) * (1e3 if _mode(run) == ENERGY else 1)
    unit = UNIT[_mode(run)]
    table = tuple(
        (str(number), f"{seconds:.3f}", f"{iterations:,}", f"{value:.4f}")
        for number, (seconds, iterations, value) in enumerate(
            zip(rows["seconds"], rows["iterations"], each, strict=True), 1
        )
    )
    with plot_style():
        figure = new_figure(9.0, 0.9 + 0.3 * len(each))
        axes: Any = figure.subplots()
        axes.barh(np.arange(1, len(each) + 1), each, color=COLOURS[0], height=0.7)
        axes.set(title=f"windows, {_how(run)}", xlabel=unit, ylabel="window")
        axes.invert_yaxis()
        axes.yaxis.get_major_locator().set_params(integer=True)
    caption = "The median counts; the rules ask for 5 windows of at least 10 s and 10 inferences."
    heading = ("window", "seconds", "inferences", unit)
    blocks: tuple[Block, ...] = (
        Plot(f"{prefix}windows", figure, caption),
        Table(heading, table),
    )
    return [Section(f"Windows{tail}", blocks)]


def _scores(run: Run, prefix: str) -> tuple[Block, ...]:
    rows = _rows(run)
    with plot_style():
        figure = new_figure(9.0, 2.8)
        axes: Any = figure.subplots()
        for truth, label, colour in ((0, "no person", COLOURS[0]), (1, "person", COLOURS[1])):
            scores = rows["score"][rows["truth"] == truth]
            axes.hist(scores, bins=np.linspace(0, 1, 33), color=colour, alpha=0.6, label=label)
        axes.set(
            title="scores by what is in the picture", xlabel="score of person", ylabel="pictures"
        )
        axes.legend(fontsize=8.5)
        plain_ticks(axes)
    wrong = np.flatnonzero(~rows["hit"])
    shown = tuple(
        (str(rows["picture"][at]), "person" if rows["truth"][at] else "no person", f"{rows['score'][at]:.3f}")
        for at in wrong[:50]
    )  # fmt: skip
    table = Table(
        ("wrong", "is", "score of person"),
        shown or (("none", "–", "–"),),
        f"{len(wrong):,} wrong",
        2,
    )
    return (Plot(f"{prefix}scores", figure, "By the board's own answers."), table)
