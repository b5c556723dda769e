"""TWI0 and TWI1: the byte-wise I2C master (nRF52840 Product Specification 1.7, 6.31; order of tasks as in nrfx_twi.c).

Behind a pair of pins are register devices: the first byte of a write chooses the register, as the camera's bus does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from host.virtual.chip import Chip
from host.virtual.interrupts import EventBank
from host.virtual.sccb import RegisterDevice

STARTRX, STARTTX, STOP, SUSPEND, RESUME = 0x000, 0x008, 0x014, 0x01C, 0x020
STOPPED, RXDREADY, TXDSENT, ERROR, BB, SUSPENDED = 0x104, 0x108, 0x11C, 0x124, 0x138, 0x148
SHORTS, ERRORSRC, ENABLE, PSELSCL, PSELSDA, RXD, TXD, FREQUENCY, ADDRESS = (
    0x200, 0x4C4, 0x500, 0x508, 0x50C, 0x518, 0x51C, 0x524, 0x588,
)  # fmt: skip
SHORT_SUSPEND, SHORT_STOP, NACK_OF_ADDRESS, NACK_OF_DATA = 1, 2, 2, 4
ENABLED, UNCONNECTED = 5, 0xFFFFFFFF
BIT_CYCLES = {0x01980000: 640, 0x04000000: 256, 0x06400000: 160, 0x06680000: 160}
PLACES = ((0x40003000, 3), (0x40004000, 4))


@dataclass(frozen=True)
class Bus:
    """Devices on a pair of pins. scl, sda: numbers as in PSEL, 32 added for P1."""

    scl: int
    sda: int
    devices: Mapping[int, RegisterDevice]


class Twi(EventBank):
    """One master."""

    def __init__(self, index: int, chip: Chip, buses: tuple[Bus, ...]) -> None:
        start, interrupt = PLACES[index]
        events = (STOPPED, RXDREADY, TXDSENT, ERROR, BB, SUSPENDED)
        super().__init__(f"TWI{index}", start, chip.nvic, interrupt, events)
        self._chip, self._buses = chip, buses
        self.plain(SHORTS, ENABLE, RXD, TXD, ADDRESS)
        self.plain(PSELSCL, PSELSDA, reset=UNCONNECTED)
        self.plain(FREQUENCY, reset=0x04000000)
        self.on_write(ERRORSRC, self._clear_error)
        self.on_write(TXD, self._write_data)
        for offset, action in (
            (STARTRX, lambda: self._begin(self._receive)),
            (STARTTX, lambda: self._begin(self._send)),
            (STOP, self._stop),
            (SUSPEND, self._suspend),
            (RESUME, self._resume),
        ):
            self.task(offset, action)
        self._idle()
        self._register = 0

    def reset(self) -> None:
        """Idle."""
        super().reset()
        self._idle()

    def _idle(self) -> None:
        self._next: Callable[[], None] | None = None  # how the transfer goes on
        self._to_send: int | None = None
        self._sent = 0
        self._busy = self._suspended = False

    def _clear_error(self, value: int) -> None:
        self.values[ERRORSRC] &= ~value

    def _device(self) -> RegisterDevice | None:
        pins = self.values[PSELSCL], self.values[PSELSDA]
        for bus in self._buses:
            device = bus.devices.get(self.values[ADDRESS] & 0x7F)
            if pins == (bus.scl, bus.sda) and device is not None and device.answers():
                return device
        return None

    def _after(self, bits: int, action: Callable[[], None]) -> None:
        """`action` after so many bits on the bus."""
        cycles = bits * BIT_CYCLES.get(self.values[FREQUENCY], BIT_CYCLES[0x01980000])
        self._busy = True

        def act() -> None:
            self._busy = False
            action()

        self._chip.schedule.at(self.name, self._chip.now() + cycles, act)

    def _begin(self, go_on: Callable[[], None]) -> None:
        """Start condition and address; a transfer may begin where another one did not stop."""
        if self.values[ENABLE] != ENABLED:
            return
        self._next, self._sent, self._suspended = go_on, 0, False
        self._after(10, self._addressed)

    def _addressed(self) -> None:
        if self._device() is None:
            self._fail(NACK_OF_ADDRESS)
        elif self._next is not None:
            self._next()

    def _fail(self, reason: int) -> None:
        self.values[ERRORSRC] |= reason
        self._next = None
        self.signal(ERROR)

    # -- to the device ------------------------------------------------------------------------------------------

    def _write_data(self, value: int) -> None:
        self.values[TXD] = self._to_send = value & 0xFF
        if self._next == self._send and not self._busy:
            self._send()

    def _send(self) -> None:
        if self._to_send is None or self._suspended:
            return
        byte, self._to_send = self._to_send, None

        def sent() -> None:
            device = self._device()
            if device is None:
                self._fail(NACK_OF_DATA)
                return
            if self._sent == 0:
                self._register = byte
            else:
                device.write_register(self._register, byte)
            self._sent += 1
            self.signal(TXDSENT)
            self._send()

        self._after(9, sent)

    # -- from the device ----------------------------------------------------------------------------------------

    def _receive(self) -> None:
        if self._suspended:
            return

        def received() -> None:
            device = self._device()
            self.values[RXD] = 0xFF if device is None else device.read_register(self._register)
            shorts = self.values[SHORTS]
            if shorts & SHORT_STOP:
                self._stop()
            elif shorts & SHORT_SUSPEND:
                self._suspend()
            self.signal(BB)
            self.signal(RXDREADY)
            if not shorts & (SHORT_STOP | SHORT_SUSPEND):
                self._receive()

        self._after(9, received)

    # -- the end ------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        def stopped() -> None:
            self._idle()
            self.signal(STOPPED)

        self._after(1, stopped)

    def _suspend(self) -> None:
        self._suspended = True
        self.signal(SUSPENDED)

    def _resume(self) -> None:
        if self._suspended:
            self._suspended = False
            if self._next is not None and not self._busy:
                self._next()
