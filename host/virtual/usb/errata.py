"""The undocumented registers that Nordic's remedies for anomalies of USBD touch (nRF52840 Errata; nrfx_usbd.c).

Anomaly 187: ready only with 3 at 0x4006ED14 while ENABLE is set. 171: 0xC0 at 0x4006EC14 for a while. Both are locked;
0x9375 at 0x4006EC00 turns the lock. 199: no task during DMA unless 0x82 stands at USBD + 0xC1C.
What an IN endpoint holds is dropped through an index at USBD + 0x800 and its data at + 0x804.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank, Warnings

PAGE, LOCK, REMEDY_171, REMEDY_187, KEY = 0x4006E000, 0xC00, 0xC14, 0xD14, 0x9375
REMEDY_199, INDEX, DATA = 0xC1C, 0x800, 0x804
TASKS_ALLOWED, USB_MAY_START = 0x82, 3
ABORT_FIRST, ABORT_LAST, ABORT_EP0, ABORT_OTHER = 0x7B4, 0x7C2, 4, 2


class UsbErrata(RegisterBank):
    """The page at 0x4006E000."""

    def __init__(self, warnings: Warnings) -> None:
        super().__init__("USBD's anomalies", PAGE)
        self._warnings = warnings
        self._open = False
        self._usbd: RegisterBank | None = None
        self.on_write(LOCK, self._turn_lock)
        self.on_read(LOCK, lambda: int(self._open))
        for offset in (REMEDY_171, REMEDY_187):
            self.on_write(offset, self._writer(offset))

    def reset(self) -> None:
        """Locked."""
        super().reset()
        self._open = False

    @property
    def held_back(self) -> bool:
        """Anomaly 187 keeps the controller from getting ready."""
        return self.values[REMEDY_187] != USB_MAY_START

    @property
    def loses_tasks(self) -> bool:
        """Anomaly 199 is not worked around."""
        return self._usbd is None or self._usbd.values[REMEDY_199] != TASKS_ALLOWED

    def add_registers(self, usbd: RegisterBank, abort: Callable[[int], None]) -> None:
        """Those that lie within USBD. abort: called with an IN endpoint's number."""
        self._usbd = usbd
        usbd.plain(REMEDY_199, INDEX, DATA)

        def write(value: int) -> None:
            usbd.values[DATA] = value
            index = usbd.values[INDEX]
            bit = ABORT_EP0 if index == ABORT_FIRST else ABORT_OTHER
            if ABORT_FIRST <= index <= ABORT_LAST and value & bit:
                abort((index - ABORT_FIRST) // 2)

        usbd.on_write(DATA, write)

    def _turn_lock(self, value: int) -> None:
        if value == KEY:
            self._open = not self._open

    def _writer(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            if self._open:
                self.values[offset] = value
            else:
                self._warnings.once(
                    f"lock {offset}", f"{self.name} {offset:#x}: locked, not written"
                )

        return write
