"""I2S as far as the camera needs it: its master clock MCK (nRF52840 Product Specification 1.7, 6.12).

Errata 194 and 196 (nRF52840 Errata): STOP leaves the clock running, and a pin in PSEL is taken whatever ENABLE says,
until a 1 is written to 0x038 and 0x03C behind it, as nrfx_i2s_uninit of Nordic's nrfx does.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from host.virtual.bus import RegisterBank

ENABLE, MODE, MCKEN, MCKFREQ, PSEL_MCK = 0x500, 0x504, 0x510, 0x514, 0x560
ERRATUM_194, ERRATUM_196 = 0x038, 0x03C
PLAIN = (
    ENABLE,
    MODE,
    0x508,
    0x50C,
    MCKEN,
    0x518,
    0x51C,
    0x520,
    0x524,
    0x528,
    0x300,
    0x304,
    0x308,
    0x538,
    0x540,
    0x550,
)
PINS = (PSEL_MCK, 0x564, 0x568, 0x56C, 0x570)
DIVIDERS = {
    0x80000000: 2, 0x50000000: 3, 0x40000000: 4, 0x30000000: 5, 0x28000000: 6, 0x20000000: 8, 0x18000000: 10,
    0x16000000: 11, 0x11000000: 15, 0x10000000: 16, 0x0C000000: 21, 0x0B000000: 23, 0x08800000: 30, 0x08400000: 31,
    0x08000000: 32, 0x06000000: 42, 0x04100000: 63, 0x020C0000: 125,
}  # fmt: skip


class I2s(RegisterBank):
    """MCK runs from TASKS_START while enabled as a master. `changed` gets its pin and frequency (Hz), or None and 0."""

    def __init__(self, changed: Callable[[int | None, Fraction], None]) -> None:
        super().__init__("I2S", 0x40025000)
        self._changed = changed
        self._started = False
        self.holds_clock = self.holds_pin = False
        self.plain(0x104, 0x108, 0x114)
        self.task(ERRATUM_194, self._let_go_of_clock)
        self.task(ERRATUM_196, self._let_go_of_pin)
        for offset in PLAIN:
            self.on_write(offset, self._keeper(offset))
        for offset in PINS:
            self._resets[offset] = self.values[offset] = 0xFFFFFFFF
            self.on_write(offset, self._keeper(offset))
        self._resets[MCKFREQ] = self.values[MCKFREQ] = 0x20000000
        self._resets[MCKEN] = self.values[MCKEN] = 1
        self.task(0x000, self._start)
        self.task(0x004, self._stop)

    def reset(self) -> None:
        """Stopped."""
        super().reset()
        self.holds_clock = self.holds_pin = False
        self._stop()

    def _keeper(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[offset] = value
            self._update()

        return write

    def _let_go_of_clock(self) -> None:
        self.holds_clock = self.holds_clock and self._started

    def _let_go_of_pin(self) -> None:
        self.holds_pin = self.holds_pin and self._started

    def _start(self) -> None:
        self._started = self.holds_clock = self.holds_pin = True
        self._update()

    def _stop(self) -> None:
        self._started = False
        self._update()

    def _update(self) -> None:
        values = self.values
        divider = DIVIDERS.get(values[MCKFREQ])
        runs = self._started and values[ENABLE] & 1 and values[MCKEN] & 1 and values[MODE] == 0
        if not runs or divider is None or values[PSEL_MCK] >> 31:
            self._changed(None, Fraction(0))
        else:
            self._changed(values[PSEL_MCK] & 0x3F, Fraction(32_000_000, divider))
