"""The last lines of the doctor: how many of each, then warnings and failures by name, what is worst last."""

from __future__ import annotations

from host.doctor.finding import failed, passed, warned
from host.doctor.report import closing


def test_warnings_and_failures_are_named_last() -> None:
    findings = [
        failed("HREF", "no edge", "check that wire"),
        passed("board", "seen"),
        warned("DC/DC", "off", "set dcdc 1"),
        warned("clock", "drifts", ""),
    ]
    assert closing(findings) == [
        "1 pass, 2 warn, 1 fail",
        "warn: DC/DC: set dcdc 1",
        "warn: clock: drifts",
        "fail: HREF: check that wire",
    ]


def test_all_is_well_in_one_line() -> None:
    assert closing([passed("board", "seen")]) == ["1 pass"]
