"""A board held in a state under a meter: what every rig does, and what those of a connected board share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from host.base.errors import HostError
from host.link.device import Device
from host.link.fault_advice import fault_error
from host.link.messages import Fault, Held, Hello, HoldEnd, Mode, PowerState
from host.power.meter import MeterInfo
from host.power.trace import Trace

ANSWER_S = 15.0  # how much later than planned a hold may end
READ_S = 0.1
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


class ConnectedRig:
    """What the rigs of a connected board share: who it is, and the wait for a hold's end."""

    def __init__(
        self, device: Device, supply_volt: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._device, self._supply_v, self._clock = device, supply_volt, clock
        device.set_mode(Mode.IDLE)

    @property
    def hello(self) -> Hello:
        """Of the board."""
        return self._device.hello

    @property
    def port(self) -> str:
        """Where the board is."""
        return self._device.name

    def _wait(
        self,
        planned_s: float,
        progress: Progress,
        fault_when: str,
        check_meter: Callable[[], None] = lambda: None,
    ) -> Held:
        """How the hold ended; fault_when: what a fault interrupts, in words. check_meter may raise, too."""
        started = self._clock()
        while (passed := self._clock() - started) < planned_s + ANSWER_S:
            message = self._device.receive(READ_S)
            check_meter()
            progress(passed)
            if isinstance(message, Fault):
                raise fault_error(fault_when, message)
            if isinstance(message, Held):
                return checked(message)
        raise HostError(f"{self.port}: the board did not end its hold", "reset it and try again")


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
