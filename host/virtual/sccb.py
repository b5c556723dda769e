"""The sensor's end of SCCB (SCCB Specification 2.2): decodes the two lines edge by edge and answers.

A write is three phases (device, register, value); a read is a two-phase write, a stop, and a two-phase read.
"""

from __future__ import annotations

from typing import Protocol


class RegisterDevice(Protocol):
    """What sits behind the bus."""

    def answers(self) -> bool:
        """Whether it has power and a clock and is not in reset."""

    def read_register(self, number: int) -> int:
        """A register's value."""

    def write_register(self, number: int, value: int) -> None:
        """Sets a register."""


IDLE, DEVICE, REGISTER, VALUE, SENDING = range(5)


class SccbSlave:
    """A device at a 7-bit address. `low` says whether it pulls SDA down now."""

    def __init__(self, address: int, device: RegisterDevice) -> None:
        self._address, self._device = address, device
        self._scl = self._sda = True
        self._phase, self._bits, self._shift = IDLE, 0, 0
        self._register = 0
        self.low = False

    def lines(self, scl: bool, sda: bool) -> None:
        """New levels of the lines; sda as the wire has it, our own pull included."""
        was_scl, was_sda = self._scl, self._sda
        self._scl, self._sda = scl, sda
        if scl and was_scl and sda != was_sda:
            self._phase = IDLE if sda else DEVICE
            self._bits = self._shift = 0
            self.low = False
        elif self._phase != IDLE and scl and not was_scl:
            self._rising(sda)
        elif self._phase != IDLE and was_scl and not scl:
            self._falling()

    def _rising(self, sda: bool) -> None:
        self._bits += 1
        if self._phase != SENDING and self._bits <= 8:
            self._shift = self._shift << 1 & 0xFF | sda

    def _falling(self) -> None:
        if self._phase == SENDING:
            self._send_bit()
        elif self._bits == 8:
            self.low = self._acknowledges()
            if not self.low:
                self._phase = IDLE
        elif self._bits == 9:
            self._finish_byte()
        else:
            self.low = False

    def _acknowledges(self) -> bool:
        mine = self._phase != DEVICE or self._shift >> 1 == self._address
        return mine and self._device.answers()

    def _finish_byte(self) -> None:
        """After the acknowledge: what the byte meant."""
        byte, self._bits = self._shift, 0
        self.low = False
        if self._phase == DEVICE and byte & 1:
            self._phase = SENDING
            self._shift = self._device.read_register(self._register)
            self._send_bit()
        elif self._phase == DEVICE:
            self._phase = REGISTER
        elif self._phase == REGISTER:
            self._register, self._phase = byte, VALUE
        else:
            self._device.write_register(self._register, byte)

    def _send_bit(self) -> None:
        """Puts the next bit on SDA while SCL is low; lets go behind the eighth."""
        self.low = self._bits < 8 and not self._shift >> (7 - self._bits) & 1
