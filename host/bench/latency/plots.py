"""Plots of latency runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from host.bench.latency.figures import LayerStage, Stage
from host.bench.latency.spread import Values
from host.report.blocks import Plot
from host.report.envelope import envelope
from host.report.figure import COLOURS, FAINT, INK, new_figure, plot_style

BINS = 40
LEAST_REST = 1.002  # of all stages together: less than that is not to be seen
NARROWEST = 0.01  # of the median: a narrower axis would show noise as mountains
BOARD_COLOUR, HOST_COLOUR = COLOURS[0], COLOURS[1]
STAGE_COLOURS = {
    "capture": COLOURS[5],
    "preprocess": COLOURS[2],
    "inference": COLOURS[0],
    "send": COLOURS[4],
}


def distribution_plot(name: str, values: Values, title: str, colour: str, note: str) -> Plot:
    """A histogram and the share of values up to each value. values: milliseconds, float64 (n,)."""
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    with plot_style():
        figure = new_figure(9.0, 2.9)
        left, right = figure.subplots(1, 2)
        low, high = _limits(values)
        left.hist(values, bins=np.linspace(low, high, BINS + 1), color=colour)
        left.set(title=f"{title}: histogram", xlabel="ms", ylabel="inferences", xlim=(low, high))
        ordered = np.sort(values)
        steps = np.arange(1, len(values) + 1) / len(values)
        right.step([low, *ordered, high], [0, *steps, 1], where="post", color=colour)
        for share, value in ((0.5, p50), (0.95, p95), (0.99, p99)):
            right.plot([value, value], [0, share], color=FAINT, linewidth=0.8, linestyle=":")
            right.plot([low, value], [share, share], color=FAINT, linewidth=0.8, linestyle=":")
            right.plot([value], [share], "o", color=INK, markersize=3)
        quoted = f"p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f} ms"
        right.set(title=quoted, xlabel="ms", ylabel="share done by then", xlim=(low, high))
        for axes in (left, right):
            plain_ticks(axes)
        left.yaxis.get_major_locator().set_params(integer=True)
    return Plot(name, figure, f"{title}, n = {len(values)}. {note}".strip())


def ecdf_plot(name: str, runs: Sequence[tuple[str, Values]], title: str) -> Plot:
    """Several runs' values in one picture."""
    with plot_style():
        figure = new_figure(9.0, 3.0)
        axes = figure.subplots()
        low, high = _limits(np.concatenate([values for _, values in runs]))
        for number, (label, values) in enumerate(runs):
            ordered, steps = np.sort(values), np.arange(1, len(values) + 1) / len(values)
            colour = COLOURS[number % len(COLOURS)]
            axes.step(
                [low, *ordered, high], [0, *steps, 1], where="post", color=colour, label=label
            )
        axes.set(title=title, xlabel="ms", ylabel="share done by then", xlim=(low, high))
        axes.legend(loc="lower right", fontsize=8)
        plain_ticks(axes)
    return Plot(name, figure, f"{title}: the share of inferences done by a time, of each run.")


def stages_plot(name: str, stages: Sequence[Stage], note: str) -> Plot:
    """The medians of a period's stages, one behind the other."""
    shown = [stage for stage in stages if stage.name in STAGE_COLOURS]
    period = next((stage.ms.p50 for stage in stages if stage.name == "period"), 0.0)
    with plot_style():
        figure = new_figure(9.0, 1.8)
        axes = figure.subplots()
        start = 0.0
        for stage in shown:
            width = stage.ms.p50
            label = f"{stage.name} {width:.1f} ms"
            colour = STAGE_COLOURS[stage.name]
            axes.barh(0, width, left=start, color=colour, label=label, height=0.5)
            start += width
        if period > LEAST_REST * start:
            rest = period - start
            axes.barh(0, rest, left=start, color="#d5dbe3", label=f"rest {rest:.1f} ms", height=0.5)
        axes.set(title="where the time of a frame goes, medians", xlabel="ms", yticks=[])
        axes.set_xlim(0, max(period, start) * 1.001)
        axes.set_ylim(-0.35, 0.35)
        figure.legend(loc="outside lower center", ncols=5, fontsize=8.5)
    return Plot(name, figure, f"A frame from one result to the next. {note}".strip())


def timeline_plot(
    name: str, seconds: Values, series: Sequence[tuple[str, Values, str]], note: str
) -> Plot:
    """What each inference took, over the run. series: (label, milliseconds, colour); 0 is not shown."""
    with plot_style():
        figure = new_figure(9.0, 2.8)
        axes = figure.subplots()
        for label, values, colour in series:
            positive = values > 0
            if positive.any():
                drawn = envelope(
                    [(seconds[positive], values[positive], values[positive], values[positive])]
                )
                axes.fill_between(drawn.time, drawn.low, drawn.high, color=colour, alpha=0.2, lw=0)
                style = "o-" if len(drawn.time) <= 300 else "-"
                axes.plot(drawn.time, drawn.mean, style, color=colour, ms=2.5, lw=1, label=label)
        axes.set(
            title="time line", xlabel="seconds since the first result, host clock", ylabel="ms"
        )
        axes.set_ylim(bottom=0)
        figure.legend(loc="outside lower center", ncols=3, fontsize=8.5)
        plain_ticks(axes)
    return Plot(name, figure, note)


def layers_plot(name: str, layers: Sequence[LayerStage], word: str) -> Plot:
    """A bar a layer, its median; the line ends at the most."""
    with plot_style():
        figure = new_figure(9.0, 0.9 + 0.185 * len(layers))
        axes = figure.subplots()
        places = [float(place) for place in range(len(layers))]
        p50 = np.array([layer.ms.p50 for layer in layers])
        over = np.array([layer.ms.maximum for layer in layers]) - p50
        axes.barh(places, p50, color=BOARD_COLOUR, height=0.72)
        axes.errorbar(p50, places, xerr=[0 * over, over], fmt="none", ecolor=INK, elinewidth=0.8)
        room = 0.01 * float(p50.max())
        for place, layer in zip(places, layers, strict=True):
            text = f"{layer.ms.p50:.2f} ms  {100 * layer.share:.1f} %"
            axes.text(layer.ms.maximum + room, place, text, va="center", fontsize=7.5)
        axes.set_yticks(places, [layer.name for layer in layers], fontsize=8)
        axes.set_xlim(0, float(p50.max() + over.max()) * 1.16)
        axes.set_ylim(len(layers) - 0.4, -0.6)
        axes.set(title=f"layers, {word}p50; line to the most", xlabel="ms")
        axes.grid(visible=False, axis="y")
    return Plot(name, figure, "Operator, its index in the .tflite, and its output's shape.")


def plain_ticks(axes: Any) -> None:
    """No offsets, no powers of ten: 154.05, not 5e-2 + 1.54e2."""
    axes.ticklabel_format(axis="both", style="plain", useOffset=False)


def _limits(values: Values) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = max(0.04 * (high - low), NARROWEST * abs(low + high) / 4, 1e-6)
    return low - room, high + room
