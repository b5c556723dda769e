"""What may be chosen, as Optuna asks for it, and how a choice is made to fit a budget.

A draw is a shape and a share of the budget to spend; its widths are then narrowed together until it fits. So nearly
every draw becomes a network that can be trained, where most free draws would be too dear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from host.train.architecture import LARGEST_DEPTHS, Architecture
from host.train.search.cost import Budget, Cost

SIZES = (64, 72, 80, 88, 96, 112, 128)
WIDTHS = (  # least, most, step: behind the first convolution, then of each stage; the kernels take fours
    (4, 16, 4),
    (8, 24, 4),
    (12, 48, 4),
    (24, 96, 8),
    (32, 192, 16),
    (64, 320, 32),
)
KNOWN_ALPHA = 0.25
KNOWN_SIZES = (96, 80, 64)
FULL_WIDTHS = (32, 64, 128, 256, 512, 1024)  # of Howard's network at width 1
SPENDS_PERCENT = (40, 60, 80, 100)  # of the budget of cycles
NARROWINGS = 16  # steps between the least widths and those drawn
Price = Callable[[Architecture], Cost | None]


@dataclass(frozen=True)
class Draw:
    """shape: as wide as it may become; spend: the share of the budget of cycles that it may use, 0..1."""

    shape: Architecture
    spend: float


class Asks(Protocol):
    """What of an Optuna trial is used."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1) -> int:
        """A whole number."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """One of the choices."""


@dataclass(frozen=True)
class Space:
    """sizes: of the input, in pixels; channels: 1, 3, or both."""

    sizes: tuple[int, ...] = SIZES
    channels: tuple[int, ...] = (1, 3)

    def ask(self, trial: Asks) -> Draw:
        """The trial's draw."""
        size = trial.suggest_categorical("size", list(self.sizes))
        channels = trial.suggest_categorical("channels", list(self.channels))
        widths = tuple(
            trial.suggest_int(f"width_{index}", low, high, step=step)
            for index, (low, high, step) in enumerate(WIDTHS)
        )
        depths = (1, *(
            trial.suggest_int(f"depth_{index}", 1, most)
            for index, most in enumerate(LARGEST_DEPTHS)
            if most > 1
        ))  # fmt: skip
        spend = trial.suggest_categorical("spend_percent", list(SPENDS_PERCENT))
        return Draw(Architecture(int(size), int(channels), widths, depths), spend / 100)

    def cheapest(self) -> Architecture:
        """The smallest of all."""
        widths = tuple(low for low, _, _ in WIDTHS)
        depths = (1,) * len(LARGEST_DEPTHS)
        return Architecture(min(self.sizes), min(self.channels), widths, depths)

    def known(self) -> list[dict[str, int]]:
        """Howard's network at a few sizes, to begin with: parameters for Optuna's queue."""
        widths = {f"width_{i}": int(KNOWN_ALPHA * full) for i, full in enumerate(FULL_WIDTHS)}
        depths = {f"depth_{i}": most for i, most in enumerate(LARGEST_DEPTHS) if most > 1}
        sizes = [size for size in KNOWN_SIZES if size in self.sizes] or list(self.sizes[:1])
        return [
            {"size": size, "channels": self.channels[0], "spend_percent": spend} | widths | depths
            for spend in (100, 60)
            for size in sizes
        ]


def fitted(draw: Draw, budget: Budget, price: Price) -> tuple[Architecture, Cost] | None:
    """The widest form of the draw that costs no more than it may, and the cost; None when even the narrowest does."""
    allowed = replace(budget, cycles=round(draw.spend * budget.cycles))
    narrowest, widest = 0, NARROWINGS
    found: tuple[Architecture, Cost] | None = None
    while narrowest <= widest:  # more width is never cheaper
        middle = (narrowest + widest + 1) // 2
        tried = _narrowed(draw.shape, middle)
        cost = price(tried)
        if cost is not None and allowed.allows(cost):
            found, narrowest = (tried, cost), middle + 1
        else:
            widest = middle - 1
    return found


def _narrowed(shape: Architecture, part: int) -> Architecture:
    """part: 0 gives every stage its least width, NARROWINGS its own."""
    widths = tuple(
        low + step * ((width - low) * part // (step * NARROWINGS))
        for width, (low, _, step) in zip(shape.widths, WIDTHS, strict=True)
    )
    return replace(shape, widths=widths)
