"""Plots of power runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from host.bench.power.saved_figures import SavedState
from host.report.blocks import Plot
from host.report.envelope import Envelope, Values, envelope
from host.report.figure import COLOURS, FAINT, INK, new_figure, plain_log, plot_style
from host.runs.read import Columns, Run

CURRENT, WINDOW = COLOURS[0], "#fde3c8"
MOST_DETAIL = 20_000


def trace_plot(name: str, run: Run, word: str) -> Plot:
    """The whole run: mean current, least to most around it, holds named, inference windows shaded."""
    drawn, segments = _trace(run)
    windows = run.columns("windows", ["start_s", "seconds"])
    with plot_style():
        figure = new_figure(9.0, 3.4)
        axes = figure.subplots()
        for start, seconds in zip(windows["start_s"], windows["seconds"], strict=True):
            axes.axvspan(start, start + seconds, color=WINDOW, lw=0, zorder=0)
        low, mean, high = (1000 * part for part in (drawn.low, drawn.mean, drawn.high))
        axes.fill_between(
            drawn.time, low, high, color=CURRENT, alpha=0.25, lw=0, label="least to most"
        )
        axes.plot(drawn.time, mean, color=CURRENT, lw=0.9, label=f"current, {word}")
        top = float(high.max()) if len(high) else 1.0
        axes.set(xlabel="s, pauses between holds left out", ylabel="mA", ylim=(0, 1.22 * top))
        for start, label in segments:
            axes.axvline(start, color=FAINT, lw=0.5, ls=":")
            words = label.replace("_", " ")
            axes.text(start, 1.2 * top, f" {words}", rotation=90, va="top", fontsize=7, color=INK)
        axes.set_title(f"current, {word}; inference windows shaded")
        figure.legend(loc="outside lower center", ncols=2, fontsize=8.5)
    return Plot(name, figure, "Every hold of the run, means of a millisecond or longer.")


def detail_plot(name: str, run: Run, word: str) -> Plot | None:
    """Some inferences at the meter's own rate, the marker shaded; None when none were kept."""
    if "detail" not in run.layouts:
        return None
    rows = run.columns("detail")
    if not len(rows["time_s"]):
        return None
    step = -(-len(rows["time_s"]) // MOST_DETAIL)
    time = 1000 * (rows["time_s"] - rows["time_s"][0])
    with plot_style():
        figure = new_figure(9.0, 2.6)
        axes = figure.subplots()
        for start, end in _high(rows["marker"]):
            axes.axvspan(time[start], time[end], color=WINDOW, lw=0, zorder=0)
            axes.axvline(time[start], color=COLOURS[1], lw=0.8, zorder=1)
        axes.plot(time[::step], 1000 * rows["current_a"][::step], color=CURRENT, lw=0.8)
        axes.set(
            title=f"single inferences, {word}; marker pin high: shaded, lines at its rises",
            xlabel="ms",
            ylabel="mA",
        )
        axes.set_ylim(bottom=0)
    return Plot(
        name, figure, "The first inferences of the first window, every sample of the meter."
    )


def states_plot(name: str, states: tuple[SavedState, ...], word: str) -> Plot:
    """Mean current of each state, on a logarithmic axis; at least one of them is above 0."""
    shown = [state for state in states if state.current_a > 0]
    with plot_style():
        figure = new_figure(9.0, 0.9 + 0.3 * len(shown))
        axes = figure.subplots()
        places = [float(place) for place in range(len(shown))]
        milliamperes = [1000 * state.current_a for state in shown]
        colours = ["#c4ccd6" if state.refused else CURRENT for state in shown]
        axes.barh(places, milliamperes, color=colours, height=0.65)
        errors = [1000 * state.current_a * state.uncertainty for state in shown]
        if any(errors):
            axes.errorbar(milliamperes, places, xerr=errors, fmt="none", ecolor=INK, capsize=3)
        for place, value, error in zip(places, milliamperes, errors, strict=True):
            unsure = f" ± {error / value:.0%}" if error else ""
            axes.text(
                (value + error) * 1.06, place, f"{value:.3g} mA{unsure}", va="center", fontsize=8
            )
        axes.set_yticks(places, [state.state.replace("_", " ") for state in shown])
        axes.set(
            xscale="log", xlabel="mA, logarithmic", title=f"mean current of each state, {word}"
        )
        plain_log(axes.xaxis)
        axes.set_xlim(min(milliamperes) / 3, max(milliamperes) * 3)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
    return Plot(name, figure, "Each state is held and measured by itself.")


def energies_plot(name: str, energies_j: Values, word: str) -> Plot:
    """The energy of every single inference."""
    with plot_style():
        figure = new_figure(9.0, 2.5)
        axes = figure.subplots()
        values = 1000 * energies_j
        room = max(float(np.ptp(values)) * 0.05, 0.005 * float(values.mean()))
        edges = np.linspace(values.min() - room, values.max() + room, 41).tolist()
        axes.hist(values, bins=edges, color=CURRENT)
        axes.set(
            title=f"energy of single inferences, {word}", xlabel="mJ, gross", ylabel="inferences"
        )
        axes.ticklabel_format(axis="both", style="plain", useOffset=False)
    return Plot(name, figure, f"n = {len(values)}.")


def _trace(run: Run) -> tuple[Envelope, list[tuple[float, str]]]:
    """The trace in bounded memory, and where each hold begins."""
    segments: list[tuple[float, str]] = []

    def blocks() -> Iterator[tuple[Values, Values, Values, Values]]:
        for rows in run.batches("trace"):
            _note_segments(rows, segments)
            names = ("time_s", "current_min_a", "current_a", "current_max_a")
            time, low, mean, high = (rows[name].astype(np.float64) for name in names)
            yield time, low, mean, high

    return envelope(blocks()), segments


def _note_segments(rows: Columns, segments: list[tuple[float, str]]) -> None:
    names = rows["segment"]
    if not len(names):
        return
    firsts = np.flatnonzero(names[1:] != names[:-1]) + 1
    for first in (0, *firsts.tolist()):
        if not segments or segments[-1][1] != str(names[first]):
            segments.append((float(rows["time_s"][first]), str(names[first])))


def _high(marker: Any) -> list[tuple[int, int]]:
    """First and last sample of each time that the marker was high."""
    edges = np.diff(np.concatenate([[0], marker.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1, strict=True))
