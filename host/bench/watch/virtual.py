"""A virtual board that watches in this process, in its own time, as fast as it can; what it draws is *estimated*."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from host.base.boards import CLOCK_HZ, VIRTUAL
from host.base.errors import HostError
from host.base.places import PREBUILT
from host.bench.watch.figures import MINUTE_S, Listener, Progress, Supply, WatchPlan
from host.link.client import Client
from host.link.line import GUEST, Line
from host.link.messages import Mode
from host.power.currents import supply_current_a
from host.power.virtual_meter import VirtualMeter
from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions
from host.virtual.scene import open_scene

STARTS_S, PLUGGED_S, USB_LOOKS = 0.05, 2.0, 10  # a first look takes 0.7 s, enumeration 0.2


class VirtualWatch:
    """See LiveWatch. A VirtualMeter notes what the board does, for datasheets (host/power/currents.py) to price.

    A board with a USB port watches on a battery: its cable is in until the first look was reported, and again from 2 s
    before the last one is due, which tells what happened in between: with it, USB keeps CPU and crystal busy.
    """

    def __init__(self, scene: str, elf: Path = PREBUILT, core_load: bool | None = False) -> None:
        """core_load: see BoardOptions."""
        options = BoardOptions(core_load=core_load)
        self._port = LocalPort(open_scene(scene), options, elf)
        self._board, self.port = self._port.board, self._port.name
        self._meter = VirtualMeter(self._board)
        self._beats: list[int] = []  # cycles when the watch began, and at the end of each beat
        self._client = Client(Line(self._port, GUEST, self._port.clock))
        self._board.run_until(self._speaks, CLOCK_HZ)
        self._on_usb = self._board.serial.is_there
        if self._on_usb:
            self._board.run(round(STARTS_S * CLOCK_HZ))  # until the port is open
        hello = self._client.greet() if self._on_usb else self._client.meet()
        self.hello = replace(
            hello, board=VIRTUAL
        )  # whatever it calls itself: its cycles are estimates

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        """So many minutes of the board's time. Raises HostError when a board with USB shall look too often."""
        if self._on_usb and plan.looks_per_minute > USB_LOOKS:
            raise HostError(
                f"{plan.looks_per_minute} looks a minute leave no time to unplug the cable",
                f"give --looks 1 to {USB_LOOKS} for an image with USB",
            )
        for setting, value in plan.settings.items():
            self._client.set(setting, value)
        self._client.set_mode(Mode.WATCH)
        self._beats = [self._board.cycles]
        beat_s = MINUTE_S / plan.looks_per_minute
        count = int(plan.seconds / beat_s)
        for number in range(1, count + 1):
            self._pass(beat_s, first=number == 1, last=number == count)
            self._beats.append(self._board.cycles)
            self._listen(listener)
            progress(number * beat_s)
        if self._on_usb:
            self._board.run(round(PLUGGED_S * CLOCK_HZ))
            self._listen(listener)

    def _speaks(self) -> bool:
        return self._port.has_bytes or self._board.serial.is_there

    def _pass(self, seconds: float, first: bool, last: bool) -> None:
        """A beat."""
        in_s = PLUGGED_S if self._on_usb and first else 0.0
        again_s = PLUGGED_S if self._on_usb and last else 0.0
        self._board.run(round(in_s * CLOCK_HZ))
        self._board.cable_pulled = self._on_usb
        self._board.run(round((seconds - in_s - again_s) * CLOCK_HZ))
        if last:
            self._board.cable_pulled = False
        self._board.run(round(again_s * CLOCK_HZ))

    def _listen(self, listener: Listener) -> None:
        if self._port.has_bytes:
            self._client.line.pump()
        while (message := self._client.receive(0)) is not None:
            listener.take(message)

    def supply(self, volts: float) -> Supply | None:
        """Of whole beats, without the first, which starts the camera, where there are others; None before its end."""
        if len(self._beats) < 2:
            return None
        whole = self._beats[1:-1] if self._on_usb else self._beats[1:]
        start, stop = (
            (whole if len(whole) > 1 else self._beats)[0],
            whole[-1] if whole else self._beats[-1],
        )
        rail_a = float(self._meter.timeline.rail_currents(start, stop, 1)[0])
        uncertainty = self._meter.timeline.uncertainty(start, stop)
        return Supply(supply_current_a(rail_a, volts), uncertainty, volts)
