"""A torn link is named as such, and not as a broken camera."""

from __future__ import annotations

from host.doctor.examine import examine_port
from host.link.damage import FaultRates, FaultyPort
from host.link.transport import Port
from tests.doctor.guest_port import failures, guest_port


def test_a_torn_link_is_named() -> None:
    guest = guest_port()

    def torn() -> Port:
        return FaultyPort(guest, FaultRates.even(0.002), seed=5)

    found = examine_port(torn, False, lambda line: None, guest.clock)
    findings = {finding.name: finding for finding in found}
    assert failures(findings) == ["link loss"]
    assert "torn" in findings["link loss"].detail
    assert "cable" in findings["link loss"].remedy
