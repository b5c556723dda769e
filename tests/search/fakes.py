"""A search without training: a price and an accuracy that a formula gives, and a counter of requests."""

from __future__ import annotations

import math
from collections.abc import Callable

from host.train.architecture import Architecture
from host.train.search.cost import Cost


def price(architecture: Architecture) -> Cost | None:
    """Grows with everything, as the real one does."""
    work = 9 * architecture.channels * architecture.widths[0]
    side, before = architecture.size / 2, architecture.widths[0]
    cells = work * side * side
    for width, stride in architecture.blocks:
        side /= stride
        cells += side * side * before * (9 + width)
        before = width
    ram = round(architecture.size**2 * (architecture.channels + architecture.widths[1] / 4))
    return Cost(round(1.3 * cells), ram, 200 * sum(w for w, _ in architecture.blocks))


def accuracy(architecture: Architecture) -> float:
    """Grows with the network, ever more slowly."""
    found = price(architecture)
    assert found is not None
    return 0.5 + 0.45 * (1 - math.exp(-found.cycles / 4e6)) * min(1.0, architecture.size / 90)


class FakeTrainer:
    """Reaches `accuracy` in three epochs. before(number) may raise."""

    def __init__(self, before: Callable[[int], None] = lambda number: None) -> None:
        self.trained: list[Architecture] = []
        self._before = before

    def __call__(
        self, number: int, architecture: Architecture, on_epoch: Callable[[float], None]
    ) -> float:
        self._before(number)
        self.trained.append(architecture)
        reached = accuracy(architecture)
        for share in (0.6, 0.9, 1.0):
            on_epoch(0.5 + share * (reached - 0.5))
        return reached


class Quiet:
    """Counts."""

    def __init__(self) -> None:
        self.dear = 0
        self.results: list[float | None] = []

    def rejected(self, total: int) -> None:
        self.dear = total

    def begun(self, number: int, architecture: Architecture, cost: Cost) -> None:
        """Nothing to say."""

    def ended(self, number: int, accuracy: float | None) -> None:
        self.results.append(accuracy)
