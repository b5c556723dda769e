"""A URL -> an open Port, and why that one.

auto | virtual | /dev/tty* | COM* | socket://host:port[/key] | replay:FILE[?speed=max&from=12.5].
`auto` is a plugged-in Nano, else the virtual board.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from host.base.boards import UPLOAD, VIRTUAL
from host.base.errors import HostError
from host.link.transport import (
    SOCKET,
    Port,
    PortLostError,
    SerialPort,
    SocketPort,
    socket_address,
    without_key,
)
from host.recording.replay import open_replay
from host.virtual.server import conditions_of_address, start_virtual_board

ARDUINO = 0x2341
NANO_33_BLE = 0x805A  # the Sense, too
NANO_33_BLE_BOOTLOADER = 0x005A
NANO_33_BLE_OPENMV = 0x015A
REPLAY = "replay:"


@dataclass(frozen=True)
class ListedPort:
    """A serial port of this machine; the numbers are 0 where it is not USB."""

    path: str
    vendor: int
    product: int
    serial_number: str

    def is_arduino(self, product: int) -> bool:
        """True for this product of Arduino."""
        return (self.vendor, self.product) == (ARDUINO, product)


@dataclass(frozen=True)
class Choice:
    """Which port, why, and the serial number to find the board again after it was unplugged."""

    url: str
    reason: str
    serial_number: str = ""

    @property
    def is_replay(self) -> bool:
        """A recording: it can be listened to, and nothing more."""
        return self.url.startswith(REPLAY)

    @property
    def is_serial(self) -> bool:
        """A serial port of this machine."""
        return self.url != VIRTUAL and "://" not in self.url and not self.is_replay


class VirtualPort(SocketPort):
    """The virtual board, started with the port and stopped with it."""

    is_emulated = True

    def __init__(self, scene: str, speed: str, core_load: bool | None = None) -> None:
        load = () if core_load is None else ("--core-load", "on" if core_load else "off")
        self._server = start_virtual_board(scene=scene, speed=speed, arguments=load)
        try:
            host, number, key = socket_address(self._server.url)
            super().__init__(host, number, self._server.name, key)
        except HostError:
            self._server.close()
            raise

    def close(self) -> None:
        """Hangs up and stops the board."""
        super().close()
        self._server.close()


def listed_ports() -> list[ListedPort]:
    """The serial ports of this machine now."""
    return [
        ListedPort(p.device, p.vid or 0, p.pid or 0, p.serial_number or "")
        for p in sorted(list_ports.comports())
    ]


def choose_port(url: str, listed: list[ListedPort]) -> Choice:
    """What `url` means with these ports plugged in. Raises HostError with the remedy."""
    if url == "auto":
        return _choose_auto(listed)
    if url == VIRTUAL:
        return Choice(url, "starting the virtual board")
    if url.startswith(SOCKET):
        socket_address(url)
        return Choice(url, f"connecting to {address_name(url)}")
    if url.startswith(REPLAY):
        return Choice(url, f"playing {url.removeprefix(REPLAY)}")
    if "://" in url:
        raise HostError(
            f"unknown port {url}",
            "give auto, virtual, a serial port, socket://host:port or replay:FILE",
        )
    return _choose_serial(url, listed)


def open_choice(
    choice: Choice, scene: str = "default", speed: str = "real", core_load: bool | None = None
) -> Port:
    """Opens what choose_port chose; the rest is the virtual board's. core_load: see PortOptions in open.py."""
    if choice.url == VIRTUAL:
        return VirtualPort(scene, speed, core_load)
    if choice.url.startswith(SOCKET):
        return SocketPort.at(choice.url, address_name(choice.url))
    if choice.is_replay:
        return open_replay(choice.url.removeprefix(REPLAY))
    return SerialPort(choice.url)


def address_name(url: str) -> str:
    """For people and for the conditions of a run: the address, and what a virtual board's says of itself."""
    held_for = conditions_of_address(url) if url.startswith(SOCKET) else ""
    where = without_key(url).partition("#")[0] if held_for else without_key(url)
    return f"{where} ({held_for})" if held_for else where


def open_port(url: str) -> Port:
    """Chooses and opens."""
    return open_choice(choose_port(url, listed_ports()))


def reopener(
    choice: Choice,
    scene: str = "default",
    speed: str = "real",
    listed: Callable[[], list[ListedPort]] = listed_ports,
    core_load: bool | None = None,
) -> Callable[[], Port]:
    """Opens the same board again, though its path may have changed. Raises HostError while it is absent."""

    def reopen() -> Port:
        if not choice.serial_number:
            return open_choice(choice, scene, speed, core_load)
        for port in listed():
            if port.serial_number == choice.serial_number and port.is_arduino(NANO_33_BLE):
                return SerialPort(port.path)
        raise PortLostError(f"the board {choice.serial_number} is not plugged in")

    return reopen


def _choose_auto(listed: list[ListedPort]) -> Choice:
    nanos = [p for p in listed if p.is_arduino(NANO_33_BLE)]
    if len(nanos) > 1:
        paths = ", ".join(p.path for p in nanos)
        raise HostError(f"more than one Nano is plugged in ({paths})", "choose one with --port")
    if nanos:
        return _chosen(nanos[0], f"Nano 33 BLE found at {nanos[0].path}")
    for port in listed:
        _refuse_other_firmware(port)
    return Choice(VIRTUAL, "no Nano found: starting the virtual board")


def _choose_serial(path: str, listed: list[ListedPort]) -> Choice:
    real = os.path.realpath(path)  # /dev/serial/by-id/... are links
    found = next((p for p in listed if p.path in (path, real)), None)
    if found is None and Path(path).exists():
        return Choice(path, f"opening {path}")
    if found is None:
        there = ", ".join(p.path for p in listed) or "none"
        raise HostError(
            f"no port {path}; present: {there}", "check the cable, or use --port virtual"
        )
    _refuse_other_firmware(found)
    return _chosen(found, f"opening {path}")


def _chosen(port: ListedPort, reason: str) -> Choice:
    return Choice(port.path, reason, port.serial_number if port.vendor == ARDUINO else "")


def _refuse_other_firmware(port: ListedPort) -> None:
    if port.is_arduino(NANO_33_BLE_BOOTLOADER):
        raise HostError(
            f"the Nano at {port.path} is in its bootloader",
            f"press its reset button once, or give it the firmware with `{UPLOAD}`",
        )
    if port.is_arduino(NANO_33_BLE_OPENMV):
        raise HostError(
            f"the Nano at {port.path} runs OpenMV", f"press reset twice, then `{UPLOAD}`"
        )
