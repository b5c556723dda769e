"""A latency summary and a comparison, for a person at a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.bench.latency.compare import RUN_TO_RUN, Comparison, verdict_words
from host.bench.latency.figures import CAMERA, LayerStage, Lost, Stage, Summary
from host.bench.latency.spread import Spread
from host.runs.conditions import Conditions

QUOTED = {  # heading: field of Spread
    "min": "minimum",
    "p50": "p50",
    "p95": "p95",
    "p99": "p99",
    "max": "maximum",
    "IQR": "iqr",
}
FEWEST_FOR_P99 = 100
WIDE = 112  # columns that all of QUOTED takes: a figure that is cut would be a wrong one
NARROW = ("p50", "p99")  # shown where there are fewer


def summary_table(
    summary: Summary, conditions: Conditions, reason: str = "", width: int = WIDE
) -> Group:
    """reason: why the run was interrupted, empty when it was not. width: columns of the terminal."""
    shown = tuple(QUOTED) if width >= WIDE else NARROW
    lines: list[RenderableType] = []
    if reason:
        lines.append(Text(f"INTERRUPTED after {summary.count} inferences: {reason}", "bold red"))
    lines.append(_stages(summary, shown))
    if summary.layers:
        lines.append(_layers(summary, shown))
    if shown is NARROW:
        lines.append(
            Text(
                f"this terminal is narrow: {' and '.join(NARROW)} alone are shown; the run keeps all"
            )
        )
    lines += [Text(line) for line in notes(summary, conditions)]
    lines += [Text(line, "bold red") for line in alarms(summary)]
    lines.append(Text("; ".join(f"{name}: {value}" for name, value in conditions.lines()), "dim"))
    return Group(*lines)


def comparison_table(found: Comparison) -> Group:
    """A row a stage, warnings above it."""
    lines: list[RenderableType] = [
        Text(f"DIFFERENT CONDITIONS: {line}", "bold red") for line in found.differences
    ]
    table = _table(("stage", "A p50 ms", "B p50 ms", "B/A p50", "B/A mean"), 1)
    table.add_column("verdict, by p50")
    for stage in found.stages:
        ratios = (f"{stage.p50.value:.4f}", f"{stage.mean.value:.4f}")
        medians = (f"{stage.a_ms:,.3f}", f"{stage.b_ms:,.3f}")
        table.add_row(stage.name, *medians, *ratios, verdict_words(stage.p50))
    lines += [table, Text(f"A {found.a.run.directory}, n = {found.a.summary.count}")]
    lines.append(Text(f"B {found.b.run.directory}, n = {found.b.summary.count}"))
    lines += [Text(line) for line in comparison_notes(found)]
    return Group(*lines)


def comparison_notes(found: Comparison) -> list[str]:
    """What the ratios are worth."""
    lines = [
        "intervals: circular block bootstrap, 2,000 resamples, seeded; they hold the noise inside these two runs, "
        "not another day's, another board's or another build's",
        "two runs of one build differ, too: no verdict below "
        + ", ".join(f"{100 * spread:.2g} % ({name})" for name, spread in RUN_TO_RUN.items())
        + ", twice what nine runs on the virtual board differed by",
    ]
    if found.a.summary.estimated:
        lines.append(
            "ESTIMATED: both boards are virtual; `host` is the emulator's speed, NOT a board's"
        )
    return lines


def notes(summary: Summary, conditions: Conditions) -> list[str]:
    """What the figures are of."""
    lines = [
        f"{summary.count} inferences after {summary.warm_up} for warming up, "
        + ("images injected" if summary.source == "injected" else "camera frames")
    ]
    if summary.frames_per_second:
        rate = "estimated" if summary.estimated else "by the board's clock"
        lines.append(f"{summary.frames_per_second:.2f} frames a second, {rate}")
    if summary.estimated:
        lines.append(f"cycles and their ms are ESTIMATED: the board is virtual ({conditions.cpu})")
    if summary.source == CAMERA:
        lines.append(
            "capture, send: beside the other stages; alone, in `bench power` and `bench watch`, they take longer"
        )
    if summary.layers:
        lines.append(
            f"layers: {summary.profiled} inferences of a separate pass, as profiling costs reads of the clock"
        )
    if summary.count < FEWEST_FOR_P99:
        lines.append(
            f"p99 of {summary.count} values lies at their maximum: take --count 100 or more"
        )
    return [*lines, _losses(summary.lost)]


def _losses(lost: Lost) -> str:
    if not lost.known:
        return f"lost messages: NOT KNOWN, it was killed; frames without a result: {lost.frames}"
    return (
        f"lost messages: {lost.total} (wire {lost.wire}, by the board {lost.by_board}, by this "
        f"program {lost.by_host}); frames without a result: {lost.frames}"
    )


def alarms(summary: Summary) -> list[str]:
    """What spoils a figure."""
    lines = [f"the board said: {line}" for line in summary.faults[:3]]
    if summary.lost.total or summary.lost.frames:
        lines.append("LOSSES: the host's times hold gaps; the board's cycles are whole")
    return lines


def stage_row(stage: Stage) -> tuple[str, ...]:
    """name, cycles p50, then QUOTED in ms."""
    cycles = f"{stage.cycles.p50:,.0f}" if stage.cycles else ""
    return (stage.name, cycles, *quoted_ms(stage.ms))


def layer_row(number: int, layer: LayerStage) -> tuple[str, ...]:
    """number, name, share, cycles p50, then QUOTED in ms."""
    share = f"{100 * layer.share:.1f}"
    return (str(number), layer.name, share, f"{layer.cycles.p50:,.0f}", *quoted_ms(layer.ms))


def quoted_ms(spread: Spread) -> tuple[str, ...]:
    """Three decimals: 64 cycles are a thousandth of a millisecond."""
    return tuple(f"{getattr(spread, field):,.3f}" for field in QUOTED.values())


def stage_heading(summary: Summary) -> tuple[str, ...]:
    """Of stage_row."""
    return ("stage", cycles_heading(summary), *(f"{name} ms" for name in QUOTED))


def layer_heading(summary: Summary) -> tuple[str, ...]:
    """Of layer_row."""
    return ("#", "layer", "%", cycles_heading(summary), *(f"{name} ms" for name in QUOTED))


def cycles_heading(summary: Summary) -> str:
    """Estimates are called so in the column itself."""
    return "est. cycles p50" if summary.estimated else "cycles p50"


def _stages(summary: Summary, shown: tuple[str, ...]) -> Table:
    table = _table(_only(stage_heading(summary), shown), 1)
    for stage in summary.stages:
        style = "bold" if stage.name == "inference" else ""
        table.add_row(*_only(stage_row(stage), shown), style=style)
    return table


def _layers(summary: Summary, shown: tuple[str, ...]) -> Table:
    table = _table(_only(layer_heading(summary), shown), 2)
    for number, layer in enumerate(summary.layers):
        table.add_row(*_only(layer_row(number, layer), shown))
    return table


def _only(row: tuple[str, ...], shown: tuple[str, ...]) -> tuple[str, ...]:
    """The last columns are QUOTED: those of them that `shown` names."""
    first = len(row) - len(QUOTED)
    quoted = dict(zip(QUOTED, row[first:], strict=True))
    return (*row[:first], *(quoted[name] for name in shown))


def _table(heading: tuple[str, ...], text_columns: int) -> Table:
    table = Table(header_style="bold")
    for number, name in enumerate(heading):
        right = number >= text_columns
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    return table
