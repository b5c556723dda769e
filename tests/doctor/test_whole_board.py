"""A healthy board passes every check; a torn link is named as such and not as a broken camera."""

from __future__ import annotations

from host.doctor.examine import examine_port
from host.doctor.finding import CHECKS, Verdict
from host.link.faults import FaultRates, FaultyPort
from host.link.transport import Port
from tests.doctor.guest_port import GuestPort, examine, failures


def test_a_healthy_board_passes_every_check_behind_its_port() -> None:
    findings = examine()
    others = {
        name: f.verdict.value for name, f in findings.items() if f.verdict is not Verdict.PASS
    }
    assert others == {"board": "skip", "port": "skip"}, "these two are found before the port opens"
    assert list(findings) == list(CHECKS)


def test_a_torn_link_is_named() -> None:
    guest = GuestPort()

    def torn() -> Port:
        return FaultyPort(guest, FaultRates.even(0.02), seed=5)

    found = examine_port(torn, False, lambda line: None, guest.clock)
    findings = {finding.name: finding for finding in found}
    assert failures(findings) == ["link loss"]
    assert "torn" in findings["link loss"].detail
    assert "cable" in findings["link loss"].remedy
