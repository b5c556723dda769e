"""Opens a port, asks the board behind it, and interprets the answers."""

from __future__ import annotations

import time
from collections.abc import Callable

from host.base.errors import HostError
from host.doctor.board import cannot_open_finding, hello_findings, no_handshake_finding
from host.doctor.camera import camera_findings
from host.doctor.chip import chip_findings
from host.doctor.collect import Say, collect
from host.doctor.evidence import Evidence
from host.doctor.finding import Finding
from host.doctor.link import link_findings
from host.link.device import Device
from host.link.line import LOSSY
from host.link.transport import Port

SLOWEST_EMULATOR = 5.0  # times as long as a board: one on a computer that runs eight other programs


def findings_of(evidence: Evidence) -> list[Finding]:
    """Every check of a board that answered."""
    return [
        *hello_findings(evidence.hello),
        *camera_findings(evidence),
        *link_findings(evidence),
        *chip_findings(evidence),
    ]


def examine_port(
    open_port: Callable[[], Port],
    is_serial: bool,
    say: Say,
    clock: Callable[[], float] = time.monotonic,
) -> list[Finding]:
    """Findings from the firmware on.

    is_serial: a port that does not open is a finding, else the user's mistake. What is not serial is an
    emulator: by this computer's clock it may run at a fifth of its speed, and is waited for accordingly.
    """
    say("opening the port")
    try:
        port = open_port()
    except HostError as error:
        if is_serial:
            return [cannot_open_finding(error)]
        raise
    try:
        device = Device(port, timing=LOSSY, clock=clock)
    except HostError as error:
        return [no_handshake_finding(error)]
    with device:
        slow = not is_serial and clock is time.monotonic
        return findings_of(collect(device, clock, say, SLOWEST_EMULATOR if slow else 1.0))
