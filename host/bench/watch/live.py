"""Any board behind a port watches, by the clock on the wall; what it draws is a meter's to say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from host.base.errors import HostError
from host.bench.watch.figures import Listener, Progress, Supply, WatchPlan
from host.link.device import Device
from host.link.messages import Hello, Mode, Setting

USUAL_HEARTBEAT_S = 60
LAST_HEARTBEAT_S = 3.0  # a look may last longer than a short watch


class LiveWatch:
    """A connected board."""

    def __init__(self, device: Device, clock: Callable[[], float]) -> None:
        self._device, self._clock = device, clock
        self.port = device.name

    @property
    def hello(self) -> Hello:
        """What it says of itself."""
        return self._device.hello

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        """So many minutes. Then, or after an error or Ctrl-C, the board stands still."""
        for setting, value in plan.settings.items():
            self._device.set(setting, value)
        self._device.set_mode(Mode.WATCH)
        try:
            self._listen(listener, plan.seconds, progress)
            if listener.heartbeat is None:
                self._listen(listener, LAST_HEARTBEAT_S, progress)
        finally:
            with contextlib.suppress(HostError):
                self._device.set_mode(Mode.IDLE)
                self._device.set(Setting.HEARTBEAT_S, USUAL_HEARTBEAT_S)

    def supply(self, volts: float) -> Supply | None:
        """None: it is measured, python -m host.bench power."""
        return None

    def _listen(self, listener: Listener, seconds: float, progress: Progress) -> None:
        begun = self._clock()
        while (passed := self._clock() - begun) < seconds:
            message = self._device.receive(min(1.0, seconds - passed))
            if message is not None:
                listener.take(message)
            progress(passed)
