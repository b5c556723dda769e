"""What a port, its permissions and a Hello mean."""

from __future__ import annotations

import os

from host.base.boards import UPLOAD, VIRTUAL
from host.base.errors import HostError
from host.doctor.evidence import PortEvidence
from host.doctor.finding import Finding, failed, passed, warned
from host.link.fault_advice import ADVICE
from host.link.handshake import WrongFirmwareError
from host.link.layout import OURS
from host.link.line import NoAnswerError
from host.link.messages import FaultCode, Hello
from host.link.transport import PortLostError
from host.ports.choose import (
    ARDUINO,
    NANO_33_BLE,
    NANO_33_BLE_BOOTLOADER,
    NANO_33_BLE_OPENMV,
    ListedPort,
)

UDEV_FILE = "/etc/udev/rules.d/60-nano33ble.rules"
UDEV_RULE = (
    'SUBSYSTEM=="tty", ATTRS{idVendor}=="2341", ATTRS{idProduct}=="805a|005a|015a", '
    'TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"'
)
PERMIT = f"echo '{UDEV_RULE}' | sudo tee {UDEV_FILE} && sudo udevadm control --reload, replug"
BOOTLOADER = f"press reset once to start the application, or `{UPLOAD}`"
KINDS = {
    NANO_33_BLE: "application",
    NANO_33_BLE_BOOTLOADER: "bootloader",
    NANO_33_BLE_OPENMV: "OpenMV firmware",
}


def board_finding(url: str, listed: list[ListedPort]) -> Finding:
    """Which board `url` means, and what it runs as far as USB tells."""
    nanos = [port for port in listed if port.vendor == ARDUINO and port.product in KINDS]
    there = "; ".join(map(_seen, nanos))
    if url == "auto":
        return _found_by_itself(nanos, there)
    if "://" in url or url == VIRTUAL:
        return passed("board", f"asked for {url}" + (f"; plugged in: {there}" if there else ""))
    real = os.path.realpath(url)  # /dev/serial/by-id/... are links
    port = next((p for p in listed if p.path in (url, real)), None)
    if port is None or port.vendor == 0:
        return passed("board", f"{url}, which USB tells nothing about")
    if port.vendor != ARDUINO or port.product not in KINDS:
        ids = f"{port.vendor:04X}:{port.product:04X}"
        return warned("board", f"{url} is USB {ids}, not a Nano 33 BLE", "choose another --port")
    return _finding_of(port)


def _found_by_itself(nanos: list[ListedPort], there: str) -> Finding:
    applications = [p for p in nanos if p.product == NANO_33_BLE]
    if len(applications) == 1:
        return _finding_of(applications[0])
    if applications:
        return failed("board", f"more than one Nano: {there}", "choose one with --port")
    if nanos:
        return _finding_of(nanos[0])
    return warned(
        "board",
        "no Nano is plugged in: this is the virtual board",
        "another cable (many only charge); press reset twice; --port virtual if you meant it",
    )


def _finding_of(port: ListedPort) -> Finding:
    detail = _seen(port)
    if port.product == NANO_33_BLE_BOOTLOADER:
        return failed("board", detail, BOOTLOADER)
    if port.product == NANO_33_BLE_OPENMV:
        return failed("board", detail, f"press reset twice, then `{UPLOAD}`")
    return passed("board", detail)


def _seen(nano: ListedPort) -> str:
    number = nano.serial_number or "unknown"
    return f"{KINDS[nano.product]} at {nano.path}, serial number {number}"


def port_finding(port: PortEvidence | None) -> Finding:
    """Whether the port can be opened. None: it is no serial port."""
    if port is None:
        return passed("port", "no serial port is needed")
    if not port.exists:
        remedy = "wait ten seconds, press reset twice, look at the cable"
        return failed("port", f"{port.path} is not there", remedy)
    if not port.may_read_write:
        remedy = PERMIT if port.linux else "run as a user who may open serial ports"
        return failed("port", f"no permission for {port.path}", remedy)
    if port.holders:
        held = ", ".join(port.holders)
        return failed("port", f"{port.path} is held by {held}", "close that program")
    if port.modem_manager:
        detail = "ModemManager runs and may take the port for some seconds after plugging in"
        return warned("port", detail, f"make it look away: {PERMIT}")
    return passed("port", f"{port.path} may be read and written, and nobody holds it")


def cannot_open_finding(error: HostError) -> Finding:
    """The port refused, though all looked well."""
    return failed("port", error.what, error.remedy or "unplug the board and plug it in")


def no_handshake_finding(error: HostError) -> Finding:
    """What is at the port instead of our firmware."""
    if isinstance(error, WrongFirmwareError):
        return failed("firmware", f"wrong version: {error.what}", error.remedy)
    remedy = error.remedy or f"`{UPLOAD}`; when its LED fades in and out, press reset once"
    if isinstance(error, NoAnswerError | PortLostError):
        return failed("firmware", error.what, remedy)
    return failed("firmware", f"the handshake failed: {error.what}", remedy)


def hello_findings(hello: Hello) -> list[Finding]:
    """What the board says of itself."""
    return [
        passed(
            "firmware",
            f"{hello.firmware} on {hello.board} {hello.device_serial:016X}, wire "
            f"{OURS.hash:08X} as here, {hello.compiler}",
        ),
        _last_fault(hello),
        _model(hello),
        _cache(hello),
        passed(
            "DC/DC",
            "on"
            if hello.dcdc
            else "off, the regulator is linear (`python -m host.device set dcdc 1` saves power)",
        ),
    ]


def _last_fault(hello: Hello) -> Finding:
    if hello.last_fault == FaultCode.NONE:
        return passed("last fault", "none")
    known = {code.value: code for code in FaultCode}.get(hello.last_fault)
    title = ADVICE[known].title if known else f"fault {hello.last_fault}"
    remedy = ADVICE[known].remedy if known else "update this program"
    report = failed if known is FaultCode.HARD_FAULT else warned
    return report("last fault", f"before we asked: {title}", remedy)


def _model(hello: Hello) -> Finding:
    if hello.score_count == 0:
        remedy = f"pack it again with python -m host.compiler, then `{UPLOAD}`"
        return failed("model", "the board refused its model, or has none", remedy)
    shape = f"{hello.input_height}x{hello.input_width}x{hello.input_channels}"
    return passed(
        "model",
        f"{hello.model}, hash {hello.model_hash:08X}, input {shape}, {hello.score_count} scores, "
        f"{hello.arena_bytes:,} B of arena",
    )


def _cache(hello: Hello) -> Finding:
    if hello.instruction_cache:
        return passed("instruction cache", "on")
    remedy = "`python -m host.device set instruction_cache 1`; a restart turns it on, too"
    return warned("instruction cache", "off: inference is slower", remedy)
