"""The virtual board under a meter that knows datasheets: what it did, cycle by cycle, priced by currents.py.

It runs in this process and in its own time, as fast as it can; the same run gives the same figures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np

from host.base.errors import HostError
from host.base.records import Message
from host.link.fault_advice import fault_line
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import (
    Ack,
    Fault,
    Held,
    Hello,
    HelloRequest,
    Hold,
    PowerState,
    Set,
    Setting,
    Status,
)
from host.power.currents import LABEL, Activity, supply_current_a, supply_in_words
from host.power.meter import MarkerInput, MeterInfo
from host.power.rig import HeldTrace, Progress, checked
from host.power.timeline import Timeline
from host.power.trace import Trace
from host.virtual.board import CLOCK_HZ, VirtualBoard
from host.virtual.cpu import Stop
from host.virtual.ov7675 import COM2, SOFT_SLEEP
from host.virtual.power import HFCLKSTAT, RUNNING
from host.virtual.scene import Scene
from host.virtual.server import PREBUILT

RATE_HZ = 100_000
START_S, ANSWER_S, LATE_S = 2.0, 1.0, 30.0
MARGIN_S = 0.05  # at either end of a hold, so that no message of ours is in it
SLICE_CYCLES = CLOCK_HZ // 4
POWER_DOWN_PIN = 1  # of P1

M = TypeVar("M", bound=Message)


class WatchedBoard(VirtualBoard):
    """A virtual board that tells a Timeline what it does."""

    timeline: Timeline | None = None

    def watch(self, timeline: Timeline) -> None:
        """From now on."""
        self.timeline = timeline
        self.marked = lambda _: self._note()
        self._note()

    def activity(self) -> Activity:
        """What it does now; its port apart."""
        now = Activity(0)
        now |= Activity(0) if self._sleeping else Activity.CPU_RUNS
        now |= Activity.DCDC if self.power.dcdc else Activity(0)
        streams = self.sensor.timing is not None
        if streams or self.power.values[HFCLKSTAT] & RUNNING:
            now |= Activity.CRYSTAL
        now |= Activity.MARKER if self._marker else Activity(0)
        return now | self._sensor_activity(streams)

    def _sensor_activity(self, streams: bool) -> Activity:
        if self.gpio.ports[1].levels() >> POWER_DOWN_PIN & 1:
            return Activity.SENSOR_STANDS_BY
        if streams and not self.sensor.registers[COM2] & SOFT_SLEEP:
            return Activity.SENSOR_STREAMS
        return Activity.SENSOR_SLEEPS

    def _note(self) -> None:
        if self.timeline is not None:
            self.timeline.note(self.cycles, self.activity())

    def _handle(self, stop: Stop) -> None:
        super()._handle(stop)
        self._note()

    def _take_exception(self) -> None:
        super()._take_exception()
        self._note()


class VirtualRig:
    """A virtual board and its datasheets."""

    port = "virtual board in this process"

    def __init__(self, scene: Scene, supply_volt: float, elf: Path = PREBUILT) -> None:
        self._inbox, self._heard, self._sequence = Inbox(), list[Message](), 0
        self._supply_v = supply_volt
        self._timeline = Timeline()
        self._board = WatchedBoard(elf, scene, received=self._received)
        self._board.watch(self._timeline)
        self.hello = self._wait(Hello, START_S)
        self.info = MeterInfo(
            name="datasheets",
            serial_number="none",
            rate_hz=RATE_HZ,
            marker=MarkerInput.LEVEL,
            estimated=True,
            settings={"figures": LABEL, "fed at": supply_in_words(supply_volt)},
        )

    def set(self, setting: Setting, value: int) -> None:
        """Changes a setting of the board, and asks what it says of itself now."""
        self._ask(Set(int(setting), value))
        self._send(HelloRequest())
        self.hello = self._wait(Hello, ANSWER_S)

    def hold(
        self, state: PowerState, seconds: float, repetitions: int, progress: Progress
    ) -> HeldTrace:
        """See Rig; seconds are the board's."""
        self._timeline.forget()
        planned_s = seconds + 2 * MARGIN_S
        self._ask(Hold(int(state), round(planned_s * 1000), repetitions))
        begun = self._board.cycles
        held = checked(self._wait(Held, planned_s + LATE_S, progress))
        trace = self._trace(begun, self._board.cycles)
        start = round(MARGIN_S * RATE_HZ)
        stop = start + round(seconds * RATE_HZ)
        doubt = self._timeline.uncertainty(begun, self._board.cycles)
        return HeldTrace(state, trace, (start, min(stop, len(trace))), held, doubt)

    def close(self) -> None:
        """There is nothing to free."""

    def _trace(self, start: int, stop: int) -> Trace:
        samples = (stop - start) * RATE_HZ // CLOCK_HZ
        stop = start + samples * CLOCK_HZ // RATE_HZ
        rail = self._timeline.rail_currents(start, stop, samples)
        supply = np.array([supply_current_a(a, self._supply_v) for a in (0.0, 1.0)])
        current = supply[0] + rail * (supply[1] - supply[0])
        bits = self._timeline.marker(start, stop, samples)
        return Trace(RATE_HZ, current.astype(np.float32), bits, float(self._supply_v))

    def _send(self, command: Message) -> None:
        self._board.send(encode_packet(command.ID, self._sequence & 0xFFFF, command.pack()))
        self._sequence += 1

    def _ask(self, command: Message) -> None:
        self._send(command)
        answer = self._wait(Ack, ANSWER_S)
        if answer.status != Status.OK:
            raise HostError(f"the firmware refuses {command}: {Status(answer.status).name}")

    def _wait(self, kind: type[M], seconds: float, progress: Progress = lambda _: None) -> M:
        """The next message of a kind; those of other kinds are dropped, a fault ends it."""
        first = self._board.cycles
        while (over := self._board.cycles - first) < seconds * CLOCK_HZ:
            self._board.run_until(lambda: bool(self._heard), SLICE_CYCLES)
            progress(over / CLOCK_HZ)
            while self._heard:
                message = self._heard.pop(0)
                if isinstance(message, kind):
                    return message
                if isinstance(message, Fault):
                    raise HostError(f"the virtual board: {fault_line(message)}")
        raise HostError(f"the virtual board sent no {kind.__name__} in {seconds:.0f} s of its time")

    def _received(self, data: bytes) -> None:
        now = self._board.cycles
        self._timeline.note_sent(now - len(data) * self._board.uarte.byte_cycles(), now)
        self._heard += self._inbox.feed(data)
