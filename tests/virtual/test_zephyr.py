"""Conformance by firmware that nobody here wrote: Zephyr's prebuilt Bluetooth controller for the nRF52840, over USB.

The image is zephyr-4-4-0-hci-usb-nrf52840dk-default of PyPI; its USB driver ran on silicon. Commands go to the default
pipe, events come on the interrupt endpoint (Bluetooth Core 5.4, Vol 4, Part B, 2).
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.virtual.board import VirtualBoard
from host.virtual.scene import Noise
from host.virtual.usb.control import Request
from host.virtual.usb.descriptors import BULK, INTERRUPT, Device
from tests.conftest import unavailable

PACKAGE = "zephyr_4_4_0_hci_usb_nrf52840dk_default"
SECOND = 64_000_000
CLASS_TO_DEVICE = 0x20
COMMAND_COMPLETE, SUCCESS = 0x0E, 0
RESET, READ_VERSION, READ_COMMANDS, READ_ADDRESS = 0x0C03, 0x1001, 0x1002, 0x1009
LE_RANDOM, LE_SET_SCAN_PARAMETERS, LE_SET_SCAN = 0x2018, 0x200B, 0x200C
NORDIC, ZEPHYR_COMPANIES = 0x0059, (0x0059, 0x05F1)


class Controller:
    """The board with Zephyr on it, and the events it sent."""

    def __init__(self) -> None:
        found = importlib.util.find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            unavailable(f"{PACKAGE} is not installed")
        assert found is not None and found.submodule_search_locations
        image = Path(found.submodule_search_locations[0]) / "firmware.hex"
        self.warnings: list[str] = []
        self.events: list[bytes] = []
        self.board = VirtualBoard(image, Noise(1), say=self.warnings.append)
        self.board.run_until(lambda: self.board.usb.device is not None, SECOND)
        for interface in self.device.interfaces[:1]:
            endpoint = interface.endpoint(INTERRUPT, incoming=True)
            assert endpoint is not None
            self.board.usb.listen(endpoint, self._event)
        self._partial = b""

    @property
    def device(self) -> Device:
        """What the host found."""
        assert self.board.usb.device is not None, "not enumerated"
        return self.board.usb.device

    def _event(self, packet: bytes) -> None:
        """An event may take several packets of 16 bytes."""
        self._partial += packet
        while len(self._partial) >= 2 and len(self._partial) >= 2 + self._partial[1]:
            size = 2 + self._partial[1]
            self.events.append(self._partial[:size])
            self._partial = self._partial[size:]

    def command(self, opcode: int, parameters: bytes = b"") -> bytes:
        """The parameters that the command's completion returns, status first."""
        data = struct.pack("<HB", opcode, len(parameters)) + parameters
        accepted: list[bytes | None] = []
        self.board.usb.control(Request(CLASS_TO_DEVICE, 0, data=data), accepted.append)
        assert self.board.run_until(lambda: bool(self.events), SECOND), f"{opcode:#x}: no event"
        assert accepted == [data]
        event = self.events.pop(0)
        code, _, _, answered = struct.unpack_from("<BBBH", event)
        assert (code, answered) == (COMMAND_COMPLETE, opcode)
        return event[5:]


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    """One board for all."""
    yield Controller()


def test_it_enumerates_as_what_it_is(controller: Controller) -> None:
    device = controller.device
    assert (device.vendor, device.product) == (0x2FE3, 0x000B)
    assert device.names[:2] == ("Zephyr Project", "Zephyr USBD BT HCI")
    assert device.names[2] == "0005EED0F0AB0A2D", "FICR.DEVICEID"
    assert len(device.configuration) == 93
    first = device.interfaces[0]
    assert first.kind == (0xE0, 0x01, 0x01)
    assert [(e.address, e.kind) for e in first.endpoints] == [
        (0x81, INTERRUPT), (0x82, BULK), (0x01, BULK)
    ]  # fmt: skip
    assert controller.board.cycles < SECOND // 2


def test_it_answers_commands_and_carries_random_numbers(controller: Controller) -> None:
    assert controller.command(RESET) == bytes([SUCCESS])
    status, version, _, _, company, _ = struct.unpack("<BBHBHH", controller.command(READ_VERSION))
    assert (status, company in ZEPHYR_COMPANIES) == (SUCCESS, True)
    assert version >= 0x0B, "Bluetooth 5.2 or later"
    address = controller.command(READ_ADDRESS)
    assert (address[0], len(address)) == (SUCCESS, 7)
    commands = controller.command(READ_COMMANDS)
    assert (commands[0], len(commands)) == (SUCCESS, 65)
    assert commands[1 + 5] >> 6 & 3 == 3, "octet 5: Set Event Mask and Reset"
    first, second = controller.command(LE_RANDOM), controller.command(LE_RANDOM)
    assert (first[0], second[0], len(first)) == (SUCCESS, SUCCESS, 9)
    assert first != second


def test_it_starts_to_scan() -> None:
    """On a board of its own: to end a scan it waits for the radio, which is not modelled."""
    controller = Controller()
    scan = struct.pack("<BHHBB", 0, 0x10, 0x10, 0, 0)
    assert controller.command(LE_SET_SCAN_PARAMETERS, scan) == bytes([SUCCESS])
    assert controller.command(LE_SET_SCAN, bytes([1, 0])) == bytes([SUCCESS])
    assert any("RADIO register" in line for line in controller.warnings)


def test_a_wrong_request_is_stalled_and_the_next_one_answered(controller: Controller) -> None:
    answers: list[bytes | None] = []
    controller.board.usb.control(Request(0x80, 0x7E, length=8), answers.append)
    assert controller.board.run_until(lambda: bool(answers), SECOND)
    assert answers == [None]
    assert controller.command(RESET) == bytes([SUCCESS])


def test_it_sleeps_with_the_bus_and_wakes_with_it(controller: Controller) -> None:
    usb = controller.board.usb
    usb.suspend()
    controller.board.run(SECOND // 100)
    assert controller.board.usbd.values[0x52C] == 1, "the driver requested low power"
    usb.resume()
    controller.board.run(SECOND // 100)
    assert controller.command(RESET) == bytes([SUCCESS])


def test_a_cable_that_comes_out_and_back_enumerates_again(controller: Controller) -> None:
    controller.board.cable_pulled = True
    controller.board.run(SECOND // 100)
    assert controller.board.usb.device is None
    controller.board.cable_pulled = False
    assert controller.board.run_until(lambda: controller.board.usb.device is not None, SECOND)


def test_what_it_touches_and_is_not_modelled_has_a_name(controller: Controller) -> None:
    assert any(line.startswith("RADIO register") for line in controller.warnings)
    assert len(controller.warnings) == len(set(controller.warnings)), "each once"
    modelled = ("USBD", "RNG", "RTC", "TIMER", "GPIO", "NVMC", "FICR", "UICR", "EGU", "TEMP")
    assert [line for line in controller.warnings if line.startswith(modelled)] == []
