"""The link through what users do to it: ports opened and closed, cables pulled, nobody listening."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from host.base.errors import HostError
from host.link.device import Device
from host.link.framing import Decoder, encode_packet
from host.link.line import Timing
from host.link.messages import BY_ID, Frame, HelloRequest, Mode, Result
from host.link.transport import socket_address
from host.ports.choose import choose_port, open_choice, reopener
from host.samples import Pairing, Sample
from host.virtual.server import BoardProcess, start_virtual_board
from tests.system.board import under_test

OPENINGS = 1000
PATIENCE_S = 60.0  # for what comes by itself
PATIENCE = Timing(answer_s=1.0, tries=60, reopen_s=0.05)


@pytest.fixture
def board() -> Iterator[BoardProcess]:
    process = start_virtual_board(under_test(), speed="max")
    yield process
    process.close()


def dial(board: BoardProcess) -> socket.socket:
    host, number, key = socket_address(board.url)
    port = socket.create_connection((host, number), timeout=PATIENCE_S)
    port.sendall(f"{key}\n".encode())
    return port


def hang_up(port: socket.socket) -> None:
    """Closes, and waits until the board's end noticed: a thousand in a row overflow the listener's queue."""
    port.shutdown(socket.SHUT_WR)
    while port.recv(1 << 16):
        pass
    port.close()


def connect(board: BoardProcess, again: bool = False) -> Device:
    choice = choose_port(board.url, [])
    reopen = reopener(choice) if again else None
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:  # the board may not have noticed yet that the last one hung up
        try:
            return Device(open_choice(choice), reopen=reopen, timing=PATIENCE)
        except HostError:
            time.sleep(0.05)
    raise AssertionError("the board takes no more connections")


def becomes_true(condition: Callable[[], bool]) -> bool:
    """By itself, sooner or later."""
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def pull_and_plug(board: BoardProcess, device: Device, reconnects: int) -> None:
    """Until the device has come back for the so-many-th time; what came before is forgotten."""
    board.pull_cable()
    assert becomes_true(lambda: not device.connected)
    board.plug_cable()
    assert becomes_true(lambda: device.losses.reconnects == reconnects)
    while device.receive(0.0) is not None:
        pass


def take(device: Device, count: int, seconds: float = PATIENCE_S) -> list[Sample]:
    """Samples with image and scores; each image must be the one that the board inferred."""
    pairing, found, end = Pairing(), list[Sample](), time.monotonic() + seconds
    crcs: dict[int, int] = {}
    while len(found) < count and time.monotonic() < end:
        message = device.receive(0.2)
        if isinstance(message, Result):
            crcs[message.frame] = message.image_crc
        if message is not None:
            samples = pairing.take(message, device.hello, device.mode, device.losses)
            found += [s for s in samples if s.image is not None and s.scores]
    for sample in found:
        assert sample.image is not None
        assert zlib.crc32(sample.image.tobytes()) == crcs[sample.frame]
    return found


def test_the_port_is_opened_and_closed_a_thousand_times(board: BoardProcess) -> None:
    with connect(board) as device:
        device.set_mode(Mode.CAPTURE)
    request = encode_packet(HelloRequest.ID, 1, b"")
    for number in range(OPENINGS):
        port = dial(board)
        if number % 3 == 1:
            port.sendall(request[: number % len(request)])  # hangs up in mid-command
        if number % 3 == 2:
            port.sendall(request)
        hang_up(port)
    with connect(board) as device:
        assert device.mode is Mode.CAPTURE, "it never restarted"
        device.set_mode(Mode.STREAM)
        assert len(take(device, 2)) == 2
        assert device.losses.bad_packets <= 1, "the packet into whose middle we came"


def test_a_cable_pulled_in_mid_message_comes_back_by_itself(board: BoardProcess) -> None:
    with connect(board, again=True) as device:
        device.set_mode(Mode.STREAM)
        assert len(take(device, 1)) == 1
        for reconnects in (1, 2):
            pull_and_plug(board, device, reconnects)
            assert len(take(device, 2)) == 2, "the mode was sent again"
        assert device.losses.restarts == 0


def received_frames(board: BoardProcess, count: int) -> tuple[list[Frame], Decoder]:
    """Frames of a board that streams, without a word to it."""
    decoder, frames = Decoder(), list[Frame]()
    with dial(board) as port:
        end = time.monotonic() + PATIENCE_S
        while len(frames) < count and time.monotonic() < end:
            for packet in decoder.feed(port.recv(1 << 16)):
                message = BY_ID[packet.type].unpack(packet.payload)
                frames += [message] if isinstance(message, Frame) else []
    return frames, decoder


def test_a_board_streams_into_nothing_until_somebody_listens(board: BoardProcess) -> None:
    with connect(board) as device:
        device.set_mode(Mode.CAPTURE)
    for pause_s in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0):  # a busy computer emulates slowly
        time.sleep(pause_s)
        frames, decoder = received_frames(board, 3)
        assert len(frames) == 3
        assert decoder.counts.bad_packets <= 1, "the packet into whose middle we came"
        if frames[0].frame > 3:
            break
    assert frames[0].frame > 3, "it went on meanwhile"
