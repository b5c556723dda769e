"""Counters at each clock read of an inference, and the packed model -> what each operator cost.

The engine reads its clock before and after each step (engine.c, run_observed), so reads 2k and 2k+1 enclose step k; a
step names its operator, and streaming interleaves them, so costs are added up by operator. Nothing is calibrated out:
each step holds one clock read.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.base.errors import HostError
from host.compiler.format import IMAGE, OperatorKind, PackedOperator
from host.compiler.pack import PackedModel
from host.virtual.window import Reading, Window

SMLAD_MACS = 2  # of one SMLAD, which takes one cycle
WEIGHTED = (
    OperatorKind.CONV,
    OperatorKind.POINTWISE,
    OperatorKind.DEPTHWISE,
    OperatorKind.FULLY_CONNECTED,
)


@dataclass(frozen=True)
class LayerCost:
    """One operator. source: its index in the .tflite. output: height x width x channels. None: not measurable."""

    source: int
    operator: str
    output: tuple[int, int, int]
    steps: int
    macs: int
    cycles: int
    instructions: int | None = None
    flash_reads: int | None = None

    @property
    def cycles_per_mac(self) -> float | None:
        """None for an operator without MACs."""
        return self.cycles / self.macs if self.macs else None

    @property
    def smlad_percent(self) -> float | None:
        """How near it is to two MACs a cycle, the most a Cortex-M4 can do."""
        if not self.macs or not self.cycles:
            return None
        return 100 * self.macs / (SMLAD_MACS * self.cycles)


def describe(model: PackedModel, cycles: list[int]) -> tuple[LayerCost, ...]:
    """Every operator with its cycles."""
    if len(cycles) != len(model.operators):
        raise HostError(
            f"the board profiled {len(cycles)} operators, the model has {len(model.operators)}: "
            "its firmware is of another version"
        )
    return tuple(
        LayerCost(
            source=operator.source,
            operator=OperatorKind(operator.kind).name,
            output=_shape(model, operator.output),
            steps=sum(step.operator_index == index for step in model.steps),
            macs=operator_macs(model, operator),
            cycles=cycles[index],
        )
        for index, operator in enumerate(model.operators)
    )


def split(model: PackedModel, window: Window) -> tuple[tuple[Reading, ...], Reading]:
    """What each operator cost, and what lay outside all of them. Together they are window.total."""
    if len(window.calls) != 2 * len(model.steps):
        raise HostError(
            f"the firmware read its clock {len(window.calls)} times in an inference of "
            f"{len(model.steps)} steps: it is of another version",
            "build it again",
        )
    costs = [Reading(0, 0, 0)] * len(model.operators)
    outside = window.total
    for number, step in enumerate(model.steps):
        cost = window.calls[2 * number + 1] - window.calls[2 * number]
        costs[step.operator_index] += cost
        outside -= cost
    return tuple(costs), outside


def operator_macs(model: PackedModel, operator: PackedOperator) -> int:
    """Multiply-accumulates, borders counted, as published counts do."""
    if operator.kind not in WEIGHTED:
        return 0
    height, width, channels = _shape(model, operator.output)
    window = operator.kernel_height * operator.kernel_width
    deep = operator.kind != OperatorKind.DEPTHWISE
    return height * width * channels * window * (_shape(model, operator.input)[2] if deep else 1)


def _shape(model: PackedModel, index: int) -> tuple[int, int, int]:
    if index == IMAGE:
        header = model.header
        return header.input_height, header.input_width, header.input_channels
    found = model.maps[index]
    return found.height, found.width, found.channels
