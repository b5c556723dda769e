"""The run directory of a mode: a row for each window or picture as it is measured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from host.bench.mlperf.dialogue import Inference
from host.bench.mlperf.energy import EnergyWindow
from host.bench.mlperf.measure import TextModeBoard
from host.bench.mlperf.modes import Graded
from host.runs.conditions import gather
from host.runs.layout import Column, Layout
from host.runs.write import RunWriter

KIND = "mlperf"
PERFORMANCE, ACCURACY, ENERGY = "performance", "accuracy", "energy"
MODE = "mode"  # among the conditions' details
WINDOW = (
    Column("iterations", "int64", "inferences between the timestamps"),
    Column("seconds", "float64", "between the timestamps"),
)
LAYOUTS = {
    PERFORMANCE: Layout("windows", WINDOW),
    ENERGY: Layout(
        "windows",
        (
            *WINDOW,
            Column("energy_j", "float64", "between the timestamps, gross"),
            Column("uncertainty", "float64", "a share, of an estimate; 0: measured"),
            Column("lost", "int64", "samples that are missing inside"),
        ),
    ),
    ACCURACY: Layout(
        "pictures",
        (
            Column("picture", "text", "file"),
            Column("truth", "int64", "class, 1: a person"),
            Column("score", "float64", "of class 1, by the board"),
            Column("hit", "bool", "the largest score was the right one's"),
        ),
    ),
}
Keep = Callable[[Any], None]


def open_run(
    directory: Path,
    mode: str,
    board: TextModeBoard,
    command: str,
    now: datetime,
    details: dict[str, str],
    supply_volt: float | None,
) -> RunWriter:
    """With the conditions: what the board said of itself by packets."""
    details = {MODE: mode} | details
    conditions = gather(
        KIND, command, now, board.hello, board.port, supply_volt=supply_volt, details=details
    )
    return RunWriter(directory, KIND, conditions, (LAYOUTS[mode],))


def keeper(run: RunWriter) -> Keep:
    """Appends a window's or a picture's row."""

    def keep(found: Inference | EnergyWindow | Graded) -> None:
        if isinstance(found, Graded):
            run.append("pictures", found.picture, found.truth, found.score, found.hit)
        elif isinstance(found, EnergyWindow):
            window = (found.iterations, found.seconds, found.energy_j)
            run.append("windows", *window, found.uncertainty, found.lost)
        else:
            run.append("windows", found.iterations, found.seconds)

    return keep
