"""Where peripherals lie, their interrupts, and what they read after a reset: nRF52840 Product Specification 1.7.

Its instantiation table (4.2.3) gives each peripheral an ID: its page is 0x40000000 + ID * 0x1000, its interrupt the ID.
"""

from __future__ import annotations

import pytest

from host.virtual.bus import NAMES, RegisterBank
from host.virtual.interrupts import EventBank
from tests.virtual.bench import Bench

IDS = {
    0: "POWER/CLOCK", 1: "RADIO", 2: "UARTE0", 3: "SPIM0/TWIM0", 4: "SPIM1/TWIM1", 5: "NFCT", 6: "GPIOTE",
    7: "SAADC", 8: "TIMER0", 9: "TIMER1", 10: "TIMER2", 11: "RTC0", 12: "TEMP", 13: "RNG", 14: "ECB",
    15: "AAR/CCM", 16: "WDT", 17: "RTC1", 18: "QDEC", 19: "COMP/LPCOMP", 20: "EGU0", 26: "TIMER3",
    27: "TIMER4", 28: "PWM0", 29: "PDM", 30: "NVMC", 31: "PPI", 32: "MWU", 33: "PWM1", 34: "PWM2",
    35: "SPIM2", 36: "RTC2", 37: "I2S", 38: "FPU", 39: "USBD", 40: "UARTE1", 41: "QSPI", 45: "PWM3",
    47: "SPIM3",
}  # fmt: skip
ELSEWHERE = {  # GPIO: 6.9.2; FICR, UICR: 4.4, 4.5; the core's: ARM DDI 0403E, table B3-3 and appendix C1
    "GPIO": 0x5 << 28, "FICR": 0x1 << 28, "UICR": 0x10001 << 12, "ITM": 0xE << 28, "DWT": 0xE0001 << 12,
    "FPB": 0xE0002 << 12, "SCS": 0xE000E << 12, "TPIU": 0xE0040 << 12, "ETM": 0xE0041 << 12,
}  # fmt: skip
ID_OF = {name: number for number, name in IDS.items()} | {
    "TWI0": 3, "TWI1": 4, **{f"EGU{n}": 20 + n for n in range(6)}
}  # fmt: skip
UNDOCUMENTED = "USBD's anomalies"  # what Nordic's errata sheet writes to


@pytest.fixture(scope="module")
def banks() -> dict[str, RegisterBank]:
    return {bank.name: bank for bank in Bench().board.bus.banks()}


def test_pages_have_their_names() -> None:
    pages = {0x40000000 + number * 4096: name for number, name in IDS.items()}
    assert {at: name for name, at in ELSEWHERE.items()} | pages == NAMES


def test_each_peripheral_is_at_its_page_and_has_its_interrupt(
    banks: dict[str, RegisterBank],
) -> None:
    found = set()
    for name, bank in banks.items():
        if name in ID_OF:
            found.add(name)
            assert bank.start == 0x40000000 + ID_OF[name] * 4096
            if isinstance(bank, EventBank):
                assert bank.number == ID_OF[name]
        elif name != UNDOCUMENTED:
            assert bank.start == ELSEWHERE[name], name
    needed = {
        "UARTE0",
        "TWI0",
        "TWI1",
        "GPIOTE",
        "TEMP",
        "RNG",
        "WDT",
        "NVMC",
        "PPI",
        "POWER/CLOCK",
    }
    assert needed | {f"TIMER{n}" for n in range(5)} | {f"RTC{n}" for n in range(3)} <= found


@pytest.mark.parametrize(
    ("name", "offset", "value"),
    [
        ("NVMC", 0x400, 1), ("NVMC", 0x408, 1), ("NVMC", 0x504, 0), ("NVMC", 0x540, 0),
        ("NVMC", 0x548, 0), ("NVMC", 0x54C, 0),
        ("FICR", 0x010, 4096), ("FICR", 0x014, 256), ("FICR", 0x100, 0x52840),
        ("FICR", 0x104, int.from_bytes(b"AAD0")), ("FICR", 0x108, 0x2004),
        ("FICR", 0x10C, 256), ("FICR", 0x110, 1024),
    ],
)  # fmt: skip
def test_what_registers_read_after_a_reset(
    banks: dict[str, RegisterBank], name: str, offset: int, value: int
) -> None:
    """NVMC: 4.3.9; FICR: 4.4.1, of a QIAA of revision 2 (AAD0), 1 MB of flash in pages of 4 KB, 256 KB of RAM."""
    assert banks[name].read(offset) == value


def test_the_thermometers_line_is_that_of_the_factory(banks: dict[str, RegisterBank]) -> None:
    """6.29.2: slopes, offsets and ends of six pieces; FICR has them for start-up code (4.4.1, TEMP.A0 and on)."""
    slopes = (0x326, 0x348, 0x3AA, 0x40E, 0x4BD, 0x5A3)
    offsets = (0x3FEF, 0x3FBE, 0x3FBE, 0x012, 0x124, 0x27C)
    ends = (0xE2, 0x00, 0x19, 0x3C, 0x50)
    for name, places in (("TEMP", (0x520, 0x540, 0x560)), ("FICR", (0x404, 0x41C, 0x434))):
        for place, values in zip(places, (slopes, offsets, ends), strict=True):
            read = [banks[name].read(place + 4 * at) for at in range(len(values))]
            assert read == list(values), name
