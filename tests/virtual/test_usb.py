"""The wire of full-speed USB, descriptors, and the controller's rules where firmware must keep them."""

from __future__ import annotations

import pytest

from host.virtual.board import VirtualBoard
from host.virtual.scene import Noise
from host.virtual.usb.bus import FRAME_CYCLES, UsbBus, transaction_cycles
from host.virtual.usb.descriptors import BULK, INTERRUPT, parse_interfaces, parse_string
from tests.virtual.build_probes import PROBES

USBD = 0x40027000
ENABLE, PULLUP, EVENTCAUSE, READY = 0x500, 0x504, 0x400, 0x800
EPOUT1_SIZE, STARTEPIN1, STARTEPIN2, ENDEPIN1, ENDEPIN2 = 0x4A4, 0x008, 0x00C, 0x10C, 0x110
MILLISECOND = 64_000


class Rig:
    """A board whose registers the test writes itself; its CPU spins."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.board = VirtualBoard(PROBES, Noise(1), say=self.warnings.append)
        self.board.run(MILLISECOND)

    def read(self, offset: int) -> int:
        return self.board.bus.read(USBD + offset, 4)

    def write(self, offset: int, value: int) -> None:
        self.board.bus.write(USBD + offset, 4, value)

    def power_up(self, remedy: bool = True) -> None:
        """As nrfx_usbd.c does, anomaly 187's remedy or not."""
        bus = self.board.bus
        for address, value in ((0x4006EC00, 0x9375), (0x4006ED14, 3), (0x4006EC00, 0x9375)):
            if remedy:
                bus.write(address, 4, value)
        self.write(ENABLE, 1)
        self.board.run(MILLISECOND)


def test_nineteen_packets_of_64_bytes_fit_into_a_frame() -> None:
    """USB 2.0, table 5-10."""
    rig = Rig()
    carried: list[int] = []
    bus = UsbBus(rig.board.chip, lambda number: None)
    start = rig.board.cycles

    def carry() -> None:
        carried.append(rig.board.chip.now() - start)
        bus.request(64, carry)

    bus.request(64, carry)
    bus.start()
    rig.board.run(10 * FRAME_CYCLES + 100)
    frames = [sum(at // FRAME_CYCLES == frame for at in carried) for frame in range(10)]
    assert frames == [19] * 10
    assert transaction_cycles(64) * 19 < FRAME_CYCLES < transaction_cycles(64) * 20


def test_frames_stop_with_the_bus() -> None:
    rig = Rig()
    numbers: list[int] = []
    bus = UsbBus(rig.board.chip, numbers.append)
    bus.start()
    rig.board.run(3 * MILLISECOND + 10)
    bus.stop()
    rig.board.run(3 * MILLISECOND)
    assert numbers == [1, 2, 3, 4]


def test_interfaces_of_a_serial_port_with_its_class_descriptors() -> None:
    configuration = bytes.fromhex(
        "09 02 4b 00 02 01 00 c0 32  08 0b 00 02 02 02 01 00"
        "09 04 00 00 01 02 02 01 00  05 24 00 10 01  05 24 01 03 01  04 24 02 06  05 24 06 00 01"
        "07 05 83 03 10 00 10  09 04 01 00 02 0a 00 00 00"
        "07 05 82 02 40 00 00  07 05 02 02 40 00 00"
    )
    control, data = parse_interfaces(configuration)
    assert (control.number, control.kind, data.number, data.kind) == (0, (2, 2, 1), 1, (10, 0, 0))
    notices = control.endpoint(INTERRUPT, incoming=True)
    assert notices is not None and (notices.number, notices.packet_bytes, notices.interval) == (
        3, 16, 16,
    )  # fmt: skip
    incoming, outgoing = data.endpoint(BULK, incoming=True), data.endpoint(BULK, incoming=False)
    assert incoming is not None and outgoing is not None
    assert (incoming.address, outgoing.address, incoming.packet_bytes) == (0x82, 0x02, 64)
    assert parse_interfaces(configuration[:30])[0].endpoints == (), "cut off: no traceback"
    assert parse_string(b"\x08\x03N\0a\0n\0") == "Nan"
    assert parse_string(None) == ""


@pytest.mark.parametrize("remedy", [True, False])
def test_it_gets_ready_with_the_remedy_of_anomaly_187(remedy: bool) -> None:
    rig = Rig()
    rig.power_up(remedy)
    assert bool(rig.read(EVENTCAUSE) & READY) == remedy
    assert any("anomaly 187" in line for line in rig.warnings) != remedy
    assert rig.board.bus.read(0x40000438, 4) == 3, "VBUS and the regulator's output"


def test_the_pull_up_shows_the_device_while_the_cable_is_in() -> None:
    rig = Rig()
    rig.power_up()
    rig.write(PULLUP, 1)
    assert rig.board.usb.is_attached
    rig.board.cable_pulled = True
    assert not rig.board.usb.is_attached
    assert rig.board.bus.read(0x40000438, 4) == 0
    assert rig.board.bus.read(0x40000120, 4) == 1, "USBREMOVED"
    rig.board.cable_pulled = False
    rig.board.run(MILLISECOND)
    assert rig.board.usb.is_attached


def test_a_device_that_says_nothing_is_named() -> None:
    rig = Rig()
    rig.power_up()
    rig.write(PULLUP, 1)
    rig.board.run(1300 * MILLISECOND)
    assert any("USB host: no answer to 80 06 00 01" in line for line in rig.warnings)


@pytest.mark.parametrize("remedy", [True, False])
def test_a_task_during_dma_is_lost_without_the_remedy_of_anomaly_199(remedy: bool) -> None:
    rig = Rig()
    rig.power_up()
    rig.write(0xC1C, 0x82 if remedy else 0)
    for n in (1, 2):
        rig.write(0x600 + 0x14 * n, 0x20001000)
        rig.write(0x604 + 0x14 * n, 64)
    rig.write(STARTEPIN1, 1)
    rig.write(STARTEPIN2, 1)
    rig.board.run(1000)
    assert (rig.read(ENDEPIN1), rig.read(ENDEPIN2)) == (1, int(remedy))
    assert any("anomaly 199" in line for line in rig.warnings) != remedy


def test_an_out_endpoint_takes_one_packet_until_it_is_emptied() -> None:
    rig = Rig()
    rig.power_up()
    rig.write(0x514, 3)
    usbd = rig.board.usbd
    assert not usbd.give(1, b"early"), "not armed: NAK"
    rig.write(EPOUT1_SIZE, 0)
    assert usbd.give(1, b"first")
    assert not usbd.give(1, b"second")
    assert (rig.read(EPOUT1_SIZE), rig.read(0x46C), rig.read(0x160)) == (5, 1 << 17, 1)
    rig.write(0x714, 0x20001000)
    rig.write(0x718, 64)
    rig.write(0x02C, 1)  # STARTEPOUT[1]
    rig.board.run(1000)
    assert rig.read(0x134) == 1, "ENDEPOUT[1]"
    assert rig.read(0x71C) == 5
    assert rig.board.memory.read(0x20001000, 5) == b"first"
    assert usbd.give(1, b"second")


def test_easydma_does_not_reach_flash() -> None:
    rig = Rig()
    rig.power_up()
    rig.write(0x614, 0x10000)
    rig.write(0x618, 8)
    rig.write(STARTEPIN1, 1)
    rig.board.run(1000)
    assert any("EPIN1.PTR: EasyDMA reaches RAM only" in line for line in rig.warnings)


def test_a_write_where_no_peripheral_lies_is_named_once_a_page() -> None:
    """mbed clears an event at 0x40036FFF; the emulator makes four accesses over the page's end of that."""
    rig = Rig()
    for address in range(0x40036FFF, 0x40037003):
        rig.board.bus.write(address, 1, 0)
    places = [line.split(": ")[0] for line in rig.warnings]
    assert places == ["reserved space at 0x40036fff", "reserved space at 0x40037000"]
