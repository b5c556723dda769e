"""What will happen and when, in guest cycles. Peripherals put events in; the board takes the due ones out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import hooks


class Schedule:
    """At most one pending event for each key. Keeps the CPU's deadline in the state."""

    def __init__(self, state: npt.NDArray[np.int64]) -> None:
        self._state = state
        self._events: dict[str, tuple[int, Callable[[], None]]] = {}

    def at(self, key: str, cycle: int, action: Callable[[], None]) -> None:
        """Runs `action` at `cycle`, in place of an earlier event of this key."""
        self._events[key] = (cycle, action)
        if cycle < self._state[hooks.EVENT]:
            self._state[hooks.EVENT] = cycle
            self._state[hooks.DEADLINE] = min(cycle, int(self._state[hooks.DEADLINE]))

    def cancel(self, key: str) -> None:
        """Forgets the event, if there is one."""
        self._events.pop(key, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._events.clear()

    def next(self, end: int = hooks.NEVER) -> int:
        """The cycle of the earliest event, at most `end`."""
        return min(end, min((cycle for cycle, _ in self._events.values()), default=end))

    def run_due(self) -> None:
        """Runs every event whose time has come, in order of time."""
        now = int(self._state[hooks.CYCLES])
        while True:
            due = [(cycle, key) for key, (cycle, _) in self._events.items() if cycle <= now]
            if not due:
                return
            _, action = self._events.pop(min(due)[1])
            action()
