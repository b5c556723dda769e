"""A connected board and a meter that measures."""

from __future__ import annotations

import time
from collections.abc import Callable

from host.link.device import Device
from host.link.messages import Hold, PowerState
from host.power.collector import LATE_S, Collector
from host.power.meter import MeterInfo, PowerMeter
from host.power.rig import ConnectedRig, HeldTrace, Progress
from host.power.trace import Trace, join

MARGIN_S = 0.5  # at either end of a hold: samples reach us later than the board's words


class LiveRig(ConnectedRig):
    """A connected board and a meter that measures."""

    def __init__(
        self,
        device: Device,
        meter: PowerMeter,
        collector: Collector,
        supply_volt: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """collector: of the meter, which was started before: it may be what the board lives on."""
        super().__init__(device, supply_volt, clock)
        self._meter, self._collector = meter, collector

    @property
    def info(self) -> MeterInfo:
        """Of the meter."""
        return self._meter.info

    def hold(
        self, state: PowerState, seconds: float, repetitions: int, progress: Progress
    ) -> HeldTrace:
        """See Rig. The hold lasts a margin longer at both ends."""
        while self._device.receive(0.0) is not None:
            pass
        planned_s = seconds + 2 * MARGIN_S
        self._collector.begin()
        self._device.command(Hold(int(state), round(planned_s * 1000), repetitions))
        begun = self._collector.now()
        held = self._wait(planned_s, progress, "while it was measured", self._collector.check)
        self._settle(self._collector.now() + round(MARGIN_S * self.info.rate_hz))
        trace = join(self._collector.end(), self.info.rate_hz, self._supply_v)
        return HeldTrace(state, trace, self._inside(begun, seconds, trace), held)

    def close(self) -> None:
        """Frees board and meter."""
        self._collector.close()
        self._device.close()
        self._meter.stop()
        self._meter.close()

    def _settle(self, last: int) -> None:
        """Until what the meter saw of the hold's end has arrived: that sample."""
        end = self._clock() + LATE_S
        while self._collector.count < last and self._clock() < end:
            self._device.receive(0.02)
            self._collector.check()

    def _inside(self, begun: int, seconds: float, trace: Trace) -> tuple[int, int]:
        start = begun + round(MARGIN_S * self.info.rate_hz)
        return start, min(len(trace), start + round(seconds * self.info.rate_hz))
