"""A healthy board passes every check."""

from __future__ import annotations

from host.doctor.finding import CHECKS, Verdict
from tests.doctor.guest_port import examine


def test_a_healthy_board_passes_every_check_behind_its_port() -> None:
    findings = examine()
    others = {
        name: f.verdict.value for name, f in findings.items() if f.verdict is not Verdict.PASS
    }
    assert others == {"board": "skip", "port": "skip"}, "these two are found before the port opens"
    assert list(findings) == list(CHECKS)
