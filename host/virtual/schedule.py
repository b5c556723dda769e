"""What will happen and when, in guest cycles. Peripherals put events in; the board takes the due ones out.

The matches of timers lie in a table (native/timers.py), everything else here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.native import timers


class Schedule:
    """At most one pending event for each key. Keeps the CPU's deadline in the state."""

    def __init__(self, state: npt.NDArray[np.int64]) -> None:
        self._state = state
        self._events: dict[str, tuple[int, Callable[[], None]]] = {}
        state[words.EVENT] = state[words.DEADLINE] = words.NEVER
        state[words.PYTHON_EVENT] = words.NEVER

    def time(self, access: Callable[[], int]) -> int:
        """Guest time for a peripheral: the cycle of the event that happens, else that of the CPU's `access`.

        The CPU is stopped for an event at the end of a block, some cycles late; the event itself is not late.
        """
        state = self._state
        return int(state[words.HAPPENED_AT]) if state[words.HAPPENS] else access()

    def at(self, key: str, cycle: int, action: Callable[[], None]) -> None:
        """Runs `action` at `cycle`, in place of an earlier event of this key."""
        self._events[key] = (cycle, action)
        state = self._state
        if cycle < state[words.PYTHON_EVENT]:
            state[words.PYTHON_EVENT] = cycle
        if cycle < state[words.EVENT]:
            state[words.EVENT] = cycle
            state[words.DEADLINE] = min(cycle, int(state[words.DEADLINE]))

    def cancel(self, key: str) -> None:
        """Forgets the event, if there is one."""
        self._events.pop(key, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._events.clear()

    def aim(self, end: int) -> int:
        """Keeps the cycle of the earliest event, at most `end`, in the state; that cycle."""
        state = self._state
        state[words.PYTHON_EVENT] = min((cycle for cycle, _ in self._events.values()), default=end)
        state[words.PYTHON_EVENT] = min(end, int(state[words.PYTHON_EVENT]))
        state[words.EVENT] = min(state[words.PYTHON_EVENT], state[words.TIMERS_AT])
        return int(state[words.EVENT])

    def run_due(self, now: int | None = None) -> None:
        """Runs every event whose time has come by `now` (default: the CPU's time), in order of time."""
        state = self._state
        if state[words.HAPPENS]:
            return  # an event touched a register: what is due comes in its order
        now = int(state[words.CYCLES]) if now is None else now
        try:
            while due := self._due(now):
                cycle, key, action = min(due, key=lambda event: event[:2])
                state[words.HAPPENS], state[words.HAPPENED_AT] = 1, cycle
                self._events.pop(key, None)
                action()
                state[words.HAPPENS] = 0
        finally:
            state[words.HAPPENS] = 0

    def _due(self, now: int) -> list[tuple[int, str, Callable[[], None]]]:
        due = [(at, key, action) for key, (at, action) in self._events.items() if at <= now]
        if self._state[words.TIMERS_AT] <= now:
            index = timers.timer_due(self._state)
            at = int(self._state[words.TIMERS_AT])
            due.append((at, f"TIMER{index}", lambda: timers.run_timer(self._state, index)))
        return due
