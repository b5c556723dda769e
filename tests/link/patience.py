"""How long a device waits for a scripted board, and what is read of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from host.base.records import Message
from host.link.device import Device
from host.link.line import Timing

QUICK = Timing(  # of what must fail
    hello_s=0.3,
    hello_again_s=0.05,
    answer_s=0.05,
    tries=4,
    result_s=0.3,
    busy_s=0.01,
    reopen_s=0.01,
)
# PATIENT: nothing is lost, so nothing may go twice. LOSING: answers are lost; late ones, too, count as lost.
PATIENT = replace(QUICK, hello_s=60, answer_s=60, result_s=60)
LOSING = replace(QUICK, hello_s=60, tries=400)


def every(period: int) -> Callable[[Message], bool]:
    """True for every period-th call."""
    count = itertools.count(1)
    return lambda message: next(count) % period == 0


def drain(device: Device, count: int) -> list[Message]:
    """As many messages of the device as come, `count` at most."""
    found = (device.receive(10) for _ in range(count))
    return [message for message in found if message is not None]
