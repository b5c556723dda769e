"""A report that was kept, and how much a new one differs from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import read_file
from host.bench.engine.figures import Report, as_json, conditions_json

MOST_BASELINE_BYTES = 16 << 20


@dataclass(frozen=True)
class LayerFigures:
    """What a baseline says of one operator."""

    source: int
    operator: str
    cycles: int


@dataclass(frozen=True)
class Baseline:
    """model_hash, firmware: what it was measured with. layers may be those of another model."""

    model_hash: str
    firmware: str
    instructions: int
    cycles: int
    flash_bytes: int
    ram_bytes: int
    layers: tuple[LayerFigures, ...]


@dataclass(frozen=True)
class Comparison:
    """New over old. layers: in the report's order; None where the baseline has no such operator."""

    instructions: float
    cycles: float
    flash_bytes: float
    ram_bytes: float
    layers: tuple[float | None, ...]
    same_model: bool


def compare_reports(report: Report, baseline: Baseline) -> Comparison:
    """Raises HostError for a report without instruction counts."""
    if report.total is None or report.footprint is None:
        raise HostError("a baseline is of the virtual board", "leave out --real")
    before = {(layer.source, layer.operator): layer.cycles for layer in baseline.layers}
    old = [before.get((layer.source, layer.operator)) for layer in report.layers]
    return Comparison(
        instructions=report.total.instructions / baseline.instructions,
        cycles=report.cycles / baseline.cycles,
        flash_bytes=report.footprint.flash / baseline.flash_bytes,
        ram_bytes=report.footprint.ram / baseline.ram_bytes,
        layers=tuple(
            layer.cycles / cycles if cycles else None
            for layer, cycles in zip(report.layers, old, strict=True)
        ),
        same_model=report.conditions.model_hash == baseline.model_hash,
    )


def baseline_text(report: Report) -> str:
    """The file's content: the conditions and every figure of --json, a layer a line."""
    if report.total is None:
        raise HostError("a baseline is of the virtual board", "leave out --real")
    figures: dict[str, Any] = {"conditions": conditions_json(report.conditions), **as_json(report)}
    layers = ",\n".join(f"    {json.dumps(layer)}" for layer in figures.pop("layers"))
    head = json.dumps(figures, indent=2).removesuffix("\n}")
    return f'{head},\n  "layers": [\n{layers}\n  ]\n}}\n'


def read_baseline(path: Path) -> Baseline:
    """Raises HostError when the file is none."""
    try:
        return _baseline(parse_json(read_file(path, MOST_BASELINE_BYTES)))
    except (ValueError, KeyError, TypeError) as error:
        raise HostError(
            f"{path} is not a baseline ({error})", "make one with --write-baseline"
        ) from error


def _baseline(content: Any) -> Baseline:
    keys = ("instructions", "estimated_cycles", "flash_bytes", "ram_bytes")
    instructions, cycles, flash, ram = (_positive(content[key]) for key in keys)
    layers = tuple(
        LayerFigures(int(row["source"]), str(row["operator"]), int(row["estimated_cycles"]))
        for row in content["layers"]
    )
    conditions = content["conditions"]
    return Baseline(
        model_hash=str(conditions["model_hash"]),
        firmware=str(conditions["firmware"]),
        instructions=instructions,
        cycles=cycles,
        flash_bytes=flash,
        ram_bytes=ram,
        layers=layers,
    )


def _positive(value: Any) -> int:
    number = int(value)
    if number <= 0:
        raise ValueError(f"{number} is not a figure")
    return number
