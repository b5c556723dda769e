"""Measures Mode.WATCH on any board behind a port, by the clock on the wall."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from host.bench.watch import (
    LAST_HEARTBEAT_S,
    MINUTE_S,
    Listener,
    Progress,
    WatchPlan,
    WatchReport,
)
from host.errors import HostError
from host.link.device import Device
from host.link.messages import Mode, Setting

USUAL_HEARTBEAT_S = 60


def watch_live(
    device: Device, plan: WatchPlan, clock: Callable[[], float], progress: Progress
) -> WatchReport:
    """So many minutes; Ctrl-C ends it early and what was heard counts."""
    listener = Listener()
    for setting, value in plan.settings.items():
        device.set(setting, value)
    device.set_mode(Mode.WATCH)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _listen(device, listener, clock, plan.seconds, progress)
    finally:
        with contextlib.suppress(HostError):
            device.set_mode(Mode.IDLE)
            device.set(Setting.HEARTBEAT_S, USUAL_HEARTBEAT_S)
    return listener.report(device.hello, plan)


def _listen(
    device: Device,
    listener: Listener,
    clock: Callable[[], float],
    seconds: float,
    progress: Progress,
) -> None:
    begun = clock()
    while (passed := clock() - begun) < seconds:
        message = device.receive(min(1.0, seconds - passed))
        if message is not None:
            listener.take(message)
        progress(passed)
    if listener.heartbeat is None:  # a look may last longer than a short watch
        end = clock() + min(MINUTE_S, LAST_HEARTBEAT_S)
        while listener.heartbeat is None and clock() < end:
            message = device.receive(0.2)
            if message is not None:
                listener.take(message)
