"""A port that dies or comes back, and a board that restarts."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from host.base.errors import HostError
from host.link import messages as wire
from host.link.device import Device
from host.link.transport import Port, PortLostError
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.link.patience import PATIENT, drain


def test_a_dead_port_is_an_error_after_its_last_messages(device: Device, port: MemoryPort) -> None:
    port.arrive(port.board.shoot())
    port.die()
    assert len(drain(device, 2)) == 2
    with pytest.raises(PortLostError, match="went away"):
        device.receive(10)
    with pytest.raises(PortLostError):
        device.ping()


def test_a_port_that_comes_back_gets_mode_and_settings_again(board: FakeBoard) -> None:
    first, second = MemoryPort(board), MemoryPort(replace(board))
    absent = iter([True, True])

    def reopen() -> Port:
        if next(absent, False):
            raise HostError("not plugged in yet")
        return second

    with Device(first, reopen=reopen, timing=PATIENT) as device:
        device.set(wire.Setting.COLOUR_BARS, 1)
        device.set_mode(wire.Mode.STREAM)
        first.die()
        second.arrive(second.board.shoot())
        assert {type(m) for m in drain(device, 2)} == {wire.Frame, wire.Result}
        while not device.connected:
            device.receive(0.01)
        assert second.board.mode == wire.Mode.STREAM
        assert second.board.settings == {wire.Setting.COLOUR_BARS: 1}
        assert device.losses.reconnects == 1
        device.ping()


def test_a_board_that_restarts_by_itself_gets_its_mode_again(
    device: Device, port: MemoryPort
) -> None:
    device.set_mode(wire.Mode.STREAM)
    port.arrive(port.board.shoot() + port.board.restart())
    device.ping()
    while port.board.mode != wire.Mode.STREAM:
        device.receive(0.01)
    assert device.losses.restarts == 1
    assert device.losses.total == 0


def test_who_closes_while_a_restarted_board_is_greeted_floods_it_with_no_requests(
    board: FakeBoard,
) -> None:
    """What is sent after close() ends in the middle of a packet, and waits for who opens the port next."""
    port = MemoryPort(board)
    silent = threading.Event()
    board.drop_answer = lambda message: silent.is_set()
    device = Device(port, timing=replace(PATIENT, hello_again_s=60))

    def requests() -> int:
        return sum(isinstance(command, wire.HelloRequest) for command in board.commands)

    sent = requests()
    silent.set()
    port.arrive(board.restart())
    while requests() == sent:
        device.receive(0.01)
    device.close()
    assert requests() == sent + 1


def test_another_firmware_after_a_reconnection_is_an_error(board: FakeBoard) -> None:
    first = MemoryPort(board)
    stranger = MemoryPort(FakeBoard(replace(HELLO, layout_hash=1)))
    with Device(first, reopen=lambda: stranger, timing=PATIENT) as device:
        first.die()
        with pytest.raises(HostError, match="speaks wire 00000001"):
            for _ in range(100):
                device.receive(0.5)
