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
        self._happening: int | None = None

    def time(self, access: Callable[[], int]) -> int:
        """Guest time for a peripheral: the cycle of the event that happens, else that of the CPU's `access`.

        The CPU is stopped for an event at the end of a block, some cycles late; the event itself is not late.
        """
        return access() if self._happening is None else self._happening

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

    def run_due(self, now: int | None = None) -> None:
        """Runs every event whose time has come by `now` (default: the CPU's time), in order of time."""
        if self._happening is not None:
            return  # an event touched a register: what is due comes in its order
        now = int(self._state[hooks.CYCLES]) if now is None else now
        try:
            while due := [(cycle, key) for key, (cycle, _) in self._events.items() if cycle <= now]:
                self._happening, key = min(due)
                self._events.pop(key)[1]()
        finally:
            self._happening = None
