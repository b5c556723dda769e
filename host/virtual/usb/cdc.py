"""The host's driver for USB serial ports (USB CDC 1.2 and PSTN 1.2; in the order in which Linux' cdc_acm does it)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from host.virtual.usb.control import Request
from host.virtual.usb.descriptors import BULK, INTERRUPT, Device, Endpoint
from host.virtual.usb.host import UsbHost

COMMUNICATIONS, ABSTRACT_CONTROL_MODEL, DATA_CLASS = 2, 2, 0x0A
TO_INTERFACE, SET_LINE_CODING, SET_CONTROL_LINE_STATE = 0x21, 0x20, 0x22
DTR_AND_RTS = 3
FIRST_BAUD, BAUD, TOUCH_BAUD = 9600, 115_200, 1200


class CdcPort:
    """A serial port on the host. `received` gets what the device sends while the port is open.

    gone: called when the device vanishes, as a program's open port then dies.
    """

    def __init__(self, host: UsbHost) -> None:
        self._host = host
        self.received: Callable[[bytes], None] = lambda data: None
        self.gone: Callable[[], None] = lambda: None
        self._wanted = False
        self._forget()
        host.drivers.append(self)

    def removed(self) -> None:
        """The device is gone; a port that was open opens again when it is back."""
        self._forget()
        self.gone()

    def _forget(self) -> None:
        self._control = -1
        self._incoming: Endpoint | None = None
        self._outgoing: Endpoint | None = None
        self._notices: Endpoint | None = None

    def configured(self, device: Device) -> None:
        """Looks for a serial port."""
        for interface in device.interfaces:
            if interface.kind[:2] == (COMMUNICATIONS, ABSTRACT_CONTROL_MODEL):
                self._control = interface.number
                self._notices = interface.endpoint(INTERRUPT, incoming=True)
            elif interface.kind[0] == DATA_CLASS and interface.endpoints:
                self._incoming = interface.endpoint(BULK, incoming=True)
                self._outgoing = interface.endpoint(BULK, incoming=False)
        if self.is_there:
            self._set_lines(0)
            self._set_baud(FIRST_BAUD)
            if self._wanted:
                self._open()

    @property
    def is_there(self) -> bool:
        """Whether the device has a serial port."""
        return self._control >= 0 and self._incoming is not None and self._outgoing is not None

    def open(self) -> None:
        """A program opens the port: line coding, DTR and RTS; then it is read."""
        self._wanted = True
        if self.is_there:
            self._open()

    def close(self) -> None:
        """The program is gone: DTR falls."""
        was, self._wanted = self._wanted, False
        if was and self.is_there and self._incoming is not None:
            self._host.ignore(self._incoming)
            self._set_lines(0)

    def touch(self) -> None:
        """Opened and closed at 1200 baud: the bootloader is wanted."""
        if self.is_there:
            self._set_baud(TOUCH_BAUD)
            self._set_lines(DTR_AND_RTS)
            self._set_lines(0)

    def send(self, data: bytes) -> None:
        """Bytes for the device; lost when no port is there."""
        if self._outgoing is not None and self.is_there:
            self._host.write(self._outgoing, data)

    def _open(self) -> None:
        self._set_baud(BAUD)
        self._set_lines(DTR_AND_RTS)
        if self._incoming is not None:
            self._host.listen(self._incoming, lambda data: self.received(data))
        if self._notices is not None:
            self._host.listen(self._notices, lambda _: None)

    def _set_baud(self, baud: int) -> None:
        coding = struct.pack("<IBBB", baud, 0, 0, 8)  # one stop bit, no parity, 8 bits
        self._to_interface(SET_LINE_CODING, 0, coding)

    def _set_lines(self, lines: int) -> None:
        self._to_interface(SET_CONTROL_LINE_STATE, lines, b"")

    def _to_interface(self, number: int, value: int, data: bytes) -> None:
        request = Request(TO_INTERFACE, number, value, self._control, data=data)
        self._host.control(request, lambda _: None)
