"""How a virtual board is set up: its identity, its wiring, and the faults a test gives it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from enum import Enum

from host.virtual.cycles import CycleModel
from host.virtual.silicon import Silicon

# Whether our bare-metal image is charged what Arduino's core would take from it, unless --core-load says: what is shown
# as a board's is then what the flashed image does.
CORE_LOAD_BY_DEFAULT = True
BARE_IMAGE, CORE_IMAGE = "default_model", "mbed_start"  # symbols: our firmware; mbed OS within it
DEFAULT_SERIAL_NUMBER = 0x5EED_0F_0A_B0A2D


class DataWiring(Enum):
    """Which pins carry the two lowest bits of the camera's data bus."""

    SHIELD = "shield"  # D0 on P1.03, D1 on P1.02: the Tiny Machine Learning Kit
    BREADBOARD = "breadboard"  # D0 on P1.02, D1 on P1.03: the wiring of Arduino's library


@dataclass(frozen=True)
class SensorFaults:
    """What is broken about the camera; all false: nothing."""

    absent: bool = False  # SCCB is never acknowledged, no pin moves
    wrong_identity: bool = False
    data_line_stuck: bool = False  # SDA is held low
    no_vsync: bool = False
    no_href: bool = False
    no_pclk: bool = False
    stuck_bit: int | None = None  # this data bit always reads 1


@dataclass(frozen=True)
class BoardOptions:
    """serial_number: 64 bits. pin_wait_cycles: wait states of a read of the pins, beside the silicon's own.

    core_load: charge what Arduino's core takes (core_load.py); None: as the firmware needs it, see charges_core.
    """

    serial_number: int = DEFAULT_SERIAL_NUMBER
    data_wiring: DataWiring = DataWiring.SHIELD
    pin_wait_cycles: int = 0
    always_exact: bool = False
    core_load: bool | None = None
    silicon: Silicon = field(default_factory=Silicon)
    faults: SensorFaults = field(default_factory=SensorFaults)
    cycle_model: CycleModel = field(default_factory=CycleModel)

    def charges_core(self, symbols: Container[str]) -> bool:
        """Whether the core's interrupts are charged beside a firmware with these symbols: ours without the core."""
        if self.core_load is not None:
            return self.core_load
        return CORE_LOAD_BY_DEFAULT and BARE_IMAGE in symbols and CORE_IMAGE not in symbols
