"""What a board said in Mode.WATCH -> looks, cycles awake, wake messages. Values alone: no board, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from host.base.errors import HostError
from host.base.records import Message
from host.link.messages import Fault, Heartbeat, Hello, Setting, Verdict

MINUTE_S = 60.0

Progress = Callable[[float], None]  # seconds of the watch that have passed


@dataclass(frozen=True)
class WatchPlan:
    """looks_per_minute 1..120, for so many minutes; settle_frames None: as the firmware has it."""

    looks_per_minute: int
    minutes: float
    settle_frames: int | None = None

    @property
    def settings(self) -> dict[Setting, int]:
        """The settings for the board. A heartbeat with every look: the counts are exact then."""
        settings = {Setting.LOOKS_PER_MINUTE: self.looks_per_minute, Setting.HEARTBEAT_S: 1}
        if self.settle_frames is not None:
            settings[Setting.WATCH_SETTLE_FRAMES] = self.settle_frames
        return settings

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
    """What was received: the first and the last heartbeat, all else. supply: None on a real board."""

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
    """Gathers what a watching board says. keep: is given each message."""

    def __init__(self, keep: Callable[[Message], None] = lambda _: None) -> None:
        self._keep = keep
        self.first: Heartbeat | None = None
        self.heartbeat: Heartbeat | None = None
        self.verdicts: list[Verdict] = []
        self.faults: list[Fault] = []

    def take(self, message: Message) -> None:
        """One message."""
        self._keep(message)
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
                "the board sent no heartbeat", "is its firmware up to date? `pio run -t upload`"
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
