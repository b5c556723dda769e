"""Results for people, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from host.base.boards import VIRTUAL
from host.bench.mlperf.energy import Energy
from host.bench.mlperf.measure import TextModeBoard
from host.bench.mlperf.modes import TOP1_TARGET, Accuracy, Performance
from host.power.currents import LABEL
from host.runs.conditions import Conditions, board_conditions

ESTIMATED_TIME = "ESTIMATED: the virtual board's time is a model of a "


def result_table(board: TextModeBoard, result: object, conditions: Conditions) -> Group:
    """One table, and what must be said with it."""
    table = Table(title=f"MLPerf Tiny, {_conditions(board)}", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in _rows(result):
        table.add_row(name, value)
    held_for = Text("; ".join(f"{name}: {value}" for name, value in conditions.lines()), "dim")
    return Group(table, *(Text(line) for line in _notes(board, result)), held_for)


def _conditions(board: TextModeBoard) -> str:
    return f"{board.name}, model {board.hello.model}, firmware {board.hello.firmware}"


def _rows(result: object) -> list[tuple[str, str]]:
    if isinstance(result, Performance):
        each = [(f"window {n}", f"{rate:.3f}") for n, rate in enumerate(result.rates, 1)]
        return [("inferences a second, median", f"{result.median:.3f}"), *each]
    if isinstance(result, Accuracy):
        auc = result.auc
        return [
            ("pictures", f"{len(result.graded):,}"),
            ("top-1", f"{100 * result.top1:.1f} %"),
            ("target of the closed division", f"{100 * TOP1_TARGET:.0f} %"),
            ("AUC", "one class only" if auc is None else f"{auc:.4f}"),
        ]
    assert isinstance(result, Energy)
    each = [(f"window {n}", f"{1e3 * w.joules_each:.3f}") for n, w in enumerate(result.windows, 1)]
    return [("millijoules an inference, median", f"{1e3 * result.median_j:.3f}"), *each]


def _notes(board: TextModeBoard, result: object) -> list[str]:
    notes = []
    if isinstance(result, Performance | Accuracy | Energy) and result.short:
        notes.append(result.short)
    if isinstance(result, Energy) and result.info.estimated:
        relative_uncertainty = max(window.uncertainty for window in result.windows)
        notes.append(f"{LABEL}, give or take {100 * relative_uncertainty:.0f} %")
    if isinstance(result, Energy) and not result.info.estimated:
        notes.append(f"measured by {result.info.name} at {result.volts:g} V, gross")
    if board.hello.board == VIRTUAL and not isinstance(result, Accuracy):
        notes.append(ESTIMATED_TIME + board_conditions(board.hello, board.port).cpu)
    return notes


def as_json(board: TextModeBoard, result: object) -> dict[str, Any]:
    """The keys that --json promises."""
    figures: dict[str, Any] = {
        "board": board.name,
        "firmware": board.hello.firmware,
        "model": board.hello.model,
        "notes": _notes(board, result),
    }
    if isinstance(result, Performance):
        windows = [{"iterations": w.iterations, "seconds": w.seconds} for w in result.windows]
        return figures | {"inferences_per_second": result.median, "windows": windows}
    if isinstance(result, Accuracy):
        return figures | {"pictures": len(result.graded), "top1": result.top1, "auc": result.auc}
    assert isinstance(result, Energy)
    windows = [
        {"iterations": w.iterations, "seconds": w.seconds, "joules": w.energy_j}
        for w in result.windows
    ]
    return figures | {
        "joules_per_inference": result.median_j,
        "estimated": result.info.estimated,
        "windows": windows,
    }
