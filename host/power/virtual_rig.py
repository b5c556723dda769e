"""The virtual board held in a state, under a meter that knows datasheets (virtual_meter.py).

It runs in this process and in its own time, as fast as it can; the same run gives the same figures.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.base.errors import HostError
from host.base.places import PREBUILT
from host.link.client import Client
from host.link.fault_advice import fault_error
from host.link.line import GUEST, Line
from host.link.messages import Fault, Held, Hold, PowerState, Setting
from host.power.currents import supply_in_words
from host.power.rig import HeldTrace, Progress, checked
from host.power.virtual_meter import RATE_HZ, VirtualMeter, meter_info
from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions
from host.virtual.scene import Scene

LATE_S = 30.0
MARGIN_S = 0.05  # at either end of a hold, so that no message of ours is in it
SLICE_S = 0.25


class VirtualRig:
    """A virtual board and its datasheets."""

    def __init__(
        self,
        scene: Scene,
        supply_volt: float,
        elf: Path = PREBUILT,
        *,
        core_load: bool | None,
    ) -> None:
        """core_load: see BoardOptions."""
        options = BoardOptions(core_load=core_load)
        port = LocalPort(scene, options, elf, slice_cycles=round(SLICE_S * CLOCK_HZ))
        self.port = port.name
        self._supply_v = supply_volt
        self._meter = VirtualMeter(port.board)
        self._client = Client(Line(port, replace(GUEST, answer_s=1.0), port.clock))
        self.hello = self._client.greet()
        self.info = meter_info({"fed at": supply_in_words(supply_volt)})

    def set(self, setting: Setting, value: int) -> None:
        """Changes a setting of the board, and asks what it says of itself now."""
        self._client.set(setting, value)
        self.hello = self._client.greet()

    def hold(
        self, state: PowerState, seconds: float, repetitions: int, progress: Progress
    ) -> HeldTrace:
        """See Rig; seconds are the board's."""
        planned_s = seconds + 2 * MARGIN_S
        self._client.command(Hold(int(state), round(planned_s * 1000), repetitions))
        self._meter.begin()
        held = checked(self._held(planned_s + LATE_S, progress))
        trace, uncertainty = self._meter.end(self._supply_v)
        stop = len(trace) - round(MARGIN_S * RATE_HZ)
        start = stop - round(seconds * RATE_HZ)  # before it the board may have started its camera
        return HeldTrace(state, trace, (max(0, start), stop), held, uncertainty)

    def close(self) -> None:
        """There is nothing to free."""

    def _held(self, within_s: float, progress: Progress) -> Held:
        """Messages of other kinds are dropped, a fault ends it."""
        clock = self._client.line.clock
        first = clock()
        while (over := clock() - first) < within_s:
            progress(over)
            message = self._client.receive(SLICE_S)
            if isinstance(message, Held):
                return message
            if isinstance(message, Fault):
                raise fault_error("the virtual board", message)
        raise HostError(f"the virtual board sent no Held in {within_s:.0f} s of its time")
