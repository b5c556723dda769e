"""The host's serial port over USB: found, opened, closed; data both ways at full speed's pace; 1200 baud."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from host.virtual.serve import BoardServer, Speed
from tests.virtual.usb_device import MILLISECOND, SerialDevice

DTR_AND_RTS, BAUD = 3, 115_200
PATIENCE_S = 10.0


@pytest.fixture
def device() -> SerialDevice:
    """Enumerated, its port not yet opened."""
    made = SerialDevice()
    made.board.serial.close()
    made.power_up()
    assert made.run_until(lambda: made.board.serial.is_there and len(made.states) == 2)
    return made


def test_it_enumerates_and_its_lines_are_down(device: SerialDevice) -> None:
    found = device.board.usb.device
    assert found is not None
    assert (found.vendor, found.product, found.names) == (0x2341, 0x805A, ("", "Nano", ""))
    assert device.states == [(0, 0), (9600, 0)], "as cdc_acm's probe leaves it"
    assert device.warnings == []


def test_an_open_port_is_dtr_and_a_closed_one_is_not(device: SerialDevice) -> None:
    device.board.serial.open()
    assert device.run_until(lambda: device.lines == DTR_AND_RTS)
    assert device.baud == BAUD
    device.board.serial.close()
    assert device.run_until(lambda: device.lines == 0)


def test_bytes_come_whole_both_ways(device: SerialDevice) -> None:
    down, up = bytes(range(256)) * 3, bytes(reversed(range(256))) * 4
    device.board.serial.open()
    device.to_send += up
    device.board.send(down)
    assert device.board.waiting() == len(down)
    assert device.run_until(lambda: len(device.output) == len(up) and len(device.received) == 768)
    assert (bytes(device.output), bytes(device.received)) == (up, down)
    assert device.board.waiting() == 0


def test_nothing_is_read_from_a_port_that_is_closed(device: SerialDevice) -> None:
    device.lines = 1  # a device that sends without a request
    device.to_send += b"early"
    device.run_until(lambda: False, 20)
    assert device.output == b""
    device.lines = 0
    device.board.serial.open()
    assert device.run_until(lambda: device.output == b"early")


def test_a_millisecond_carries_at_most_19_packets() -> None:
    device = SerialDevice(echo=True)
    device.power_up()
    assert device.run_until(lambda: device.lines == DTR_AND_RTS)
    data = bytes(64) * 200
    start = device.board.cycles
    device.board.send(data)
    assert device.run_until(lambda: len(device.output) == len(data), 1000)
    packets = 2 * 200  # there and back share the wire
    assert device.board.cycles - start >= packets / 19 * MILLISECOND - MILLISECOND


def test_a_touch_is_1200_baud_and_dtr_falling(device: SerialDevice) -> None:
    device.board.serial.touch()
    assert device.run_until(lambda: device.states[-3:] == [(1200, 0), (1200, 3), (1200, 0)])


def test_a_port_that_was_open_opens_again_behind_the_cable(device: SerialDevice) -> None:
    device.board.serial.open()
    assert device.run_until(lambda: device.lines == DTR_AND_RTS)
    device.board.cable_pulled = True
    assert not device.board.serial.is_there
    device.lines = 0
    device.board.cable_pulled = False
    assert device.run_until(lambda: device.lines == DTR_AND_RTS)


def test_a_restart_closes_the_port_for_who_has_it_open(device: SerialDevice) -> None:
    server = BoardServer(device.board, speed=Speed.MAX)
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as client:
        client.sendall(b"?")
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            end = time.monotonic() + PATIENCE_S
            while not device.board.waiting() and time.monotonic() < end:
                pass  # until the client is the port's user
            server.reset()
            assert client.recv(1) == b""
        finally:
            server.stop()
            thread.join()
