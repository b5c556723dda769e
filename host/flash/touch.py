"""From a running board to its bootloader: the touch at 1200 baud, and the wait for the bootloader's port.

Arduino's core restarts into the bootloader when its port is opened at 1200 baud and closed again (boards.txt:
use_1200bps_touch, wait_for_upload_port). The bootloader is another USB device, 2341:005a, often at another path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import serial

from host.base.errors import HostError
from host.flash.advice import DOUBLE_PRESS
from host.ports.choose import NANO_33_BLE, NANO_33_BLE_BOOTLOADER, ListedPort, listed_ports

TOUCH_BAUD = 1200
WAIT_S = 10.0  # on Windows a new port may take that long
POLL_S = 0.25


def touch_port(path: str) -> None:
    """Opens and closes it. The board may vanish meanwhile: that is what is wanted."""
    try:
        with serial.Serial(path, TOUCH_BAUD, timeout=0) as port:
            port.dtr = False
    except (serial.SerialException, OSError) as error:
        raise HostError(
            f"cannot open {path} ({error})", "close the program that holds it"
        ) from error


@dataclass(frozen=True)
class Machine:
    """What this computer does for an upload; tests bring their own."""

    listed: Callable[[], list[ListedPort]] = listed_ports
    touch: Callable[[str], None] = touch_port
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def boards_to_flash(ports: Sequence[ListedPort], wanted: str | None) -> list[ListedPort]:
    """Every Nano, in its application or its bootloader; or the port that was asked for."""
    if wanted is not None:
        return [port for port in ports if port.path == wanted]
    products = (NANO_33_BLE, NANO_33_BLE_BOOTLOADER)
    return [port for port in ports if any(port.is_arduino(product) for product in products)]


def bootloader_of(board: ListedPort, machine: Machine) -> str:
    """The path of the board's bootloader, once it is there. Raises HostError with what to press."""
    if board.is_arduino(NANO_33_BLE_BOOTLOADER):
        return board.path
    before = {port for port in machine.listed() if port.is_arduino(NANO_33_BLE_BOOTLOADER)}
    machine.touch(board.path)
    end = machine.clock() + WAIT_S
    while machine.clock() < end:
        machine.sleep(POLL_S)
        there = [p for p in machine.listed() if p.is_arduino(NANO_33_BLE_BOOTLOADER)]
        new = [port for port in there if port not in before]
        same = [port for port in new if port.serial_number == board.serial_number]
        if same or new:
            return (same or new)[0].path
    raise HostError(
        f"the board at {board.path} did not go into its bootloader within {WAIT_S:.0f} s",
        f"{DOUBLE_PRESS}, then the same command again",
    )
