"""What an architecture would cost on the board, before it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.boards import CLOCK_HZ
from host.base.errors import HostError
from host.compiler.build import Options, refusal
from host.compiler.mobilenet_v1 import V1_NUMBERS
from host.compiler.network import IMAGE_FEATURE
from host.compiler.plan import ARENA_TARGET
from host.compiler.report import report_on
from host.compiler.sketch import Sketch
from host.train.architecture import Architecture


@dataclass(frozen=True)
class Cost:
    """By the compiler's cost model: cycles are estimated. ram_bytes: arena and image; flash_bytes: the packed model."""

    cycles: int
    ram_bytes: int
    flash_bytes: int

    @property
    def mcycles(self) -> float:
        """In millions."""
        return self.cycles / 1e6

    @property
    def milliseconds(self) -> float:
        """At the board's clock."""
        return 1e3 * self.cycles / CLOCK_HZ


@dataclass(frozen=True)
class Budget:
    """What may be spent at most; None: as much as the board has."""

    cycles: int
    ram_bytes: int | None = None
    flash_bytes: int | None = None

    def excess(self, cost: Cost) -> list[float]:
        """Cycles, RAM, flash above what is allowed, as shares of it: 0 or less is within."""
        pairs = (
            (cost.cycles, self.cycles),
            (cost.ram_bytes, self.ram_bytes),
            (cost.flash_bytes, self.flash_bytes),
        )
        return [used / most - 1 if most is not None else -1.0 for used, most in pairs]

    def allows(self, cost: Cost) -> bool:
        """True within all three."""
        return max(self.excess(cost)) <= 0


def cost_of(architecture: Architecture, classes: int, ram_bytes: int | None = None) -> Cost | None:
    """Of the quantised network, before it is trained: planned and packed with zeros. None: no board runs it.

    ram_bytes: where the compiler's usual plan takes more, one of less RAM and a few more cycles is taken, as
    `python -m host.compiler --arena` makes it.
    """
    usual = _cost(architecture, classes, ARENA_TARGET)
    if usual is None or ram_bytes is None or usual.ram_bytes <= ram_bytes:
        return usual
    image = architecture.size**2 * architecture.channels
    return _cost(architecture, classes, max(0, ram_bytes - image))


def _cost(architecture: Architecture, classes: int, arena_target: int) -> Cost | None:
    made = Sketch(architecture.size, architecture.size, architecture.channels)
    try:
        output = _sketch(made, architecture, classes)
        compiled = made.compiled(output, "sketch", Options(arena_target=arena_target))
    except HostError:
        return None
    if refusal(compiled) is not None:
        return None
    report = report_on(compiled, "sketch", made.parameters)
    return Cost(report.predicted_cycles, report.ram_bytes, report.flash_bytes)


def _sketch(made: Sketch, architecture: Architecture, classes: int) -> int:
    value = made.convolution(IMAGE_FEATURE, architecture.widths[0], (3, 3), (2, 2))
    value = made.normalised(value, V1_NUMBERS)
    for width, stride in architecture.blocks:
        value = made.normalised(made.depthwise(value, (3, 3), (stride, stride)), V1_NUMBERS)
        value = made.convolution(value, width, (1, 1), (1, 1))
        value = made.normalised(value, V1_NUMBERS)
    value = made.dense(made.mean(value), classes)
    return made.softmax(value)
