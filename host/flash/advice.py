"""What stands in the way of an upload, in words: a pure function of the ports and of who holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.doctor.holders import MODEM_MANAGER
from host.ports.choose import NANO_33_BLE, NANO_33_BLE_BOOTLOADER, NANO_33_BLE_OPENMV, ListedPort

NANOS = (NANO_33_BLE, NANO_33_BLE_BOOTLOADER, NANO_33_BLE_OPENMV)
DOUBLE_PRESS = "press the board's reset button twice within a second: its LED fades in and out"


@dataclass(frozen=True)
class Advice:
    """One line. stops: the upload cannot work before it is done."""

    text: str
    stops: bool


def advice(
    ports: Sequence[ListedPort],
    holders: Mapping[str, Sequence[str]],
    wanted: str = "",
    modem_manager: bool = False,
) -> list[Advice]:
    """holders: by path, the programs that have it open. wanted: the port that the user chose, else empty."""
    boards = [p for p in ports if any(p.is_arduino(product) for product in NANOS)]
    if wanted:
        boards = [p for p in ports if p.path == wanted]
    if not boards:
        return [_vanished(wanted, ports)]
    if len(boards) > 1:
        paths = ", ".join(port.path for port in boards)
        return [Advice(f"several boards are plugged in ({paths}): choose --upload-port", True)]
    return _of_board(boards[0], holders.get(boards[0].path, ()), modem_manager)


def after_failure(ports: Sequence[ListedPort]) -> str:
    """What to do after an upload that was tried and failed: one line, by where the board is now."""
    again = f"{DOUBLE_PRESS}, then upload again"
    for port in ports:
        if port.is_arduino(NANO_33_BLE):
            trouble = "did not go into its bootloader when it was asked to (1200 baud)"
            return f"the board at {port.path} still runs its application: it {trouble}. {again[0].upper()}{again[1:]}"
    for port in ports:
        if port.is_arduino(NANO_33_BLE_BOOTLOADER):
            tried = "is in its bootloader and did not take the firmware"
            return f"the board at {port.path} {tried}: try another cable or USB port; {again}"
    return advice(ports, {})[0].text


def _vanished(wanted: str, ports: Sequence[ListedPort]) -> Advice:
    there = ", ".join(port.path for port in ports) or "none"
    what = f"the port {wanted} is not there" if wanted else "no Nano 33 BLE is to be seen"
    return Advice(
        f"{what} (ports: {there}). After a failed upload it can be away for ten seconds; if it stays "
        f"away, {DOUBLE_PRESS}, then upload again. Many USB cables only charge",
        True,
    )


def _of_board(port: ListedPort, holders: Sequence[str], modem_manager: bool) -> list[Advice]:
    found = []
    for holder in holders:
        stop = (
            "`sudo systemctl stop ModemManager`"
            if holder.startswith(MODEM_MANAGER)
            else "close that program"
        )
        found.append(Advice(f"{port.path} is held by {holder}: {stop}, then upload again", True))
    if modem_manager and not holders:
        text = "ModemManager runs: if the upload fails, `sudo systemctl stop ModemManager`"
        found.append(Advice(text, False))
    if port.is_arduino(NANO_33_BLE_BOOTLOADER):
        text = f"the board at {port.path} sits in its bootloader: ready for the upload"
        found.append(Advice(f"{text}. If it fails, {DOUBLE_PRESS}, then upload again", False))
    if port.is_arduino(NANO_33_BLE_OPENMV):
        text = f"the board at {port.path} runs OpenMV, which ignores uploads: {DOUBLE_PRESS}"
        found.append(Advice(f"{text}, then upload again", True))
    return found
