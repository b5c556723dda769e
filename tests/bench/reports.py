"""A small report to compare and print."""

from __future__ import annotations

from dataclasses import replace

from host.bench.engine.figures import Conditions, Report
from host.bench.engine.layers import LayerCost
from host.bench.engine.memory import Footprint
from host.bench.engine.reference import Exactness
from host.virtual.window import Reading

CONDITIONS = Conditions("virtual board", "0.1.0+abc", "GCC 12", "small", "0badf00d", 1, "estimated")
LAYERS = (
    LayerCost(0, "CONV", (8, 8, 2), 1, 1_000, 2_000, 1_500, 70),
    LayerCost(1, "SOFTMAX", (1, 1, 2), 1, 0, 300, 200, 10),
)
REPORT = Report(
    conditions=CONDITIONS,
    layers=LAYERS,
    cycles=2_400,
    spread=(2_400, 2_500),
    exactness=Exactness(True, "equal"),
    total=Reading(2_400, 1_800, 90),
    outside=Reading(100, 100, 10),
    clock=(4, 24),
    footprint=Footprint(900, 50, 50, 64, 200, 0, 0, 136),
)
REAL = Report(
    conditions=replace(CONDITIONS, board="nano33ble board 1", cycles="measured"),
    layers=tuple(replace(layer, instructions=None, flash_reads=None) for layer in LAYERS),
    cycles=2_400,
    spread=(2_400, 2_400),
    exactness=Exactness(None, "not checked"),
)


def slower(report: Report, factor: int) -> Report:
    """Everything `factor` times as much."""
    assert report.total is not None
    total = Reading(*(factor * value for value in (report.cycles, report.total.instructions, 0)))
    layers = tuple(replace(layer, cycles=factor * layer.cycles) for layer in report.layers)
    return replace(report, layers=layers, cycles=factor * report.cycles, total=total)
