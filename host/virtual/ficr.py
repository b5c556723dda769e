"""FICR and UICR: what the factory and the installer wrote into the chip (nRF52840 Product Specification 1.1)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank

ERASED = 0xFFFFFFFF
CALL_BYTES = (
    0x080  # CUSTOMER[0]: bytes that the serial port takes at a call; erased: as many as there are
)


def make_ficr(serial_number: int) -> RegisterBank:
    """Chip information. serial_number: 64 bits, DEVICEID."""
    bank = RegisterBank("FICR", 0x10000000)
    low, high = serial_number & 0xFFFFFFFF, serial_number >> 32
    for offset, value in (
        (0x010, 4096), (0x014, 256),  # CODEPAGESIZE, CODESIZE
        (0x060, low), (0x064, high),  # DEVICEID
        (0x0A0, 1), (0x0A4, low), (0x0A8, high & 0xFFFF),  # DEVICEADDRTYPE, DEVICEADDR
        (0x100, 0x52840), (0x104, 0x41414430), (0x108, 0x2004), (0x10C, 256), (0x110, 1024),  # INFO
    ):  # fmt: skip
        bank.constant(offset, value)
    return bank


def make_uicr(call_bytes: Callable[[], int]) -> RegisterBank:
    """Erased: every word reads 0xFFFFFFFF, but for one that our firmware for this board asks: see CALL_BYTES."""
    bank = RegisterBank("UICR", 0x10001000)
    for offset in (*range(0x014, 0x100, 4), 0x200, 0x204, 0x208, 0x20C, 0x210, 0x304):
        bank.constant(offset, ERASED)
    bank.on_read(CALL_BYTES, call_bytes)
    return bank
