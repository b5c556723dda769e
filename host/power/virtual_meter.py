"""A meter that knows datasheets: what a virtual board in this process did, cycle by cycle, priced by currents.py."""

from __future__ import annotations

import numpy as np

from host.base.boards import CLOCK_HZ
from host.power.currents import COUNTED, LABEL, Activity, supply_current_a
from host.power.meter import MarkerInput, MeterInfo
from host.power.timeline import Timeline
from host.power.trace import Trace
from host.virtual.board import VirtualBoard
from host.virtual.observer import Observer
from host.virtual.ov7675 import COM2, SOFT_SLEEP
from host.virtual.power import HFCLKSTAT, RUNNING

RATE_HZ = 100_000
POWER_DOWN_PIN, POWER_LED_PIN = 1, 9  # of P1
SENSORS_SUPPLY_PIN = 22  # of P0


def meter_info(settings: dict[str, str] | None = None) -> MeterInfo:
    """What this meter says of itself. settings: more of them, for the run's conditions."""
    return MeterInfo(
        name="datasheets",
        serial_number="none",
        rate_hz=RATE_HZ,
        marker=MarkerInput.LEVEL,
        estimated=True,
        settings={"figures": LABEL, "counted": COUNTED} | (settings or {}),
    )


class VirtualMeter(Observer):
    """Watches a board from now on. Also a Recorder (host/bench/mlperf/energy.py)."""

    def __init__(self, board: VirtualBoard) -> None:
        self.info = meter_info()
        self.timeline = Timeline()
        self._board, self._began = board, board.cycles
        board.observer = self
        self.changed()

    def changed(self) -> None:
        """See Observer."""
        self.timeline.note(self._board.cycles, activity_of(self._board))

    def sent(self, data: bytes) -> None:
        """See Observer."""
        now = self._board.cycles
        self.timeline.note_sent(now - len(data) * self._board.uarte.byte_cycles(), now)

    def begin(self) -> None:
        """A trace begins here; all before is forgotten."""
        self.timeline.forget()
        self._began = self._board.cycles

    def end(self, volts: float) -> tuple[Trace, float]:
        """What a meter would have seen since begin(), and the uncertainty of its mean, as a share: datasheets."""
        start, stop = self._began, self._board.cycles
        samples = (stop - start) * RATE_HZ // CLOCK_HZ
        uncertainty = self.timeline.uncertainty(start, stop)
        stop = start + samples * CLOCK_HZ // RATE_HZ
        rail = self.timeline.rail_currents(start, stop, samples)
        least, most = (supply_current_a(amperes, volts) for amperes in (0.0, 1.0))
        current = (least + rail * (most - least)).astype(np.float32)
        return Trace(RATE_HZ, current, self.timeline.marker(start, stop, samples), volts), (
            uncertainty
        )


def activity_of(board: VirtualBoard) -> Activity:
    """What a board does now; its port apart."""
    now = Activity(0) if board.sleeping else Activity.CPU_RUNS
    now |= Activity.DCDC if board.power.dcdc else Activity(0)
    streams = board.sensor.timing is not None
    if streams or board.i2s.holds_clock or board.power.values[HFCLKSTAT] & RUNNING:
        now |= Activity.CRYSTAL
    now |= Activity.MARKER if board.marker_high else Activity(0)
    return now | _sensor_activity(board, streams) | _supplied(board)


def _supplied(board: VirtualBoard) -> Activity:
    """The power LED and the board's own sensors, by the pins that switch them."""
    port0, port1 = (port.levels() for port in board.gpio.ports)
    led = Activity.POWER_LED if port1 >> POWER_LED_PIN & 1 else Activity(0)
    return led | (Activity.SENSORS_SUPPLIED if port0 >> SENSORS_SUPPLY_PIN & 1 else Activity(0))


def _sensor_activity(board: VirtualBoard, streams: bool) -> Activity:
    if board.gpio.ports[1].levels() >> POWER_DOWN_PIN & 1:
        return Activity.SENSOR_STANDS_BY
    if streams and not board.sensor.registers[COM2] & SOFT_SLEEP:
        return Activity.SENSOR_STREAMS
    return Activity.SENSOR_SLEEPS
