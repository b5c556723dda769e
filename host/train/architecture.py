"""A MobileNetV1 with a free choice of size, colours, width of each stage and depth; and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.boards import CLOCK_HZ
from host.base.errors import HostError
from host.compiler.build import Options, refusal
from host.compiler.network import IMAGE_FEATURE
from host.compiler.plan import ARENA_TARGET
from host.compiler.report import report_on
from host.compiler.sketch import V1_NUMBERS, Sketch

STAGES = 5  # behind the first convolution; each but the first begins by halving rows and columns
LARGEST_DEPTHS = (1, 2, 2, 6, 2)  # blocks of each stage in Howard et al. 2017, table 1


@dataclass(frozen=True)
class Architecture:
    """size: pixels of the square input; channels: 1 grey, 3 RGB. widths: channels behind the first convolution and in
    each of the five stages. depths: blocks of each stage, at least one."""

    size: int
    channels: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.widths) != STAGES + 1 or len(self.depths) != STAGES or min(self.depths) < 1:
            raise ValueError(f"{self} has not {STAGES} stages")

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """(width, stride) of each block: a depthwise convolution of that stride and a pointwise one to that width."""
        found = []
        for stage, (width, depth) in enumerate(zip(self.widths[1:], self.depths, strict=True)):
            strides = [1 if stage == 0 else 2] + [1] * (depth - 1)
            found += [(width, stride) for stride in strides]
        return found

    @property
    def text(self) -> str:
        """80x80x1, 8-16x1-24x2-48x2-96x5-160x2: width x depth."""
        pairs = zip(self.widths[1:], self.depths, strict=True)
        stages = "-".join(f"{width}x{depth}" for width, depth in pairs)
        return f"{self.size}x{self.size}x{self.channels}, {self.widths[0]}-{stages}"


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
