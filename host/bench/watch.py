"""Measures Mode.WATCH: looks, cycles awake, wake messages; and on the virtual board, what a battery would make of it.

A virtual board runs in this process and in its own time, as fast as it can. What it would draw is *estimated* from
datasheets (host/power/currents.py). A real board runs by the clock on the wall, and is measured with a meter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from host.errors import HostError
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import (
    Ack,
    Fault,
    Heartbeat,
    Hello,
    Mode,
    Set,
    SetMode,
    Setting,
    Status,
    Verdict,
)
from host.link.schema import Message

START_S, ANSWER_S = 2.0, 1.0
LAST_HEARTBEAT_S = 3.0  # after the last look, for its message
MINUTE_S = 60.0

M = TypeVar("M", bound=Message)
Progress = Callable[[float], None]  # seconds of the watch that have passed


@dataclass(frozen=True)
class WatchPlan:
    """looks_per_minute 1..120, for so many minutes; settle_frames None: as the firmware has it."""

    looks_per_minute: int
    minutes: float
    settle_frames: int | None = None

    @property
    def settings(self) -> dict[Setting, int]:
        """What the board is told. A heartbeat with every look: the counts are exact then."""
        told = {Setting.LOOKS_PER_MINUTE: self.looks_per_minute, Setting.HEARTBEAT_S: 1}
        if self.settle_frames is not None:
            told[Setting.WATCH_SETTLE_FRAMES] = self.settle_frames
        return told

    @property
    def seconds(self) -> float:
        """Of the board's time."""
        return self.minutes * MINUTE_S


@dataclass(frozen=True)
class Supply:
    """Mean current of the whole watch by datasheets, amperes at `volts`; uncertainty: a share of it, either way."""

    amperes: float
    uncertainty: float
    volts: float


@dataclass(frozen=True)
class WatchReport:
    """What was heard: the first and the last heartbeat, all else. supply: None on a real board."""

    hello: Hello
    plan: WatchPlan
    first: Heartbeat
    heartbeat: Heartbeat
    verdicts: tuple[Verdict, ...]
    faults: tuple[Fault, ...] = field(default=())
    supply: Supply | None = None

    @property
    def elapsed_s(self) -> float:
        """From the beginning of the watch to the last heartbeat, by the board's clock that runs in sleep."""
        return self.heartbeat.elapsed_us / 1e6

    @property
    def cycles_a_look(self) -> float:
        """Awake, everything included. The first look starts the camera; it counts only when there is no other."""
        first, last = self.first, self.heartbeat
        if last.looks > first.looks:
            return (last.awake_cycles - first.awake_cycles) / (last.looks - first.looks)
        return last.awake_cycles / max(1, last.looks)

    @property
    def cycles_a_minute(self) -> float:
        """Awake, at the rate of looks that was asked for."""
        return self.cycles_a_look * self.plan.looks_per_minute

    @property
    def share_awake(self) -> float:
        """Of the CPU's time, 0..1."""
        return self.cycles_a_minute / (self.hello.clock_hz * MINUTE_S)


class Listener:
    """Gathers what a watching board says."""

    def __init__(self) -> None:
        self.first: Heartbeat | None = None
        self.heartbeat: Heartbeat | None = None
        self.verdicts: list[Verdict] = []
        self.faults: list[Fault] = []

    def take(self, message: Message) -> None:
        """One message."""
        if isinstance(message, Heartbeat):
            self.first = self.first or message
            self.heartbeat = message
        elif isinstance(message, Verdict):
            self.verdicts.append(message)
        elif isinstance(message, Fault):
            self.faults.append(message)

    def report(self, hello: Hello, plan: WatchPlan, supply: Supply | None = None) -> WatchReport:
        """What was gathered. Raises HostError without a heartbeat: nothing is known then."""
        if self.first is None or self.heartbeat is None:
            raise HostError(
                "the board sent no heartbeat: is its firmware up to date? `pio run -t upload`"
            )
        return WatchReport(
            hello,
            plan,
            self.first,
            self.heartbeat,
            tuple(self.verdicts),
            tuple(self.faults),
            supply,
        )


class VirtualWatch:
    """A virtual board in this process, watched by a Timeline of what it does."""

    def __init__(self, scene: str, elf: Path | None = None) -> None:
        from host.power.timeline import Timeline
        from host.power.virtual_rig import WatchedBoard
        from host.virtual.scene import open_scene
        from host.virtual.server import PREBUILT

        self._inbox, self._heard, self._sequence = Inbox(), list[Message](), 0
        self.board = WatchedBoard(elf or PREBUILT, open_scene(scene), received=self._received)
        self.timeline = Timeline()
        self.board.watch(self.timeline)
        self.hello = self._wait(Hello, START_S)

    def ask(self, command: Message) -> None:
        """Sends a command. Raises HostError when it is refused."""
        self.board.send(encode_packet(command.ID, self._sequence & 0xFFFF, command.pack()))
        self._sequence += 1
        answer = self._wait(Ack, ANSWER_S)
        if answer.status != Status.OK:
            raise HostError(f"the firmware refuses {command}: {Status(answer.status).name}")

    def run(self, seconds: float, listener: Listener) -> None:
        """Lets so much guest time pass."""
        self.board.run(round(seconds * self.hello.clock_hz))
        for message in self._heard:
            listener.take(message)
        self._heard.clear()

    def _wait(self, kind: type[M], seconds: float) -> M:
        def found() -> bool:
            return any(isinstance(m, kind) for m in self._heard)

        if not self.board.run_until(found, round(seconds * 64_000_000)):
            raise HostError(f"the virtual board sent no {kind.__name__} in {seconds:.0f} s")
        message = next(m for m in self._heard if isinstance(m, kind))
        self._heard.remove(message)
        return message

    def _received(self, data: bytes) -> None:
        now = self.board.cycles
        self.timeline.note_sent(now - len(data) * self.board.uarte.byte_cycles(), now)
        self._heard += self._inbox.feed(data)


def watch_virtual(
    scene: str, plan: WatchPlan, volts: float, progress: Progress = lambda _: None
) -> WatchReport:
    """The virtual board's watch, and its estimated current at a supply of so many volts."""
    from host.power.currents import supply_current_a

    watch, listener = VirtualWatch(scene), Listener()
    for setting, value in plan.settings.items():
        watch.ask(Set(int(setting), value))
    watch.ask(SetMode(int(Mode.WATCH)))
    begun = watch.board.cycles
    beat_s = MINUTE_S / plan.looks_per_minute
    for number in range(1, int(plan.seconds / beat_s) + 1):
        watch.run(beat_s, listener)
        progress(number * beat_s)
    stop = watch.board.cycles
    rail_a = float(watch.timeline.rail_currents(begun, stop, 1)[0])
    supply = Supply(supply_current_a(rail_a, volts), watch.timeline.uncertainty(begun, stop), volts)
    return listener.report(watch.hello, plan, supply)
