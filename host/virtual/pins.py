"""The pins' levels as peripherals see them: what the ports drive, what lies outside, and the sensor's moving pins.

The CPU's own reads of IN go through a hook. This here finds changes for GPIOTE and for the ports' DETECT signal: at
every write to a port, and at every edge of a sensor pin that something watches.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.chip import Chip
from host.virtual.sensor_edges import SENSOR_PINS, SensorEdges

Listener = Callable[[tuple[int, int], tuple[int, int]], None]


class Pins:
    """Calls `listeners` with the old and the new levels of P0 and P1 when one of them changed."""

    def __init__(self, chip: Chip, state: npt.NDArray[np.int64]) -> None:
        self._chip, self._state = chip, state
        self._edges = SensorEdges(state)
        self.listeners: list[Listener] = []
        self._watched: dict[str, tuple[int, int]] = {}
        self.levels = (0, 0)

    def watch(self, who: str, pins: tuple[int, int]) -> None:
        """From now on `who` follows these pins of P0 and P1."""
        self._watched[who] = pins
        driven_p1 = int(self._state[words.DRIVEN_P1])
        if pins[1] & driven_p1 and self._state[words.SENSOR_RUNS]:
            self._chip.warnings.once(
                f"{who} data", f"{who}: edges of the camera's data lines are not modelled"
            )
        self._plan()

    def reset(self) -> None:
        """Nobody watches any more."""
        self._watched.clear()
        self.levels = self._read()

    def look(self) -> None:
        """A level may have changed now."""
        before, self.levels = self.levels, self._read()
        if before != self.levels:
            for listener in self.listeners:
                listener(before, self.levels)
        self._plan()

    def _read(self) -> tuple[int, int]:
        p0, driven = int(self._state[words.LEVELS_P0]), self._edges.driven()
        if driven:
            p0 = p0 & ~driven | self._edges.levels(self._chip.now()) & driven
        return p0, int(self._state[words.LEVELS_P1])

    def _plan(self) -> None:
        """Looks again at the next edge of a watched sensor pin."""
        watched = 0
        for p0, _ in self._watched.values():
            watched |= p0
        watched &= SENSOR_PINS
        edge = self._edges.next(watched, self._chip.now()) if watched else None
        if edge is None:
            self._chip.schedule.cancel("sensor edge")
        else:
            self._chip.schedule.at("sensor edge", edge, self.look)
