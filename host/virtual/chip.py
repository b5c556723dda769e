"""What a peripheral works with: memory for its DMA, the schedule, the interrupt controller, the clock, and warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from host.virtual.bus import Warnings
from host.virtual.memory import Memory
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule


@dataclass(frozen=True)
class Chip:
    """now: guest cycles, exact for the event that happens or for the access that the CPU makes."""

    memory: Memory
    schedule: Schedule
    nvic: Nvic
    warnings: Warnings
    now: Callable[[], int]
