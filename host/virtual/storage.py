"""Peripherals that start-up code configures and nothing here uses: their settings are stored, they do nothing.

A task of theirs is not among their registers: starting one is warned about by name.
"""

from __future__ import annotations

from host.virtual.bus import RegisterBank

PWM_STARTS = (0x4001C000, 0x40021000, 0x40022000, 0x4002D000)
PWM_SETTINGS = (0x500, 0x504, 0x508, 0x50C, 0x510, 0x514)
SAADC_SETTINGS = (0x500, 0x5F0, 0x5F4, 0x5F8)
QSPI_SETTINGS = (0x500, 0x524, 0x528, 0x534, 0x538, 0x540, 0x544, 0x600)
UNCONNECTED = 0xFFFFFFFF


def make_storage() -> list[RegisterBank]:
    """PWM0..3, SAADC and QSPI (nRF52840 Product Specification 1.7, 6.17, 6.23, 6.18)."""
    banks = []
    for index, start in enumerate(PWM_STARTS):
        bank = RegisterBank(f"PWM{index}", start)
        bank.plain(*PWM_SETTINGS)
        bank.plain(*range(0x560, 0x570, 4), reset=UNCONNECTED)  # PSEL.OUT
        banks.append(bank)
    for name, start, settings in (
        ("SAADC", 0x40007000, SAADC_SETTINGS),
        ("QSPI", 0x40029000, QSPI_SETTINGS),
    ):
        bank = RegisterBank(name, start)
        bank.plain(*settings)
        banks.append(bank)
    return banks
