"""Several runs of a kind beside each other; ratios are to the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from host.base.errors import HostError
from host.bench.latency.compare import LatencyRun, compare_runs, verdict_words
from host.bench.latency.plots import ecdf_plot
from host.bench.latency.show import comparison_notes
from host.bench.latency.tables import INFERENCES
from host.bench.power.saved_figures import power_figures
from host.report.blocks import Block, Paragraph, Section, Table
from host.report.units import milliseconds, prefixed
from host.runs.read import Run


def latency_comparison(runs: Sequence[LatencyRun]) -> Section:
    """Distributions in one picture, then each run against the first."""
    first = runs[0]
    estimated = any(of.summary.estimated for of in runs)
    curves = []
    for of in runs:
        cycles = of.run.columns(INFERENCES.name, ["inference_cycles"])["inference_cycles"]
        word = " (estimated)" if of.summary.estimated else ""
        curves.append((of.name + word, cycles.astype(np.float64) * 1000 / of.summary.clock_hz))
    title = "inference" + (", estimated" if estimated else "")
    blocks: list[Block] = [ecdf_plot("comparison", curves, title)]
    for other in runs[1:]:
        blocks += _against(first, other)
    return Section("Comparison of latencies", tuple(blocks))


def _against(first: LatencyRun, other: LatencyRun) -> list[Block]:
    try:
        found = compare_runs(first.run, other.run)
    except HostError as error:
        return [Paragraph(f"Not compared: {error}.", warning=True)]
    rows = tuple(
        (
            stage.name,
            verdict_words(stage.p50, first.name, other.name),
            milliseconds(stage.a_ms),
            milliseconds(stage.b_ms),
            f"{stage.p50.value:.4f}",
            f"{stage.mean.value:.4f}",
        )
        for stage in found.stages
    )
    heading = (
        "stage",
        "verdict, by p50",
        f"{first.name} p50 ms",
        f"{other.name} p50 ms",
        "p50 ratio",
        "mean ratio",
    )
    warnings = [
        Paragraph(f"Different conditions: {line}", warning=True) for line in found.differences
    ]
    notes = " ".join(f"{line}." for line in comparison_notes(found))
    return [*warnings, Table(heading, rows, notes, text_columns=2)]


def power_comparison(runs: Sequence[Run]) -> Section:
    """The energy of an inference in each run."""
    rows = []
    first = power_figures(runs[0])
    for run in runs:
        found = power_figures(run)
        fair = found.word == first.word and found.gross_j and first.gross_j
        ratio = (
            f"{found.gross_j / first.gross_j:.4f}"
            if fair and found.gross_j and first.gross_j
            else "–"
        )
        rows.append(
            (
                run.directory.name,
                found.word,
                prefixed(found.gross_j, "J", 4),
                prefixed(found.net_j, "J", 4),
                prefixed(found.inference_current_a, "A", 4),
                f"{found.supply_volt:g} V",
                ratio,
            )
        )
    heading = ("run", "", "gross each", "net each", "current", "supply", "gross ratio")
    caption = "Ratios are to the first run, where both were measured or both estimated."
    return Section(
        "Comparison of energies", (Table(heading, tuple(rows), caption, text_columns=2),)
    )
