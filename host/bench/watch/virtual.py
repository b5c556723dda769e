"""A virtual board that watches in this process, in its own time, as fast as it can; what it draws is *estimated*."""

from __future__ import annotations

from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.base.places import PREBUILT
from host.bench.watch.figures import MINUTE_S, Listener, Progress, Supply, WatchPlan
from host.link.client import Client
from host.link.line import GUEST, Line
from host.link.messages import Mode
from host.power.currents import supply_current_a
from host.power.virtual_meter import VirtualMeter
from host.virtual.local_port import LocalPort
from host.virtual.scene import open_scene


class VirtualWatch:
    """See LiveWatch. A VirtualMeter notes what the board does, for datasheets (host/power/currents.py) to price."""

    port = "virtual board in this process"

    def __init__(self, scene: str, elf: Path = PREBUILT) -> None:
        self._port = LocalPort(open_scene(scene), elf=elf)
        self._board = self._port.board
        self._meter = VirtualMeter(self._board)
        self._beats: list[int] = []  # cycles when the watch began, and at the end of each beat
        self._client = Client(Line(self._port, GUEST, self._port.clock))
        self.hello = self._client.meet()

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        """So many minutes of the board's time."""
        for setting, value in plan.settings.items():
            self._client.set(setting, value)
        self._client.set_mode(Mode.WATCH)
        self._beats = [self._board.cycles]
        beat_s = MINUTE_S / plan.looks_per_minute
        for number in range(1, int(plan.seconds / beat_s) + 1):
            self._board.run(round(beat_s * CLOCK_HZ))
            self._beats.append(self._board.cycles)
            if self._port.has_bytes:
                self._client.line.pump()
            while (message := self._client.receive(0)) is not None:
                listener.take(message)
            progress(number * beat_s)

    def supply(self, volts: float) -> Supply | None:
        """Of whole beats, without the first, which starts the camera, where there are others; None before its end."""
        if len(self._beats) < 2:
            return None
        start, stop = self._beats[1 if len(self._beats) > 2 else 0], self._beats[-1]
        rail_a = float(self._meter.timeline.rail_currents(start, stop, 1)[0])
        uncertainty = self._meter.timeline.uncertainty(start, stop)
        return Supply(supply_current_a(rail_a, volts), uncertainty, volts)
