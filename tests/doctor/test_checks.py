"""The checks that need no camera: ports, permissions, the link's numbers, clocks, and the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from host.doctor.board import UDEV_RULE, board_finding, hello_findings, port_finding
from host.doctor.camera import camera_findings, frame_cycles, rate_finding
from host.doctor.evidence import CameraEvidence, Evidence, LinkEvidence, PortEvidence
from host.doctor.finding import CHECKS, Finding, Verdict, completed, failed, passed
from host.doctor.holders import modem_manager_runs, programs_holding
from host.doctor.link import clock_finding, dropped_finding, loss_finding, throughput_finding
from host.doctor.report import BY_EYE, Conditions, as_json, checklist
from host.link.fault_advice import ADVICE
from host.link.messages import Fault, FaultCode, Frame, Result
from host.link.sequence import Losses
from host.ports.choose import ARDUINO, ListedPort
from tests.link.fake_board import HELLO, FakeBoard, moving_picture

REAL = replace(HELLO, board="nano33ble")
NANO = ListedPort("/dev/ttyACM0", ARDUINO, 0x805A, "ABC123")
CLEAN = LinkEvidence(
    pings=16,
    round_trips_s=(0.002,) * 16,
    frames=tuple(range(10, 17)),
    frame_bytes=64_000,
    seconds=1.0,
)


def evidence(link: LinkEvidence = CLEAN, camera: CameraEvidence | None = None) -> Evidence:
    return Evidence(REAL, camera or CameraEvidence(), link)


@pytest.mark.parametrize(
    ("listed", "verdict", "words"),
    [
        ([NANO], Verdict.PASS, "application at /dev/ttyACM0, serial number ABC123"),
        ([replace(NANO, product=0x005A)], Verdict.FAIL, "bootloader"),
        ([replace(NANO, product=0x015A)], Verdict.FAIL, "OpenMV"),
        ([NANO, replace(NANO, path="/dev/ttyACM1")], Verdict.FAIL, "more than one"),
        ([], Verdict.WARN, "no Nano"),
        ([ListedPort("/dev/ttyUSB0", 0x0403, 0x6001, "")], Verdict.WARN, "no Nano"),
    ],
)
def test_boards_are_distinguished_by_their_usb_identity(
    listed: list[ListedPort], verdict: Verdict, words: str
) -> None:
    finding = board_finding("auto", listed)
    assert finding.verdict is verdict
    assert words in finding.detail
    assert finding.remedy or verdict is Verdict.PASS


def test_a_port_of_something_else_is_no_nano() -> None:
    other = ListedPort("/dev/ttyUSB0", 0x0403, 0x6001, "")
    finding = board_finding("/dev/ttyUSB0", [other, NANO])
    assert finding.verdict is Verdict.WARN
    assert "0403:6001" in finding.detail


@pytest.mark.parametrize(
    ("port", "verdict", "words"),
    [
        (PortEvidence("/dev/ttyACM0"), Verdict.PASS, ""),
        (PortEvidence("/dev/ttyACM0", exists=False), Verdict.FAIL, "reset twice"),
        (PortEvidence("/dev/ttyACM0", may_read_write=False), Verdict.FAIL, UDEV_RULE),
        (PortEvidence("/dev/ttyACM0", holders=("host.viewer (7)",)), Verdict.FAIL, "close"),
        (PortEvidence("/dev/ttyACM0", modem_manager=True), Verdict.WARN, "ID_MM_DEVICE_IGNORE"),
        (None, Verdict.PASS, ""),
    ],
)
def test_a_port_that_cannot_be_used_says_why(
    port: PortEvidence | None, verdict: Verdict, words: str
) -> None:
    finding = port_finding(port)
    assert finding.verdict is verdict
    assert words in finding.remedy


def test_programs_that_hold_a_port_are_found_by_proc(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch()
    for pid, command, name in (
        (71, b"python\0-m\0host.viewer\0", "python"),
        (72, b"", "ModemManager"),
    ):
        (tmp_path / "proc" / str(pid) / "fd").mkdir(parents=True)
        (tmp_path / "proc" / str(pid) / "cmdline").write_bytes(command)
        (tmp_path / "proc" / str(pid) / "comm").write_text(name + "\n")
    (tmp_path / "proc" / "71" / "fd" / "3").symlink_to(device)
    assert programs_holding(str(device), tmp_path / "proc") == ("host.viewer (71)",)
    assert modem_manager_runs(tmp_path / "proc")


def test_hello_reports_model_cache_and_crash() -> None:
    bad = replace(REAL, score_count=0, instruction_cache=0, last_fault=FaultCode.HARD_FAULT, dcdc=1)
    findings = {f.name: f for f in hello_findings(bad)}
    assert findings["model"].verdict is Verdict.FAIL
    assert findings["last fault"].verdict is Verdict.FAIL
    assert findings["instruction cache"].verdict is Verdict.WARN
    assert findings["DC/DC"].detail == "on"
    assert all(f.verdict is Verdict.PASS for f in hello_findings(REAL))


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        (CLEAN, Verdict.PASS),
        (replace(CLEAN, losses=Losses(bad_packets=1)), Verdict.FAIL),
        (replace(CLEAN, losses=Losses(wire_lost=2)), Verdict.FAIL),
        (replace(CLEAN, losses=Losses(device_bad_packets=1)), Verdict.FAIL),
        (replace(CLEAN, round_trips_s=(0.002,) * 15), Verdict.FAIL),
        (replace(CLEAN, round_trips_s=(0.002,) * 15, late_pings=1), Verdict.PASS),
        (replace(CLEAN, trouble="the port went away"), Verdict.FAIL),
        (replace(CLEAN, losses=Losses(restarts=1)), Verdict.FAIL),
    ],
)
def test_losses_on_the_cable(link: LinkEvidence, verdict: Verdict) -> None:
    assert loss_finding(link).verdict is verdict


def test_frames_that_were_made_and_did_not_arrive_lower_the_throughput() -> None:
    assert throughput_finding(evidence()).verdict is Verdict.PASS
    assert "64.0 KB/s" in throughput_finding(evidence()).detail
    gaps = replace(CLEAN, frames=(10, 11, 14))
    assert throughput_finding(evidence(gaps)).verdict is Verdict.WARN


def test_messages_given_up_by_either_end() -> None:
    wanted = replace(CLEAN, dropped_since_start=3)
    assert dropped_finding(wanted).verdict is Verdict.PASS
    for losses in (Losses(device_dropped=1), Losses(host_dropped=1)):
        assert dropped_finding(replace(wanted, losses=losses)).verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("speed", "verdict"),
    [(1.0, Verdict.PASS), (0.99, Verdict.WARN), (1.05, Verdict.FAIL), (0.5, Verdict.FAIL)],
)
def test_the_boards_clock_against_ours(speed: float, verdict: Verdict) -> None:
    blank = FakeBoard().result(moving_picture(0))
    results = tuple(
        replace(blank, frame=n, period_cycles=int(64_000_000 * speed)) for n in range(3)
    )
    camera = CameraEvidence(results=results, arrivals_s=(10.0, 11.0, 12.0))
    assert clock_finding(evidence(camera=camera)).verdict is verdict
    virtual = replace(evidence(camera=camera), hello=HELLO)
    assert clock_finding(virtual).verdict is Verdict.PASS
    gap = replace(camera, results=(results[0], replace(results[1], frame=7), results[2]))
    assert clock_finding(evidence(camera=gap)).verdict is Verdict.SKIP


def timed(*periods_and_ages: tuple[float, float]) -> tuple[Result, ...]:
    """Results whose period and age are so many frames of the sensor."""
    blank, frame = FakeBoard().result(moving_picture(0)), frame_cycles(15)
    return tuple(
        replace(blank, frame=n, period_cycles=int(p * frame), age_cycles=int(a * frame))
        for n, (p, a) in enumerate(periods_and_ages)
    )


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (timed((3, 0.5), (3, 0.5)), Verdict.PASS),
        (timed((3, 0.5), (3.09, 0.5)), Verdict.WARN),
        # A board that a command has delayed comes to each picture a little earlier than to the one before.
        (timed((1, 0.9), (0.98, 0.88), (0.98, 0.86)), Verdict.PASS),
        (timed((1, 0.5), (1.03, 0.53)), Verdict.PASS),
        (timed((1, 0.5), (1.03, 0.5)), Verdict.WARN),
        (timed((1, 0.5)), Verdict.SKIP),
    ],
)
def test_from_picture_to_picture_it_is_a_whole_number_of_frames(
    results: tuple[Result, ...], verdict: Verdict
) -> None:
    camera = CameraEvidence(results=results, divider=15)
    assert rate_finding(evidence(camera=camera)).verdict is verdict
    moving = replace(camera, divider=None)
    assert rate_finding(evidence(camera=moving)).verdict is Verdict.SKIP


def test_a_result_that_was_lost_between_two_others_times_nothing() -> None:
    first, _, last = timed((1, 0.5), (1, 0.6), (1, 0.4))
    camera = CameraEvidence(results=(first, last), divider=15)
    assert rate_finding(evidence(camera=camera)).verdict is Verdict.SKIP


def test_every_check_is_in_the_report_once_and_in_order() -> None:
    findings = completed([failed("firmware", "a | b", "do c"), passed("board", "there")])
    assert [f.name for f in findings] == list(CHECKS)
    assert findings[-1] == Finding("clock", Verdict.SKIP, "not reached: firmware failed", "")
    assert as_json(findings)[2] == {
        "name": "firmware",
        "status": "fail",
        "detail": "a | b",
        "remedy": "do c",
    }


def test_the_checklist_is_filled_in_and_leaves_the_rest_to_tick() -> None:
    findings = completed([failed("firmware", "a | b", "do c"), passed("board", "there")])
    text = checklist(findings, Conditions("now", "Linux", "3.11", "/dev/ttyACM0"))
    assert "| [x] | board | pass | there |  |" in text
    assert "| [ ] | firmware | fail | a \\| b | do c |" in text
    assert text.count("- [ ] ") == len(BY_EYE)


def test_the_newest_of_several_faults_is_shown() -> None:
    """Of those that a camera's step can have: the last one says what is wrong now."""
    codes = (FaultCode.CAMERA_NO_HREF, FaultCode.CAMERA_NO_VSYNC, FaultCode.CAMERA_NO_PCLK)
    for order in (codes, codes[::-1]):
        faults = tuple(Fault(int(code), 0, 0, b"") for code in order)
        last = ADVICE[order[-1]].title
        for frame in (None, Frame(1, 96, 96, 1, 0, bytes(96 * 96))):
            camera = CameraEvidence(frame=frame, faults=faults)
            found = " ".join(finding.detail for finding in camera_findings(evidence(camera=camera)))
            assert last in found
            assert not any(ADVICE[code].title in found for code in order[:-1])
