"""FICR and UICR: what the factory and the installer wrote into the chip (nRF52840 PS 1.7, 4.4 and 4.5).

The chip is a revision 2 (AAD0), in words that Nordic's start-up code reads to choose its remedies (nrf52_erratas.h).
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank

PART, REVISION = 0x130, 0x134  # undocumented; nrf52_erratas.h: 8 is the nRF52840
RESET_PINS, RESET_PIN = (0x200, 0x204), 18

# TEMP.A0..5, B0..5, T0..4: the reset values of the TEMP peripheral's own registers.
TEMPERATURE = (
    (0x326, 0x3FEF, 0xE2), (0x348, 0x3FBE, 0x00), (0x3AA, 0x3FBE, 0x19),
    (0x40E, 0x0012, 0x3C), (0x4BD, 0x0124, 0x50), (0x5A3, 0x027C, None),
)  # fmt: skip

ERASED = 0xFFFFFFFF
# CUSTOMER[0], which our firmware for this board reads: bytes that the serial port takes at a call; erased: any number
CALL_BYTES = 0x080


def make_ficr(serial_number: int) -> RegisterBank:
    """Chip information. serial_number: 64 bits, DEVICEID."""
    bank = RegisterBank("FICR", 0x10000000)
    low, high = serial_number & 0xFFFFFFFF, serial_number >> 32
    for offset, value in (
        (0x010, 4096), (0x014, 256),  # CODEPAGESIZE, CODESIZE
        (0x060, low), (0x064, high),  # DEVICEID
        (0x0A0, 1), (0x0A4, low), (0x0A8, high & 0xFFFF),  # DEVICEADDRTYPE, DEVICEADDR
        (0x100, 0x52840), (0x104, 0x41414430), (0x108, 0x2004), (0x10C, 256), (0x110, 1024),  # INFO
        (PART, 8), (REVISION, 2),
    ):  # fmt: skip
        bank.constant(offset, value)
    for place in range(4):  # keys that are unlike from chip to chip, made from the serial number
        mixed = (serial_number * (2 * place + 3) ^ serial_number >> 17) & 0xFFFFFFFF
        bank.constant(0x080 + 4 * place, mixed)
        bank.constant(0x090 + 4 * place, mixed ^ 0x5A5A5A5A)
    for place, (slope, offset, end) in enumerate(TEMPERATURE):
        bank.constant(0x404 + 4 * place, slope)
        bank.constant(0x41C + 4 * place, offset)
        if end is not None:
            bank.constant(0x434 + 4 * place, end)
    return bank


def make_uicr(written: dict[int, int], writable: Callable[[], bool]) -> RegisterBank:
    """Words that an image, its bootloader or the program wrote, by offset; every other one reads 0xFFFFFFFF.

    The program writes UICR as it does flash, bits from 1 to 0 while NVMC lets it: start-up code sets REGOUT0 and the
    reset pin so, and resets the chip.
    """
    bank = RegisterBank("UICR", 0x10001000)

    def add(offset: int) -> None:
        def write(value: int) -> None:
            if writable():
                written[offset] = written.get(offset, ERASED) & value

        bank.on_read(offset, lambda: written.get(offset, ERASED))
        bank.on_write(offset, write)

    for offset in (*range(0x014, 0x100, 4), 0x200, 0x204, 0x208, 0x20C, 0x210, 0x304):
        add(offset)
    return bank
