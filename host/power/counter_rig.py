"""A connected board and datasheets: its own counters say what it did, currents.py what that takes.

No meter: every figure is an estimate. One current for a whole hold, so single inferences cannot be told apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from host.link.device import Device
from host.link.messages import Held, Hello, Hold, PowerState
from host.power.currents import (
    COUNTED,
    LABEL,
    PORT,
    Activity,
    rail_current_a,
    supply_current_a,
    supply_in_words,
    uncertainty_a,
)
from host.power.meter import MarkerInput, MeterInfo
from host.power.rig import ConnectedRig, HeldTrace, Progress
from host.power.trace import Trace

RATE_HZ = 1000
CAMERA_STREAMS = (PowerState.CAMERA_ON, PowerState.CAPTURE)


class CounterRig(ConnectedRig):
    """A connected board without a meter."""

    def __init__(
        self, device: Device, supply_volt: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(device, supply_volt, clock)
        self.info = MeterInfo(
            name="datasheets and the board's counters",
            serial_number="none",
            rate_hz=RATE_HZ,
            marker=MarkerInput.NONE,
            estimated=True,
            settings={
                "figures": LABEL,
                "counted": COUNTED,
                "fed at": supply_in_words(supply_volt),
            },
        )

    def hold(
        self, state: PowerState, seconds: float, repetitions: int, progress: Progress
    ) -> HeldTrace:
        """See Rig."""
        self._device.command(Hold(int(state), round(seconds * 1000), repetitions))
        held = self._wait(seconds, progress, "while it was held")
        current, relative_uncertainty = mean_current(held, self.hello)
        samples = max(1, round(held.duration_us / 1e6 * RATE_HZ))
        supply = supply_current_a(current, self._supply_v)
        amperes = np.full(samples, supply, np.float32)
        trace = Trace(RATE_HZ, amperes, np.empty(0, np.uint8), float(self._supply_v))
        return HeldTrace(state, trace, (0, samples), held, relative_uncertainty)

    def close(self) -> None:
        """Frees the board."""
        self._device.close()


def mean_current(held: Held, hello: Hello) -> tuple[float, float]:
    """(amperes at the 3V3 pin, uncertainty as a share) of a hold, by the time that the CPU was awake in it."""
    state = PowerState(held.state)
    rest = Activity.DCDC if hello.dcdc else Activity(0)
    rest |= (
        Activity.SENSOR_STREAMS | Activity.CRYSTAL
        if state in CAMERA_STREAMS
        else Activity.SENSOR_STANDS_BY
    )
    if state is not PowerState.SLEEP:
        rest |= Activity.CRYSTAL | Activity.POWER_LED | Activity.SENSORS_SUPPLIED
    awake = min(1.0, held.awake_cycles / hello.clock_hz / max(held.duration_us / 1e6, 1e-9))
    parts = ((awake, rest | Activity.CPU_RUNS), (1 - awake, rest))
    current = sum(share * rail_current_a(activity) for share, activity in parts)
    relative_uncertainty = sum(share * uncertainty_a(activity) for share, activity in parts)
    if state is PowerState.SEND:
        current, relative_uncertainty = (
            current + PORT.amperes,
            relative_uncertainty + PORT.amperes * PORT.uncertainty,
        )
    return current, relative_uncertainty / current
