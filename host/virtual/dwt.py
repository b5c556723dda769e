"""DWT: the cycle counter (ARM DDI 0403, C1.8). CYCCNT itself is read by a hook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.bus import RegisterBank

CTRL, CYCCNT = 0x000, 0x004
FOUR_COMPARATORS, COUNTS = 4 << 28, 1


class Dwt(RegisterBank):
    """CYCCNT counts guest cycles while CTRL.CYCCNTENA is set and DEMCR.TRCENA allows it."""

    def __init__(
        self, state: npt.NDArray[np.int64], now: Callable[[], int], allowed: Callable[[], bool]
    ) -> None:
        super().__init__("DWT", 0xE0001000)
        self._state, self._now, self._allowed = state, now, allowed
        self.plain(CTRL, *range(0x008, 0x060, 4))
        self.on_read(CTRL, lambda: FOUR_COMPARATORS | self.values[CTRL])
        self.on_write(CTRL, self._write_control)
        self.on_write(CYCCNT, self._write_counter)

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._state[words.CYCCNT_RUNS] = self._state[words.CYCCNT_VALUE] = 0

    def update(self) -> None:
        """DEMCR or CTRL changed: starts or stops the counter at its present value."""
        runs = bool(self.values[CTRL] & COUNTS) and self._allowed()
        if runs != bool(self._state[words.CYCCNT_RUNS]):
            change = -self._now() if runs else self._now()
            self._state[words.CYCCNT_VALUE] += change
            self._state[words.CYCCNT_RUNS] = runs

    def _write_control(self, value: int) -> None:
        self.values[CTRL] = value & 0x0FFFFFFF
        self.update()

    def _write_counter(self, value: int) -> None:
        runs = bool(self._state[words.CYCCNT_RUNS])
        self._state[words.CYCCNT_VALUE] = value - (self._now() if runs else 0)
