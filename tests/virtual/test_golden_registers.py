"""Every register that the virtual chip has, and what it reads after a reset: whole, against tests/golden/texts.

Where a value comes from a document, the tests by register hold it against that; here none changes unseen.
"""

from __future__ import annotations

from host.virtual.bus import RegisterBank
from tests.goldens import check_golden
from tests.virtual.bench import Bench

PAGE = 0x1000


def registers(bank: RegisterBank) -> list[str]:
    """Name and address of a peripheral, then `offset value` of each of its registers that can be read."""
    lines = [f"{bank.name} {bank.start:#010x}"]
    for offset in range(0, PAGE, 4):
        if bank.knows(offset):
            lines.append(f"  {offset:03x} {bank.read(offset) & 0xFFFFFFFF:08x}")
    return lines


def test_registers_after_a_reset() -> None:
    banks = sorted(Bench().board.bus.banks(), key=lambda bank: bank.start)
    check_golden("virtual_registers", "\n".join(line for bank in banks for line in registers(bank)))
