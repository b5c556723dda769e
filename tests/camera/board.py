"""What the driver wrote, read over the link: registers of the sensor and of the chip, whatever model stands behind."""

from __future__ import annotations

from host.link.messages import CameraRegister
from tests.system.board import Bench

ROW_CLOCKS, CPU_HZ = (
    784 * 2,
    64_000_000,
)  # of the sensor's raster (OV7675 data sheet); the PLL makes 64 MHz


def register(bench: Bench, address: int) -> int:
    """One register of the sensor."""
    return bench.ask(CameraRegister(address, 0, 0)).value


def row_seconds(divider: int) -> float:
    """How long a row of the array lasts at this CLKRC."""
    return ROW_CLOCKS * (divider + 1) / CPU_HZ


def exposure_rows(bench: Bench) -> int:
    """AEC[15:0]."""
    high, middle, low = (register(bench, address) for address in (0x07, 0x10, 0x04))
    return (high & 0x3F) << 10 | middle << 2 | low & 3
