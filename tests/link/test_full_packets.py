"""A board whose USB is Arduino core's gets full packets of 64 bytes: what fills them is nothing to a decoder."""

from __future__ import annotations

from dataclasses import replace

from host.link.client import Client
from host.link.line import USB_PACKET_BYTES, Line
from host.link.messages import Ping, Setting
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort, moving_picture


class Listening(MemoryPort):
    """Notes what is written."""

    def __init__(self, board: FakeBoard) -> None:
        super().__init__(board)
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        """To the board, too."""
        self.written.append(data)
        super().write(data)


def met(name: str) -> tuple[Client, Listening]:
    """A client that has greeted a board of this name."""
    port = Listening(FakeBoard(replace(HELLO, board=name)))
    client = Client(Line(port))
    client.greet()
    port.written.clear()
    return client, port


def test_a_board_with_the_cores_usb_gets_full_packets() -> None:
    client, port = met("nano33ble")
    for number in range(5):
        client.line.send(Ping(number))
        client.get(Setting.GAIN)
    assert len(port.written) == 10
    assert {len(data) % USB_PACKET_BYTES for data in port.written} == {0}
    assert [type(c).__name__ for c in port.board.commands[-10:]] == ["Ping", "Get"] * 5
    assert port.board.result(moving_picture(0)).bad_packets == 0


def test_a_board_on_a_uart_gets_what_is_needed_alone() -> None:
    client, port = met("virtual")
    client.get(Setting.GAIN)
    assert 0 < len(port.written[0]) < USB_PACKET_BYTES
