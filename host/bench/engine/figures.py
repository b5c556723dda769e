"""What was measured, with its conditions; and as JSON."""

from __future__ import annotations

import dataclasses
import statistics
from dataclasses import dataclass
from typing import Any

from host.bench.engine.layers import SMLAD_MACS, LayerCost
from host.bench.engine.memory import Footprint
from host.bench.engine.reference import Exactness
from host.compiler.model import Model
from host.link.messages import Hello
from host.virtual.window import Reading

CYCLE_MODEL = (
    "estimated, zero-wait Cortex-M4: no flash wait states, no cache misses (host/virtual/cycles.py)"
)


@dataclass(frozen=True)
class Conditions:
    """What a figure holds for. model_hash: CRC-32 of the packed body. cycles: how they were obtained."""

    board: str
    firmware: str
    compiler: str
    model: str
    model_hash: str
    images: int
    cycles: str

    def line(self) -> str:
        """One line of English."""
        return (
            f"{self.board}, firmware {self.firmware}, {self.compiler}, model {self.model} "
            f"({self.model_hash}), {self.images} images; cycles: {self.cycles}"
        )


@dataclass(frozen=True)
class Report:
    """One inference, the median of `conditions.images`; spread: fewest and most cycles among them.

    On a real board only cycles are known: total, outside, clock and footprint are None.
    outside: between the marker's edges, but in no operator. clock: its reads and their cycles, inside `cycles`.
    """

    conditions: Conditions
    layers: tuple[LayerCost, ...]
    cycles: int
    spread: tuple[int, int]
    exactness: Exactness
    total: Reading | None = None
    outside: Reading | None = None
    clock: tuple[int, int] | None = None
    footprint: Footprint | None = None
    model_macs: int | None = None

    @property
    def macs(self) -> int:
        """Of all operators that run."""
        return sum(layer.macs for layer in self.layers)

    @property
    def smlad_percent(self) -> float:
        """Of the bound of two MACs a cycle."""
        return 100 * self.macs / (SMLAD_MACS * self.cycles)


def conditions_of(hello: Hello, model: Model, images: int, board: str, cycles: str) -> Conditions:
    """What a board says of itself, and the model."""
    name = model.packed.header.name
    return Conditions(
        board, hello.firmware, hello.compiler, name, f"{model.hash:08x}", images, cycles
    )


def median_index(values: list[int]) -> int:
    """Where the (lower) median is."""
    return values.index(statistics.median_low(values))


def as_json(report: Report) -> dict[str, Any]:
    """The keys that --json promises. A real board's cycles are measured, not estimated, and named so."""
    total, memory = report.total, report.footprint
    figures: dict[str, Any] = {
        "instructions": total.instructions if total else None,
        "estimated_cycles": report.cycles if total else None,
        "macs": report.macs,
        "flash_bytes": memory.flash if memory else None,
        "ram_bytes": memory.ram if memory else None,
        "arena_bytes": memory.arena if memory else None,
        "stack_bytes": memory.stack if memory else None,
        "flash_read_words": total.flash_reads if total else None,
        "bit_exact": report.exactness.exact,
        "layers": [_layer(layer, total is not None) for layer in report.layers],
    }
    return figures if total else figures | {"measured_cycles": report.cycles}


def _layer(layer: LayerCost, estimated: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "source": layer.source,
        "operator": layer.operator,
        "output": list(layer.output),
        "steps": layer.steps,
        "macs": layer.macs,
        "instructions": layer.instructions,
        "estimated_cycles": layer.cycles if estimated else None,
        "cycles_per_mac": _rounded(layer.cycles_per_mac),
        "smlad_percent": _rounded(layer.smlad_percent),
        "flash_read_words": layer.flash_reads,
    }
    return figures if estimated else figures | {"measured_cycles": layer.cycles}


def conditions_json(conditions: Conditions) -> dict[str, Any]:
    """For files that are kept."""
    return dataclasses.asdict(conditions)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
