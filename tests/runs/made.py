"""A small run to write, and the conditions it holds for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from host.runs.conditions import Conditions, gather
from host.runs.layout import Column, Layout
from host.runs.write import RunWriter
from tests.link.fake_board import HELLO

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SAMPLES = Layout(
    "samples",
    (
        Column("frame", "int64", "number of the frame"),
        Column("period_ms", "float64", "since the last"),
        Column("warm", "bool", "after the warm-up"),
        Column("label", "text", "the winner's"),
    ),
)
TRACE = Layout("trace", (Column("current_a", "float32", "of the supply"),), csv=False)


def conditions(board: str = "virtual") -> Conditions:
    """Of the fake board."""
    from dataclasses import replace

    return gather(
        "latency",
        "python -m host.bench latency",
        NOON,
        replace(HELLO, board=board),
        "memory",
        details={"images": "4 synthetic"},
    )


def writer(directory: Path) -> RunWriter:
    """Two tables."""
    return RunWriter(directory, "latency", conditions(), (SAMPLES, TRACE), clock=lambda: 0.0)


def add_rows(run: RunWriter, count: int) -> None:
    """Row k: frame k, k / 2 ms."""
    for k in range(count):
        run.append("samples", k, k / 2, k % 2 == 0, f"label {k}")
