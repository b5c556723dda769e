"""Two latency runs -> ratios with confidence intervals, and what stands between them and a fair comparison."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from host.base.errors import HostError
from host.bench.latency.bootstrap import Ratio, Verdict, beyond_runs, mean, median, ratio
from host.bench.latency.figures import INJECTED, ON_BOARD, Summary
from host.bench.latency.spread import Values
from host.bench.latency.tables import INFERENCES, KIND, columns_of
from host.bench.latency.unfinished import summary_of_rows
from host.runs.conditions import BoardConditions
from host.runs.read import Run
from host.runs.typed_json import parse

# How far the medians of two runs of one build may lie apart: twice the widest of nine runs of `--count 25 --warm-up 5
# --no-layers --port virtual`, which differ in where the sensor's frame stands when the first is read. A real board's
# was never measured, and is no less.
RUN_TO_RUN = {
    "capture": 0.010,
    "inference": 0.0004,
    "send": 0.022,
    "period": 0.0016,
    "overlapped": 0.023,
    "age": 0.0042,
}
# the medians of those nine by this computer's clock: a factor of two, by its other work
EMULATED_HOST = math.inf
IDENTITY = ("port", "labels", "serial_number")  # a difference in these alone changes no figure


@dataclass(frozen=True)
class LatencyRun:
    """A run of this tool with its figures."""

    run: Run
    summary: Summary

    @property
    def name(self) -> str:
        """The directory's."""
        return self.run.directory.name or str(self.run.directory)


@dataclass(frozen=True)
class StageRatio:
    """B over A of one stage, by medians and by means. a_ms, b_ms: medians."""

    name: str
    a_ms: float
    b_ms: float
    p50: Ratio
    mean: Ratio


@dataclass(frozen=True)
class Comparison:
    """differences: conditions that differ, in words. Only figures of one kind of board are compared."""

    a: LatencyRun
    b: LatencyRun
    stages: tuple[StageRatio, ...]
    differences: tuple[str, ...]


def latency_run(run: Run) -> LatencyRun:
    """Of a killed run, from its rows. Raises HostError for another tool's, or one without an inference."""
    if run.kind != KIND:
        raise HostError(f"{run.directory} is a run of {run.kind}, not of {KIND}")
    if not run.summary:
        return LatencyRun(run, summary_of_rows(run))
    summary = parse(Summary, run.summary, f"{run.directory}: summary")
    if summary.stage("inference") is None or summary.clock_hz <= 0 or summary.count < 1:
        raise HostError(f"{run.directory}: its summary has no inferences: the file is damaged")
    if not len(run.columns(INFERENCES.name, ["frame"])["frame"]):
        raise HostError(f"{run.directory}: its table of inferences is empty: the file is damaged")
    return LatencyRun(run, summary)


def compare_runs(a: Run, b: Run) -> Comparison:
    """Raises HostError when the two cannot be compared at all."""
    first, second = latency_run(a), latency_run(b)
    _check_comparable(first, second)
    names = [*ON_BOARD, "host"]
    values = [(name, values_ms(first, name), values_ms(second, name)) for name in names]
    spreads = RUN_TO_RUN | ({"host": EMULATED_HOST} if first.summary.estimated else {})
    stages = [_stage(n, x, y, spreads.get(n, 0.0)) for n, x, y in values if len(x) and len(y)]
    return Comparison(first, second, tuple(stages), tuple(_differences(a, b)))


def values_ms(of: LatencyRun, name: str) -> Values:
    """Every value above 0 of a stage: 0 stands for what did not happen."""
    if name == "host":
        values = of.run.columns(INFERENCES.name, ["host_ms"])["host_ms"].astype(np.float64)
    elif of.summary.source == INJECTED and name != "inference":
        return np.empty(0)
    else:
        column = f"{name}_cycles"
        cycles = columns_of(of.run, ["frame", column])[column].astype(np.float64)
        values = cycles * 1000 / of.summary.clock_hz
    return values[values > 0]


def verdict_words(found: Ratio, a: str = "A", b: str = "B") -> str:
    """One sentence without its end."""
    per_cent = f"{100 * abs(found.value - 1):.2f} %"
    if found.verdict is Verdict.EQUAL:
        return "equal: every value is the same"
    if found.verdict is Verdict.TOO_FEW:
        return f"{found.value:.4f}; too few values for an interval"
    if found.verdict is Verdict.RUNS:
        return f"no verdict: {found.value:.4f}; two runs of one build differ as much"
    between = f"95 % interval {found.low:.4f}..{found.high:.4f}"
    if found.verdict is Verdict.NOISE:
        return f"within noise: {found.value:.4f}, {between}"
    return f"{b} is {per_cent} {found.verdict.value} than {a} ({between})"


def _stage(name: str, a: Values, b: Values, spread: float) -> StageRatio:
    return StageRatio(
        name=name,
        a_ms=float(np.median(a)),
        b_ms=float(np.median(b)),
        p50=beyond_runs(ratio(a, b, median), spread),
        mean=beyond_runs(ratio(a, b, mean), spread),
    )


def _check_comparable(a: LatencyRun, b: LatencyRun) -> None:
    if a.summary.estimated != b.summary.estimated:
        which, other = (a, b) if a.summary.estimated else (b, a)
        raise HostError(
            f"{which.run.directory} is estimated (a virtual board), {other.run.directory} was "
            "measured on hardware: their ratio would say nothing",
            "measure both on one kind of board",
        )
    if a.summary.source != b.summary.source:
        raise HostError(
            f"{a.run.directory} is of the source {a.summary.source}, {b.run.directory} of "
            f"{b.summary.source}",
            "measure both with --camera or both with --injected",
        )
    for run in (a.run, b.run):
        if run.conditions.board is None or not a.summary.clock_hz or not b.summary.clock_hz:
            raise HostError(f"{run.directory} does not say which board it is of", "measure again")


def _differences(a: Run, b: Run) -> list[str]:
    """Conditions of the boards that differ and may explain a ratio."""
    one, two = a.conditions.board, b.conditions.board
    assert one is not None and two is not None
    lines = [
        f"{field.name.replace('_', ' ')}: {getattr(one, field.name)} / {getattr(two, field.name)}"
        for field in dataclasses.fields(BoardConditions)
        if field.name not in IDENTITY and getattr(one, field.name) != getattr(two, field.name)
        if field.name != "flags" or (one.flags and two.flags)  # known of both
    ]
    if not one.is_virtual and one.serial_number != two.serial_number:
        lines.append(f"board: {one.serial_number} / {two.serial_number}")
    images = [run.conditions.details.get("images", "") for run in (a, b)]
    if images[0] != images[1]:
        lines.append(f"images: {images[0]} / {images[1]}")
    lines += [
        f"{run.directory.name} was interrupted: {run.reason}" for run in (a, b) if run.interrupted
    ]
    return lines
