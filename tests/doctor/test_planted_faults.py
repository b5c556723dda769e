"""Every planted fault of a board is named by its own check, and by no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.places import PREBUILT
from host.doctor.finding import CHECKS, Verdict
from host.link.layout import OURS
from host.virtual.options import BoardOptions, DataWiring, SensorFaults
from tests.doctor.guest_port import examine, failures

BREADBOARD = BoardOptions(data_wiring=DataWiring.BREADBOARD)
PLANTED = [
    ("absent", SensorFaults(absent=True), "camera control", "does not answer"),
    ("SDA held low", SensorFaults(data_line_stuck=True), "camera control", "held low"),
    ("identity", SensorFaults(wrong_identity=True), "camera identity", "7FA22121"),
    ("no VSYNC", SensorFaults(no_vsync=True), "VSYNC", "VSYNC, D8"),
    ("no HREF", SensorFaults(no_href=True), "HREF", "HREF, A1"),
    ("no PCLK", SensorFaults(no_pclk=True), "PCLK", "PCLK, A0"),
]


@pytest.mark.parametrize(
    ("faults", "check", "words"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_a_broken_camera_is_named_by_its_check(
    faults: SensorFaults, check: str, words: str
) -> None:
    findings = examine(BoardOptions(faults=faults))
    assert failures(findings) == [check]
    assert words in findings[check].detail
    assert findings[check].remedy
    at = CHECKS.index("camera control")
    before = CHECKS[at : CHECKS.index(check)]
    assert all(findings[name].verdict is Verdict.PASS for name in before)
    after = CHECKS[CHECKS.index(check) + 1 : CHECKS.index("link loss")]
    assert all(findings[name].verdict is Verdict.SKIP for name in after)
    assert all(findings[name].detail == f"not reached: {check} failed" for name in after)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (BREADBOARD, "D0 and D1 are swapped"),
        (BoardOptions(faults=SensorFaults(stuck_bit=5)), "D5 is stuck at 1"),
    ],
    ids=["swapped", "stuck"],
)
def test_a_bad_data_line_is_named_by_the_colour_bars(options: BoardOptions, words: str) -> None:
    findings = examine(options)
    assert failures(findings) == ["data lines"]
    assert words in findings["data lines"].detail
    assert findings["data lines"].remedy


def test_a_firmware_of_another_wire_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other.elf"
    ours = OURS.hash.to_bytes(4, "little")
    other.write_bytes(PREBUILT.read_bytes().replace(ours, b"\x01\x02\x03\x04"))
    findings = examine(elf=other)
    assert failures(findings) == ["firmware"]
    assert "04030201" in findings["firmware"].detail
    assert "pio run" in findings["firmware"].remedy
    assert findings["camera control"].verdict is Verdict.SKIP
