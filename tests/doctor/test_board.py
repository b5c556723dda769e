"""Which board a port means, what holds it, and what is at it in place of our firmware."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import host.doctor.__main__ as doctor_tool
from host.base.errors import HostError
from host.doctor.board import (
    board_finding,
    cannot_open_finding,
    hello_findings,
    no_handshake_finding,
    port_finding,
)
from host.doctor.evidence import PortEvidence
from host.doctor.finding import CHECKS, Finding, Verdict
from host.doctor.holders import modem_manager_runs, programs_holding
from host.link.handshake import WrongFirmwareError
from host.link.line import NoAnswerError
from host.link.messages import FaultCode
from host.link.transport import PortLostError
from host.ports.choose import ARDUINO, ListedPort
from tests.goldens import printed_json
from tests.link.fake_board import HELLO

NANO = ListedPort("/dev/ttyACM0", ARDUINO, 0x805A, "ABC123")
BOOTLOADER = ListedPort("/dev/ttyACM1", ARDUINO, 0x005A, "")
UNO = ListedPort("/dev/ttyACM2", ARDUINO, 0x0043, "U")
TEENSY = ListedPort("/dev/ttyACM3", 0x16C0, 0x805A, "T")  # the same number of another vendor
SERIAL = ListedPort("/dev/ttyS0", 0, 0, "")
ALL = [BOOTLOADER, UNO, TEENSY, SERIAL, NANO]
PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL


@pytest.mark.parametrize(
    ("url", "listed", "verdict", "detail"),
    [
        ("auto", ALL, PASS, "application at /dev/ttyACM0, serial number ABC123"),
        ("auto", ALL[:-1], FAIL, "bootloader at /dev/ttyACM1, serial number unknown"),
        ("auto", [UNO, TEENSY, SERIAL], WARN,
         "no Nano is plugged in: this is the virtual board"),
        ("auto", [NANO, BOOTLOADER, replace(NANO, path="/dev/x", serial_number="")], FAIL,
         "more than one Nano: application at /dev/ttyACM0, serial number ABC123; bootloader at "
         "/dev/ttyACM1, serial number unknown; application at /dev/x, serial number unknown"),
        ("/dev/ttyACM0", ALL, PASS, "application at /dev/ttyACM0, serial number ABC123"),
        ("/dev/ttyACM1", ALL, FAIL, "bootloader at /dev/ttyACM1, serial number unknown"),
        ("/dev/ttyACM2", ALL, WARN, "/dev/ttyACM2 is USB 2341:0043, not a Nano 33 BLE"),
        ("/dev/ttyACM3", ALL, WARN, "/dev/ttyACM3 is USB 16C0:805A, not a Nano 33 BLE"),
        ("/dev/ttyS0", ALL, PASS, "/dev/ttyS0, which USB tells nothing about"),
        ("/dev/ttyS1", ALL, PASS, "/dev/ttyS1, which USB tells nothing about"),
        ("virtual", [SERIAL], PASS, "asked for virtual"),
        ("socket://h:1", [UNO, NANO], PASS,
         "asked for socket://h:1; plugged in: application at /dev/ttyACM0, serial number ABC123"),
    ],
)  # fmt: skip
def test_the_board_that_a_port_means(
    url: str, listed: list[ListedPort], verdict: Verdict, detail: str
) -> None:
    finding = board_finding(url, listed)
    assert (finding.verdict, finding.detail) == (verdict, detail)


def test_a_link_is_the_board_that_it_leads_to(tmp_path: Path) -> None:
    """/dev/serial/by-id/... leads to /dev/ttyACM0."""
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyACM0")
    real = replace(BOOTLOADER, path=os.path.realpath(tmp_path / "ttyACM0"))
    assert board_finding(str(tmp_path / "by-id"), [NANO, real]).verdict is FAIL


def test_a_port_without_permission_names_the_remedy_of_its_system() -> None:
    """udev is Linux's."""
    refused = PortEvidence("COM3", may_read_write=False, linux=False)
    assert port_finding(refused).remedy == "run as a user who may open serial ports"
    held = PortEvidence("/dev/ttyACM0", holders=("a (1)", "b (2)"), modem_manager=True)
    assert port_finding(held).detail == "/dev/ttyACM0 is held by a (1), b (2)"


@pytest.mark.parametrize(
    ("error", "detail", "remedy"),
    [
        (WrongFirmwareError("wire 1"), "wrong version: wire 1", "update the firmware"),
        (NoAnswerError("silent"), "silent", "press reset once"),
        (PortLostError("it went"), "it went", "press reset once"),
        (HostError("cut short"), "the handshake failed: cut short", "press reset once"),
        (HostError("cut short", "do this"), "the handshake failed: cut short", "do this"),
    ],
)
def test_what_is_there_in_place_of_our_firmware(error: HostError, detail: str, remedy: str) -> None:
    finding = no_handshake_finding(error)
    assert (finding.name, finding.verdict, finding.detail) == ("firmware", FAIL, detail)
    assert remedy in finding.remedy


def test_a_port_that_refuses_is_a_failed_port() -> None:
    finding = cannot_open_finding(HostError("busy", "close it"))
    assert (finding.name, finding.verdict, finding.detail) == ("port", FAIL, "busy")
    assert finding.remedy == "close it"
    assert "plug" in cannot_open_finding(HostError("busy")).remedy


@pytest.mark.parametrize(
    ("code", "verdict", "detail", "remedy"),
    [
        (FaultCode.CAMERA_NO_PCLK, WARN, "lines without pixels (PCLK, A0)", "check A0"),
        (FaultCode.HARD_FAULT, FAIL, "the firmware crashed", "report this line"),
        (199, WARN, "before we asked: fault 199", "update this program"),
    ],
)
def test_the_fault_before_us(code: int, verdict: Verdict, detail: str, remedy: str) -> None:
    found = {f.name: f for f in hello_findings(replace(HELLO, last_fault=int(code)))}["last fault"]
    assert found.verdict is verdict
    assert detail in found.detail and remedy in found.remedy


def test_what_a_board_says_of_itself() -> None:
    hello = replace(HELLO, device_serial=0xA1, model_hash=0xAB, input_height=32, input_channels=3)
    found = {f.name: f.detail for f in hello_findings(hello)}
    assert found["firmware"].startswith("0.1.0 0123abcd on virtual 00000000000000A1, wire ")
    assert found["model"] == (
        "person_grey_025, hash 000000AB, input 32x96x3, 2 scores, 36,864 B of arena"
    )
    assert found["DC/DC"].startswith("off, the regulator is linear")


def process(proc: Path, pid: object, name: str, command: bytes, *held: Path) -> None:
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "cmdline").write_bytes(command)
    (folder / "comm").write_text(name + "\n")
    for number, path in enumerate(held):
        (folder / "fd" / str(number)).symlink_to(path)


def test_every_other_program_that_holds_a_port(tmp_path: Path) -> None:
    """Not this one, whose own port is no obstacle; one that ends meanwhile has no name any more."""
    port, other, proc = tmp_path / "port", tmp_path / "other", tmp_path / "proc"
    process(proc, 12, "screen", b"screen\0/dev/x\0", other, port)
    process(proc, 13, "cat", b"cat\0", other)
    process(proc, 14, "gone", b"", port)
    process(proc, os.getpid(), "python", b"python\0-m\0host.doctor\0", port)
    process(proc, "self", "python", b"", port)
    (proc / "14" / "comm").unlink()
    (proc / "15").mkdir()  # of another user: nothing may be seen
    assert programs_holding(str(port), proc) == ("screen (12)", "a program (14)")
    assert not modem_manager_runs(proc)
    assert programs_holding(str(port), tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("holders", "runs", "verdict", "words"),
    [(("screen (7)",), False, "fail", "is held by screen (7)"), ((), True, "warn", "ModemManager"),
     ((), False, "pass", "nobody holds it")],
)  # fmt: skip
def test_what_is_known_of_a_port_before_it_is_opened(
    holders: tuple[str, ...],
    runs: bool,
    verdict: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened: list[bool] = []
    port = tmp_path / "ttyACM7"
    port.touch()

    def examine(open_port: object, is_serial: bool, say: object) -> list[Finding]:
        opened.append(is_serial)
        return []

    monkeypatch.setattr(doctor_tool, "listed_ports", list)
    monkeypatch.setattr(doctor_tool, "programs_holding", lambda path: holders)
    monkeypatch.setattr(doctor_tool, "modem_manager_runs", lambda: runs)
    monkeypatch.setattr(doctor_tool, "examine_port", examine)
    assert doctor_tool.main(["--port", str(port), "--json"]) == (1 if verdict == "fail" else 0)
    rows = {row["name"]: row for row in printed_json(capsys.readouterr().out)}
    assert rows["port"]["status"] == verdict and words in rows["port"]["detail"]
    assert opened == ([] if verdict == "fail" else [True])
    assert list(rows) == list(CHECKS) and rows["clock"]["status"] == "skip"
    why = "not reached: port failed" if verdict == "fail" else "not reached"
    assert rows["clock"]["detail"] == why


def test_a_board_that_cannot_be_used_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor_tool, "listed_ports", lambda: [BOOTLOADER])
    monkeypatch.setattr(
        doctor_tool, "port_opening", lambda *given, **by_name: pytest.fail("opened")
    )
    assert doctor_tool.main(["--json"]) == 1
    rows = printed_json(capsys.readouterr().out)
    assert [row["status"] for row in rows[:2]] == ["fail", "skip"]
    assert rows[1]["detail"] == "not reached: board failed"
