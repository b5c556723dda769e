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
    """Calls `listeners` with the old and the new levels of P0 and P1 when one of them changed.

    Of the sensor's pins those that nobody watches stay as the ports have them: to find their levels takes long.
    """

    def __init__(self, chip: Chip, state: npt.NDArray[np.int64]) -> None:
        self._chip, self._state = chip, state
        self._edges = SensorEdges(state)
        self.listeners: list[Listener] = []
        self._watched: dict[str, tuple[int, int]] = {}
        self._moving = 0  # the sensor's pins on P0 that are watched
        self.levels = (0, 0)

    def watch(self, who: str, pins: tuple[int, int]) -> None:
        """From now on `who` follows these pins of P0 and P1."""
        if self._watched.get(who) == pins:
            return
        self._watched[who] = pins
        driven_p1 = int(self._state[words.DRIVEN_P1])
        if pins[1] & driven_p1 and self._state[words.SENSOR_RUNS]:
            self._chip.warnings.once(
                f"{who} data", f"{who}: edges of the camera's data lines are not modelled"
            )
        self._follow()
        self._plan()

    def reset(self) -> None:
        """Nobody watches any more."""
        self._watched.clear()
        self._follow()

    def look(self) -> None:
        """A level may have changed now."""
        before, self.levels = self.levels, self._read()
        if before != self.levels:
            for listener in self.listeners:
                listener(before, self.levels)
        self._plan()

    def _follow(self) -> None:
        """Other pins are watched: the levels they have now are no change."""
        watched = 0
        for p0, _ in self._watched.values():
            watched |= p0
        self._moving = watched & SENSOR_PINS
        self.levels = self._read()

    def _read(self) -> tuple[int, int]:
        p0 = int(self._state[words.LEVELS_P0])
        driven = self._edges.driven() & self._moving if self._moving else 0
        if driven:
            p0 = p0 & ~driven | self._edges.levels(self._chip.now()) & driven
        return p0, int(self._state[words.LEVELS_P1])

    def _plan(self) -> None:
        """Looks again at the next edge of a watched sensor pin."""
        edge = self._edges.next(self._moving, self._chip.now()) if self._moving else None
        if edge is None:
            self._chip.schedule.cancel("sensor edge")
        else:
            self._chip.schedule.at("sensor edge", edge, self.look)
