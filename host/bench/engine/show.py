"""A report as a rich table, with totals and conditions below it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.bench.engine.baseline import Comparison
from host.bench.engine.figures import Report
from host.bench.engine.layers import LayerCost
from host.bench.engine.memory import Footprint
from host.compiler.format import NO_SOURCE
from host.virtual.window import Reading

NUMBERS = ("#", "output", "steps", "MACs", "instructions", "c/MAC", "% SMLAD", "flash rd")


def engine_table(report: Report, comparison: Comparison | None) -> Group:
    """Operators, totals, memory, conditions."""
    lines: list[RenderableType] = [_layers(report, comparison)]
    if report.clock:
        lines.append(_clock(*report.clock))
    if report.model_macs and report.model_macs != report.macs:
        lines.append(_text(f"{report.model_macs - report.macs:,} MACs of dead channels removed"))
    if report.footprint:
        lines += _memory(report.footprint)
    low, high = report.spread
    lines.append(_text(f"cycles over the images: {low:,} .. {high:,}; the table is the median one"))
    lines.append(
        Text(f"scores: {report.exactness.why}", style="" if report.exactness.exact else "bold red")
    )
    if comparison:
        lines.append(_text(_change(comparison)))
    lines.append(_text(report.conditions.line()))
    return Group(*lines)


def _layers(report: Report, comparison: Comparison | None) -> Table:
    cycles = "est. cycles" if report.total else "cycles"
    names = ["#", "operator", "output", "steps", "MACs", "instructions", cycles]
    names += ["c/MAC", "% SMLAD", "flash rd", *(["was x"] if comparison else [])]
    table = Table(header_style="bold")
    for name in names:
        right = name in NUMBERS or name in (cycles, "was x")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for index, layer in enumerate(report.layers):
        ratio = [_ratio(comparison.layers[index])] if comparison else []
        table.add_row(*_row(layer), *ratio)
    if report.outside:
        table.add_row("", "between them", "", "", "", *_costs(report.outside))
    table.add_section()
    instructions, cycles_text, *_, words = (
        _costs(report.total) if report.total else ["", f"{report.cycles:,}", ""]
    )
    table.add_row(
        "",
        "total",
        "",
        "",
        f"{report.macs:,}",
        instructions,
        cycles_text,
        f"{report.cycles / report.macs:.2f}" if report.macs else "",
        f"{report.smlad_percent:.0f}",
        words,
        *([_ratio(comparison.cycles)] if comparison else []),
        style="bold",
    )
    return table


def _row(layer: LayerCost) -> list[str]:
    return [
        "-" if layer.source == NO_SOURCE else str(layer.source),
        layer.operator,
        "x".join(map(str, layer.output)),
        str(layer.steps),
        f"{layer.macs:,}" if layer.macs else "",
        _number(layer.instructions),
        f"{layer.cycles:,}",
        "" if layer.cycles_per_mac is None else f"{layer.cycles_per_mac:.2f}",
        "" if layer.smlad_percent is None else f"{layer.smlad_percent:.0f}",
        _number(layer.flash_reads),
    ]


def _costs(cost: Reading) -> list[str]:
    return [f"{cost.instructions:,}", f"{cost.cycles:,}", "", "", f"{cost.flash_reads:,}"]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _clock(reads: int, cycles: int) -> Text:
    return _text(
        f"one engine call between the edges of the marker pin P0.28, timer interrupts included; "
        f"{reads} reads of the clock, {cycles:,} cycles, are in it; "
        "flash rd: data reads of flash, each a word or less"
    )


def _memory(memory: Footprint) -> list[Text]:
    return [
        _text(
            f"flash {memory.flash:,} B: engine {memory.code:,}, CRC-32 {memory.shared:,}, "
            f"model {memory.model:,}"
        ),
        _text(
            f"RAM   {memory.ram:,} B: image {memory.image:,}, arena {memory.arena:,}, "
            f"data and bss {memory.data + memory.bss:,}, peak stack {memory.stack:,} (painted)"
        ),
    ]


def _change(comparison: Comparison) -> str:
    figures = (
        ("instructions", comparison.instructions),
        ("est. cycles", comparison.cycles),
        ("flash", comparison.flash_bytes),
        ("RAM", comparison.ram_bytes),
    )
    changes = ", ".join(f"{name} {100 * (ratio - 1):+.2f} %" for name, ratio in figures)
    other = "" if comparison.same_model else " (the baseline is of another packed model)"
    return f"against the baseline: {changes}{other}"


def _text(line: str) -> Text:
    return Text(line)
