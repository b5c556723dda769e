"""What a board draws by its datasheets: a current for each thing it can be doing, with its source and its uncertainty.

Nothing here was measured, and where a source says "unconfirmed" the figure was not read off the sheet itself. A sum's
uncertainty is the sum of its parts': they may all be wrong the same way.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

LABEL = "ESTIMATED from datasheets, not measured"
RAIL_V = 3.3  # of the pin 3V3
LOWEST_VIN_V, HIGHEST_VIN_V = 4.5, 21.0
REGULATOR_EFFICIENCY, REGULATOR_UNCERTAINTY = 0.80, 0.12
REGULATOR_OWN_A = 0.2e-3


@dataclass(frozen=True)
class Figure:
    """amperes at the 3V3 pin; uncertainty as a share of it, either way; where both come from."""

    amperes: float
    uncertainty: float
    source: str


class Activity(enum.IntFlag):
    """What a board is doing at one moment; the marker pin and the port cost what is added here, the rest see Figure."""

    CPU_RUNS = 1
    DCDC = 2
    CRYSTAL = 4  # HFXO, or a peripheral that keeps the fast clock
    SENSOR_STANDS_BY = 8  # powered down by PWDN
    SENSOR_SLEEPS = 16  # soft sleep, COM2
    SENSOR_STREAMS = 32
    PORT_SENDS = 64
    MARKER = 128
    POWER_LED = 256
    SENSORS_SUPPLIED = 512  # the board's own: motion, gesture, pressure, microphone


PRODUCT = "nRF52840 Product Specification 1.1, 5.2.1 (typical, 3 V, 25 °C)"
CPU_LDO = Figure(
    6.3e-3, 0.15, f"{PRODUCT}, CPU running: CoreMark from flash with cache, 64 MHz, HFXO, LDO"
)
CPU_DCDC = Figure(3.3e-3, 0.15, f"{PRODUCT}, the same with the DC/DC converter")
CLOCKS = Figure(
    0.646e-3,
    0.30,
    f"{PRODUCT}, ITIMER2: a peripheral on HFXO while the CPU sleeps, LDO; taken for UARTE, I2S and SysTick, too",
)
RETENTION = Figure(
    3.16e-6, 0.30, f"{PRODUCT}, ION_RAMON_RTC: System ON, 256 KB of RAM kept, RTC on LFRC"
)
PORT = Figure(
    0.4e-3,
    0.50,
    "UARTE at 1 Mbaud while it sends: assumed, of the size of one more peripheral in the same table. "
    "USB is not in it: it takes its 2.4 mA from VBUS (IUSB,ACTIVE,VBUS), another supply",
)
SENSOR_STREAM = Figure(
    11.8e-3,
    0.50,
    "unconfirmed: 60 mW at 15 frames/s (OV7670) and 98 mW at 30 (OV7675), drawn through linear regulators as "
    "18.2 and 29.7 mA at 3.3 V, on a straight line down to the 6.7 frames/s of its clock here",
)
SENSOR_SLEEP = Figure(1.0e-3, 0.50, "unconfirmed: OV7670, standby by register, typical")
SENSOR_STANDBY = Figure(
    10e-6, 1.00, "unconfirmed: OV7670 with PWDN high, typical; 20 microamperes at most"
)
BOARD = Figure(
    0.25e-3,
    0.60,
    "best case that owners of a Nano 33 BLE Sense report with its LED and sensors off; nothing of the firmware",
)
POWER_LED = Figure(
    1.2e-3, 0.50, "assumed: a green LED of 2.1 V behind 1 kOhm at 3.3 V, lit by P1.09 of the board"
)
SENSORS = Figure(
    0.5e-3,
    0.80,
    "assumed: the regulated sensors of the board, switched by P0.22, none of them started by us, and their "
    "bus's pull-ups",
)
FIGURES: dict[str, Figure] = {
    "CPU running, LDO": CPU_LDO,
    "CPU running, DC/DC": CPU_DCDC,
    "CPU asleep, clocks on": CLOCKS,
    "CPU asleep, clocks off": RETENTION,
    "port sending": PORT,
    "camera streaming": SENSOR_STREAM,
    "camera in soft sleep": SENSOR_SLEEP,
    "camera in PWDN": SENSOR_STANDBY,
    "power LED": POWER_LED,
    "the board's own sensors": SENSORS,
    "rest of the board": BOARD,
}
COUNTED = (
    "CPU, its clocks, the camera, the port, the power LED and the board's own sensors (both off in SLEEP and while "
    "watching), the rest of the board"
)


def parts_of(activity: Activity) -> tuple[Figure, ...]:
    """The figures that add up at this moment."""
    parts = [BOARD]
    if activity & Activity.CPU_RUNS:
        parts.append(CPU_DCDC if activity & Activity.DCDC else CPU_LDO)
    else:
        parts.append(CLOCKS if activity & Activity.CRYSTAL else RETENTION)
    for flag, figure in (
        (Activity.SENSOR_STREAMS, SENSOR_STREAM),
        (Activity.SENSOR_SLEEPS, SENSOR_SLEEP),
        (Activity.SENSOR_STANDS_BY, SENSOR_STANDBY),
        (Activity.PORT_SENDS, PORT),
        (Activity.POWER_LED, POWER_LED),
        (Activity.SENSORS_SUPPLIED, SENSORS),
    ):
        if activity & flag:
            parts.append(figure)
    return tuple(parts)


def rail_current_a(activity: Activity) -> float:
    """At the 3V3 pin."""
    return sum(figure.amperes for figure in parts_of(activity))


def uncertainty_a(activity: Activity) -> float:
    """Either way, at the 3V3 pin."""
    return sum(figure.amperes * figure.uncertainty for figure in parts_of(activity))


def supply_current_a(rail_a: float, supply_volt: float) -> float:
    """What the supply gives for a current of the rail: the same at the 3V3 pin, through the regulator at VIN."""
    if supply_volt < LOWEST_VIN_V:
        return rail_a
    return REGULATOR_OWN_A + rail_a * RAIL_V / (supply_volt * REGULATOR_EFFICIENCY)


def supply_in_words(supply_volt: float) -> str:
    """Where this voltage goes."""
    if supply_volt < LOWEST_VIN_V:
        return f"{supply_volt:g} V at the 3V3 pin"
    return (
        f"{supply_volt:g} V at VIN, through the regulator (MPM3610; {REGULATOR_EFFICIENCY:.0%} "
        f"± {REGULATOR_UNCERTAINTY:.0%} and {REGULATOR_OWN_A * 1e3:g} mA of its own, assumed)"
    )
