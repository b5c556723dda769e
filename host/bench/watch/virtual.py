"""A virtual board that watches in this process, in its own time, as fast as it can; what it draws is *estimated*."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from host.base.errors import HostError
from host.base.records import Message
from host.bench.watch.figures import MINUTE_S, Listener, Progress, Supply, WatchPlan
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import Ack, Hello, Mode, Set, SetMode, Status
from host.power.currents import supply_current_a
from host.power.timeline import Timeline
from host.power.virtual_rig import WatchedBoard
from host.virtual.board import CLOCK_HZ
from host.virtual.scene import open_scene
from host.virtual.server import PREBUILT

START_S, ANSWER_S = 2.0, 1.0

M = TypeVar("M", bound=Message)


class VirtualWatch:
    """See LiveWatch. A Timeline notes what the board does, for datasheets (host/power/currents.py) to price."""

    port = "virtual board in this process"

    def __init__(self, scene: str, elf: Path = PREBUILT) -> None:
        self._inbox, self._heard, self._sequence = Inbox(), list[Message](), 0
        self._board = WatchedBoard(elf, open_scene(scene), received=self._received)
        self._timeline = Timeline()
        self._board.watch(self._timeline)
        self._beats: list[int] = []  # cycles when the watch began, and at the end of each beat
        self.hello = self._wait(Hello, START_S)

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        """So many minutes of the board's time."""
        for setting, value in plan.settings.items():
            self._ask(Set(int(setting), value))
        self._ask(SetMode(int(Mode.WATCH)))
        self._beats = [self._board.cycles]
        beat_s = MINUTE_S / plan.looks_per_minute
        for number in range(1, int(plan.seconds / beat_s) + 1):
            self._board.run(round(beat_s * CLOCK_HZ))
            self._beats.append(self._board.cycles)
            for message in self._heard:
                listener.take(message)
            self._heard.clear()
            progress(number * beat_s)

    def supply(self, volts: float) -> Supply | None:
        """Of whole beats, without the first, which starts the camera, where there are others; None before its end."""
        if len(self._beats) < 2:
            return None
        start, stop = self._beats[1 if len(self._beats) > 2 else 0], self._beats[-1]
        rail_a = float(self._timeline.rail_currents(start, stop, 1)[0])
        doubt = self._timeline.uncertainty(start, stop)
        return Supply(supply_current_a(rail_a, volts), doubt, volts)

    def _ask(self, command: Message) -> None:
        self._board.send(encode_packet(command.ID, self._sequence & 0xFFFF, command.pack()))
        self._sequence += 1
        answer = self._wait(Ack, ANSWER_S)
        if answer.status != Status.OK:
            raise HostError(f"the firmware refuses {command}: {Status(answer.status).name}")

    def _wait(self, kind: type[M], seconds: float) -> M:
        def found() -> bool:
            return any(isinstance(m, kind) for m in self._heard)

        if not self._board.run_until(found, round(seconds * CLOCK_HZ)):
            raise HostError(f"the virtual board sent no {kind.__name__} in {seconds:.0f} s")
        message = next(m for m in self._heard if isinstance(m, kind))
        self._heard.remove(message)
        return message

    def _received(self, data: bytes) -> None:
        now = self._board.cycles
        self._timeline.note_sent(now - len(data) * self._board.uarte.byte_cycles(), now)
        self._heard += self._inbox.feed(data)
