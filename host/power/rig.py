"""A board held in a state under a meter: what every rig does, and the one with a real meter and a connected board."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from host.base.errors import HostError
from host.link.device import Device
from host.link.fault_advice import fault_error
from host.link.messages import Fault, Held, Hello, Hold, HoldEnd, Mode, PowerState
from host.power.meter import Block, MeterInfo, PowerMeter
from host.power.trace import Trace, join

MARGIN_S = 0.5  # at either end of a hold: samples reach us later than the board's words
ANSWER_S = 15.0  # how much later than planned a hold may end
READ_S = 0.1
LATE_S = 5.0  # a meter whose samples come later than this has fallen behind
Progress = Callable[[float], None]  # seconds of the hold that are over


@dataclass(frozen=True)
class HeldTrace:
    """What a meter saw of one hold, and what the board said of it.

    inside: first and last (exclusive) sample that lie in the hold for certain. uncertainty: of an estimate, as a share.
    """

    state: PowerState
    trace: Trace
    inside: tuple[int, int]
    held: Held
    uncertainty: float = 0.0


class Rig(Protocol):
    """A board and a meter."""

    @property
    def info(self) -> MeterInfo:
        """Of the meter."""

    @property
    def hello(self) -> Hello:
        """Of the board."""

    @property
    def port(self) -> str:
        """Where the board is."""

    def hold(
        self, state: PowerState, seconds: float, repetitions: int, progress: Progress
    ) -> HeldTrace:
        """Holds the board in `state` so long, and so often; measures. Raises HostError."""

    def close(self) -> None:
        """Frees board and meter. Harmless when repeated."""


class LiveRig:
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
        self._device, self._meter, self._collector = device, meter, collector
        self._supply_v, self._clock = supply_volt, clock
        device.set_mode(Mode.IDLE)

    @property
    def info(self) -> MeterInfo:
        """Of the meter."""
        return self._meter.info

    @property
    def hello(self) -> Hello:
        """Of the board."""
        return self._device.hello

    @property
    def port(self) -> str:
        """Where the board is."""
        return self._device.name

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
        held = self._wait(planned_s, progress)
        self._settle(self._collector.now() + round(MARGIN_S * self.info.rate_hz))
        trace = join(self._collector.end(), self.info.rate_hz, self._supply_v)
        return HeldTrace(state, trace, self._inside(begun, seconds, trace), held)

    def close(self) -> None:
        """Frees board and meter."""
        self._collector.close()
        self._device.close()
        self._meter.stop()
        self._meter.close()

    def _wait(self, planned_s: float, progress: Progress) -> Held:
        started = self._clock()
        while (passed := self._clock() - started) < planned_s + ANSWER_S:
            message = self._device.receive(READ_S)
            self._collector.check()
            progress(passed)
            if isinstance(message, Fault):
                raise fault_error("while it was measured", message)
            if isinstance(message, Held):
                return checked(message)
        raise HostError(f"{self.port}: the board did not end its hold", "reset it and try again")

    def _settle(self, last: int) -> None:
        """Until what the meter saw of the hold's end has arrived: that sample."""
        end = self._clock() + LATE_S
        while self._collector.count < last and self._clock() < end:
            self._device.receive(0.02)
            self._collector.check()

    def _inside(self, begun: int, seconds: float, trace: Trace) -> tuple[int, int]:
        start = begun + round(MARGIN_S * self.info.rate_hz)
        return start, min(len(trace), start + round(seconds * self.info.rate_hz))


def checked(held: Held) -> Held:
    """Raises HostError for a hold that did not run as asked."""
    reasons = {
        HoldEnd.HOST: "something else wrote to its port (close other programs that use it)",
        HoldEnd.FAULT: "the camera failed (python -m host.doctor says what to do)",
        HoldEnd.TOO_LONG: "the repetitions took longer than a hold may last",
    }
    if held.ended in reasons:
        state = PowerState(held.state).name
        raise HostError(f"the board left {state} too early: {reasons[HoldEnd(held.ended)]}")
    return held


class Collector:
    """Reads a meter in a thread, so that its buffer never overflows; keeps blocks between begin() and end().

    Samples come later than they are taken, by a time that varies with what else this computer does. The least delay of
    all blocks so far tells where on the meter's time line this moment is, though its samples are still on their way.
    """

    def __init__(self, meter: PowerMeter, clock: Callable[[], float] = time.monotonic) -> None:
        self._meter, self._clock, self._rate_hz = meter, clock, meter.info.rate_hz
        self._lock = threading.Lock()
        self._blocks: list[Block] | None = None
        self._total = self._kept_from = 0
        self._started: float | None = None
        self._ahead_s = 0.0
        self._error: Exception | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """Samples since begin() that have arrived or are known to be lost."""
        return self._total - self._kept_from

    def now(self) -> int:
        """The sample since begin() that is being taken at this moment."""
        with self._lock:
            if self._started is None:
                return self.count
            passed_s = self._clock() - self._started + self._ahead_s
            return max(self.count, round(passed_s * self._rate_hz) - self._kept_from)

    def begin(self) -> None:
        """Forgets what it kept. Waits for a meter's very first samples: before them its time line is unknown."""
        end = self._clock() + LATE_S
        while self._started is None and self._error is None and self._clock() < end:
            self._stopped.wait(READ_S)
        self.check()
        with self._lock:
            self._blocks, self._kept_from = [], self._total

    def end(self) -> list[Block]:
        """What came since begin()."""
        self.check()
        with self._lock:
            blocks, self._blocks = self._blocks or [], None
        return blocks

    def check(self) -> None:
        """Raises what ended the thread."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                block = self._meter.read(READ_S)
                if block is not None:
                    self._take(block)
        except Exception as error:  # told to the thread that measures
            self._error = error

    def _take(self, block: Block) -> None:
        with self._lock:
            now = self._clock()
            self._started = now if self._started is None else self._started
            self._total += len(block.current_a) + block.lost
            ahead_s = self._total / self._rate_hz - (now - self._started)
            self._ahead_s = max(self._ahead_s, ahead_s)
            if self._blocks is not None:
                self._blocks.append(block)
