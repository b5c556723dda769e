"""The window that the OV7675 takes by itself: TSLB[0] sets it "when resolution changes" (DS70, INF TSLB_AUTO_WIN).

Which values it takes is nowhere written; here they are those that INF sets by hand for the same format, and the
reset's for what INF does not have. Sources: see sensor_registers.
"""

from __future__ import annotations

from collections.abc import Sequence

from host.virtual.sensor_registers import COM7, HREF, HSTART, HSTOP, VREF, VSTART, VSTOP
from host.virtual.sensor_timing import CIF, QCIF, QVGA

FORMATS = CIF | QVGA | QCIF
WINDOW_VGA = {HREF: 0x36, HSTART: 0x13, HSTOP: 0x01, VREF: 0x0A, VSTART: 0x02, VSTOP: 0x7A}
WINDOW_SMALL = {HREF: 0x80, HSTART: 0x15, HSTOP: 0x03, VREF: 0x00, VSTART: 0x03, VSTOP: 0x7B}


def automatic_window(registers: Sequence[int], com7: int) -> bytearray:
    """The registers with the window for this COM7; as they are when the format stays the same."""
    after = bytearray(registers)
    if (registers[COM7] ^ com7) & FORMATS:
        for number, value in (WINDOW_SMALL if com7 & FORMATS else WINDOW_VGA).items():
            keep = registers[number] & 0xC0 if number == VREF else 0  # AGC[9:8]
            after[number] = value | keep
    return after
