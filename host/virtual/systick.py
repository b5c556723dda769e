"""SysTick: a 24-bit down counter at the CPU clock (ARM DDI 0403, B3.3). Registers at 0xE000E010.

It and CYCCNT go on during WFI, where the nRF52840 stops the CPU's clock: firmware for silicon wakes by other timers.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.nvic import SYSTICK, Nvic
from host.virtual.schedule import Schedule

ENABLE, INTERRUPT = 1, 2


class SysTick:
    """The counter, as a function of guest time."""

    def __init__(self, schedule: Schedule, nvic: Nvic, now: Callable[[], int]) -> None:
        self._schedule, self._nvic, self._now = schedule, nvic, now
        self.reset()

    def reset(self) -> None:
        """Stopped."""
        self.control = self.reload = 0
        self._value = 0
        self._counted = False
        self._zero = 0  # the cycle at which the counter reaches 0 next

    def read_control(self) -> int:
        """CSR; reading clears COUNTFLAG."""
        counted, self._counted = self._counted, False
        return self.control | counted << 16

    def write_control(self, value: int) -> None:
        """CSR: starts, stops, enables the exception."""
        running = self.control & ENABLE
        if running and not value & ENABLE:
            self._value = self.read_value()
            self._schedule.cancel("systick")
        self.control = value & 7
        if not running and value & ENABLE:
            self._start(self._now() + (self._value or self.reload + 1))

    def read_value(self) -> int:
        """CVR."""
        if not self.control & ENABLE:
            return self._value
        return max(0, self._zero - self._now()) % (self.reload + 1)

    def write_value(self, _: int) -> None:
        """CVR: any write clears the counter and COUNTFLAG."""
        self._value, self._counted = 0, False
        if self.control & ENABLE:
            self._start(self._now() + self.reload + 1)

    def _start(self, zero: int) -> None:
        self._zero = zero
        if self.reload:
            self._schedule.at("systick", zero, self._reached_zero)

    def _reached_zero(self) -> None:
        self._counted = True
        if self.control & INTERRUPT:
            self._nvic.pend(SYSTICK)
        self._start(self._zero + self.reload + 1)
