"""POWER and CLOCK, one page of registers (nRF52840 Product Specification 1.7, 5.3 and 5.4).

USB's supply: USBDETECTED follows VBUS, or a reset with VBUS there; USBPWRRDY comes when USBD's regulator, started
by USBD.ENABLE, is stable. How long that takes is not specified: 0.1 and 0.2 ms are assumed.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.interrupts import EventBank
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule

RESETREAS, GPREGRET, GPREGRET2, DCDCEN, SYSTEMOFF = 0x400, 0x51C, 0x520, 0x578, 0x500
HFCLKRUN, HFCLKSTAT, LFCLKRUN, LFCLKSTAT, LFCLKSRC = 0x408, 0x40C, 0x414, 0x418, 0x518
REASON_PIN, REASON_WATCHDOG, REASON_SOFTWARE, REASON_LOCKUP = 1, 2, 4, 8
HFXO_START_CYCLES = 64 * 360  # typical start-up of the 32 MHz crystal
LFCLK_START_CYCLES = 64 * 600
RUNNING = 1 << 16
USBDETECTED, USBREMOVED, USBPWRRDY, USBREGSTATUS = 0x11C, 0x120, 0x124, 0x438
DETECT_CYCLES, REGULATOR_CYCLES = 64 * 100, 64 * 200
TRACECONFIG = 0x55C


class Power(EventBank):
    """Clocks start after their time; GPREGRET survives a reset; the reset reason adds up."""

    def __init__(
        self, schedule: Schedule, nvic: Nvic, now: Callable[[], int], power_off: Callable[[], None]
    ) -> None:
        events = tuple(range(0x100, 0x12C, 4))
        super().__init__("POWER/CLOCK", 0x40000000, nvic, 0, events)
        self._schedule, self._now = schedule, now
        for offset, key, event, cycles, run, status in (
            (0x000, "hfclk", 0x100, HFXO_START_CYCLES, HFCLKRUN, HFCLKSTAT),
            (0x008, "lfclk", 0x104, LFCLK_START_CYCLES, LFCLKRUN, LFCLKSTAT),
        ):
            self.plain(run, status)
            self.task(offset, self._starter(key, event, cycles, run, status))
            self.task(offset + 4, self._stopper(key, run, status))
        self.plain(LFCLKSRC, 0x41C, DCDCEN, 0x580, 0x510, 0x504, 0x53C, 0x550, 0x528, 0x640, 0x538)
        self.plain(TRACECONFIG)
        self.plain(*range(0x900, 0xA00, 4), reset=0xFFFF)  # RAM sections powered
        for offset in (0x010, 0x078, 0x07C):
            self.task(offset, lambda: None)
        self.on_write(SYSTEMOFF, lambda value: power_off() if value & 1 else None)
        self._kept = {RESETREAS: 0, GPREGRET: 0, GPREGRET2: 0}
        self.on_write(RESETREAS, self._clear_reasons)
        for offset in (GPREGRET, GPREGRET2):
            self.on_write(offset, self._keeper(offset))
        for offset in self._kept:
            self.on_read(offset, self._kept_reader(offset))
        self.supplied: Callable[[bool], None] = lambda stable: None  # USBD's regulator
        self._vbus, self._usb_on, self._usb_stable = True, False, False
        self.on_read(USBREGSTATUS, lambda: int(self._vbus) | int(self._usb_stable) << 1)

    @property
    def bootloader_request(self) -> int:
        """GPREGRET, which a bootloader looks at."""
        return self._kept[GPREGRET]

    @property
    def dcdc(self) -> bool:
        """Whether the DC/DC converter is on."""
        return bool(self.values[DCDCEN] & 1)

    def reset(self) -> None:
        """VBUS is looked for anew."""
        super().reset()
        self._usb_on = self._usb_stable = False
        if self._vbus:
            self._detect()

    def set_vbus(self, there: bool) -> None:
        """The USB cable is in or out."""
        if there == self._vbus:
            return
        self._vbus = there
        if there:
            self._detect()
            self.enable_usb(self._usb_on)
        else:
            self._set_stable(False)
            for key in ("vbus", "usb regulator"):
                self._schedule.cancel(key)
            self.signal(USBREMOVED)

    def _detect(self) -> None:
        cycle = self._now() + DETECT_CYCLES
        self._schedule.at("vbus", cycle, lambda: self.signal(USBDETECTED))

    def enable_usb(self, on: bool) -> None:
        """USBD.ENABLE."""
        self._usb_on = on
        if not on:
            self._set_stable(False)
        elif self._vbus:
            self._schedule.at("usb regulator", self._now() + REGULATOR_CYCLES, self._usb_is_stable)

    def _usb_is_stable(self) -> None:
        if self._usb_on and self._vbus:
            self.signal(USBPWRRDY)
            self._set_stable(True)

    def _set_stable(self, stable: bool) -> None:
        self._usb_stable = stable
        self.supplied(stable)

    def clear_bootloader_request(self) -> None:
        """A power cycle or a reset button, as the bootloader handles it."""
        self._kept[GPREGRET] = 0

    def add_reset_reason(self, reason: int) -> None:
        """Why the chip was reset."""
        self._kept[RESETREAS] |= reason

    def _clear_reasons(self, value: int) -> None:
        self._kept[RESETREAS] &= ~value

    def _keeper(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self._kept[offset] = value & 0xFF

        return write

    def _kept_reader(self, offset: int) -> Callable[[], int]:
        return lambda: self._kept[offset]

    def _starter(
        self, key: str, event: int, cycles: int, run: int, status: int
    ) -> Callable[[], None]:
        def started() -> None:
            self.values[status] = RUNNING | (1 if key == "hfclk" else self.values[LFCLKSRC] & 3)
            self.signal(event)

        def start() -> None:
            self.values[run] = 1
            self._schedule.at(key, self._now() + cycles, started)

        return start

    def _stopper(self, key: str, run: int, status: int) -> Callable[[], None]:
        def stop() -> None:
            self.values[run] = self.values[status] = 0
            self._schedule.cancel(key)

        return stop
