"""What a virtual board did and when -> the samples of a meter that would have watched it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.power.currents import PORT, Activity, rail_current_a, uncertainty_a
from host.power.meter import Bits

Values = NDArray[np.float64]


class Timeline:
    """Changes of activity by cycle, in order; times at which the port sent."""

    def __init__(self) -> None:
        self._cycles: list[int] = []
        self._activities: list[int] = []
        self._sent: list[tuple[int, int]] = []

    def note(self, cycle: int, activity: Activity) -> None:
        """From this cycle on, until the next note."""
        if self._activities and self._activities[-1] == activity:
            return
        if self._cycles and self._cycles[-1] == cycle:
            self._activities[-1] = int(activity)
            return
        self._cycles.append(cycle)
        self._activities.append(int(activity))

    def note_sent(self, start: int, stop: int) -> None:
        """The port sent from one cycle to another."""
        self._sent.append((start, stop))

    def forget(self) -> None:
        """All but what is the case now."""
        del self._cycles[:-1], self._activities[:-1]
        self._sent.clear()

    def rail_currents(self, start: int, stop: int, samples: int) -> Values:
        """(samples,) means at the 3V3 pin, between two cycles."""
        bounds = np.linspace(start, stop, samples + 1)
        charge = self._integral(bounds, rail_current_a) + PORT.amperes * self._port_integral(bounds)
        return np.diff(charge) / np.diff(bounds)

    def uncertainty(self, start: int, stop: int) -> float:
        """Of the mean current, as a share."""
        bounds = np.array([start, stop], np.float64)
        port = np.diff(self._port_integral(bounds))[0]
        amount = np.diff(self._integral(bounds, rail_current_a))[0] + PORT.amperes * port
        relative_uncertainty = np.diff(self._integral(bounds, uncertainty_a))[0]
        return float((relative_uncertainty + PORT.amperes * PORT.uncertainty * port) / amount)

    def marker(self, start: int, stop: int, samples: int) -> Bits:
        """(samples,) uint8: the pin in bit 0, at the beginning of each sample."""
        at = np.linspace(start, stop, samples, endpoint=False)
        index = np.searchsorted(self._cycles, at, side="right") - 1
        high = np.array(self._activities)[np.maximum(index, 0)] & Activity.MARKER
        return np.asarray(high != 0, np.uint8)

    def _integral(self, at: Values, value_of: object) -> Values:
        """Of a value of the activity, in units of the value times cycles, up to each cycle of `at`."""
        assert callable(value_of)
        known = {a: value_of(Activity(a)) for a in set(self._activities)}
        values = np.array([known[a] for a in self._activities])
        edges = np.array([*self._cycles, max(at[-1], self._cycles[-1]) + 1], np.float64)
        total = np.concatenate([[0.0], np.cumsum(values * np.diff(edges))])
        return np.asarray(np.interp(at, edges, total), np.float64)

    def _port_integral(self, at: Values) -> Values:
        """Cycles of sending up to each cycle of `at`."""
        if not self._sent:
            return np.zeros(len(at))
        edges = np.array(self._sent, np.float64)
        x = edges.ravel()
        y = np.repeat(np.concatenate([[0.0], np.cumsum(edges[:, 1] - edges[:, 0])]), 2)[1:-1]
        return np.asarray(np.interp(at, x, y), np.float64)
