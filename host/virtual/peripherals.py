"""The peripherals that need nothing of the board but the chip itself, and the wires from all events to the PPI."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from host.virtual.bus import PeripheralBus, RegisterBank
from host.virtual.chip import Chip
from host.virtual.egu import UNITS, Egu
from host.virtual.ficr import make_ficr
from host.virtual.interrupts import EventBank
from host.virtual.ppi import Ppi
from host.virtual.rng import Rng
from host.virtual.rtc import PLACES as RTC_PLACES
from host.virtual.rtc import Rtc
from host.virtual.storage import make_storage
from host.virtual.temp import Temp
from host.virtual.timer import PLACES, Timer
from host.virtual.wdt import Wdt


def make_banks(chip: Chip, serial_number: int, bite: Callable[[], None]) -> list[RegisterBank]:
    """All of them. bite: what the watchdog does."""
    return [
        *(Timer(n, chip) for n in range(len(PLACES))),
        *(Rtc(n, chip.schedule, chip.nvic, chip.now) for n in range(len(RTC_PLACES))),
        *(Egu(n, chip) for n in range(UNITS)),
        Rng(chip, serial_number),
        Temp(chip),
        Wdt(chip, bite),
        make_ficr(serial_number),
        *make_storage(),
    ]


def connect(chip: Chip, bus: PeripheralBus, banks: Iterable[RegisterBank]) -> Ppi:
    """Puts banks on the bus, and a PPI between their events and tasks; that of the timers is up to the caller."""
    ppi = Ppi(chip, lambda address: bus.write(address, 4, 1))
    for bank in (*banks, ppi):
        bus.add(bank)
        if isinstance(bank, EventBank):
            bank.happened = ppi.happened
    return ppi
