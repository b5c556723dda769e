"""Pages at one board: each gets all of it, and none slows the board, keeps it running or leaves anything behind."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from host.link import messages as wire
from host.link.framing import DELIMITER
from host.link.inbox import Inbox
from host.link.transport import PortLostError
from host.ports.choose import open_port
from host.recording.replay import open_replay
from host.web import hub
from host.web.hub import Hub
from host.web.server import Service
from tests.link.fake_board import FakeBoard
from tests.web.conftest import OpenPage
from tests.web.link import command, link, receive
from tests.web.serve import BOARD, served
from tests.web.stream import StreamPort
from tests.web.waits import PATIENCE_MS, compute, eventually, until

CONNECTS = 1000
CONNECT = """async ([connects, hello]) => {
  const address = `ws://${location.host}/link${location.hash.replace("#", "?")}`;
  let greeted = 0;
  for (let number = 0; number < connects; number++) {
    const socket = new WebSocket(address);
    const closed = new Promise((resolve) => { socket.onclose = resolve; });
    socket.onopen = () => socket.send(Uint8Array.from(hello));
    await new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => { if (typeof data !== "string") resolve(); };
      socket.onerror = () => reject(new Error(`connect ${number} failed`));
    });
    greeted++;
    socket.close();
    await closed;
  }
  return greeted;
}"""


def test_a_browser_gets_its_messages_in_one_piece_and_not_compressed(service: Service) -> None:
    """The first one, byte by byte (RFC 6455, RFC 7692): Chromium hands on whole what it has to inflate."""
    here = f"127.0.0.1:{service.port_number}"
    lines = (
        f"GET /link?token={service.token} HTTP/1.1",
        f"Host: {here}",
        f"Origin: http://{here}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    )
    with socket.create_connection(("127.0.0.1", service.port_number), PATIENCE_MS / 1000) as raw:
        raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        read = raw.makefile("rb")
        head = b"".join(iter(read.readline, b"\r\n"))
        assert b" 101 " in head and b"Sec-WebSocket-Extensions: permessage-deflate" in head
        first, length = read.read(2)
        fin_compressed_text, length_follows = 0b1100_0001, 126
        assert (first, length) == (fin_compressed_text, length_follows)
        message = read.read(int.from_bytes(read.read(2), "big"))
    assert BOARD.text().encode() in message, "stored"
    assert zlib.decompress(message + b"\0\0\xff\xff\1\0\0\xff\xff", -15) == BOARD.text().encode()


def test_pieces_of_a_packet_wake_nobody() -> None:
    """A board's USB brings 64 bytes at a time; a page is sent whole packets, each of them once."""

    board, woken = FakeBoard(), list[bytes]()
    output = board.shoot() + board.shoot()
    pieces = deque(output[at : at + 64] for at in range(0, len(output), 64))

    class Line(StreamPort):
        def read(self) -> bytes:
            return pieces.popleft() if pieces else super().read()

    class Loop:
        def call_soon_threadsafe(self, act: Callable[..., None], *values: bytes) -> None:
            woken.extend(values)

    port = Line(board, frames=0)
    carrier = Hub(port, BOARD, lambda: port, cast(asyncio.AbstractEventLoop, Loop()))
    eventually(lambda: b"".join(woken) == output)
    carrier.close()
    assert len(woken) <= output.count(DELIMITER)
    assert all(portion.endswith(DELIMITER) for portion in woken)


def test_half_a_packet_of_a_port_that_died_spoils_no_packet_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "REOPEN_S", 0.01)
    board, woken = FakeBoard(), list[bytes]()
    first, second = board.shoot(), board.shoot()
    parts = deque([first[:99], None, second])

    class Line(StreamPort):
        def read(self) -> bytes:
            part = parts.popleft() if parts else b""
            if part is None:
                raise PortLostError("it went")
            return part or super().read()

    class Loop:
        def call_soon_threadsafe(self, act: Callable[..., None], *values: object) -> None:
            woken.extend(value for value in values if isinstance(value, bytes))

    port = Line(board, frames=0)
    carrier = Hub(port, BOARD, lambda: port, cast(asyncio.AbstractEventLoop, Loop()))
    eventually(lambda: bool(woken))
    carrier.close()
    assert woken == [second]


def test_two_pages_see_the_same_and_the_board_rests_when_both_left(
    service: Service, port: StreamPort
) -> None:
    inboxes = Inbox(), Inbox()
    port.hand_out(20)
    with link(service) as one:
        with link(service) as other:
            eventually(lambda: service.hub.pages == 2)
            one.send(command(wire.HelloRequest(), 5) + command(wire.SetMode(wire.Mode.STREAM), 6))
            receive(one, inboxes[0], 20)
            receive(other, inboxes[1], 20)
        assert port.board.mode == wire.Mode.STREAM
    assert all(inbox.losses(0, 0).total == 0 for inbox in inboxes)
    eventually(lambda: port.board.mode == wire.Mode.IDLE and service.hub.pages == 0)


def test_a_page_that_does_not_read_loses_frames_and_slows_nobody() -> None:
    """The other page is handed as much as fits its queue at a time: what it sees is what the board sent."""
    port, frames, at_once = StreamPort(frames=0, turn_s=0.0005), 1500, 50
    with served(port) as service, link(service) as awake, link(service) as asleep:
        eventually(lambda: service.hub.pages == 2)
        awake.send(command(wire.HelloRequest(), 5) + command(wire.SetMode(wire.Mode.STREAM), 6))
        inbox = Inbox()
        for _ in range(frames // at_once):
            port.hand_out(at_once)
            receive(awake, inbox, at_once)
        assert inbox.losses(0, 0).total == 0
        late = Inbox()
        texts = receive(asleep, late, 1)
        while late.packets == 0 or not texts:
            texts += receive(asleep, late, 1)
        dropped = max(text.get("dropped", 0) for text in texts)
        port.hand_out(1)
        while True:
            data = asleep.recv(timeout=PATIENCE_MS / 1000)
            if isinstance(data, str):
                dropped = json.loads(data).get("dropped", dropped)
            elif any(isinstance(m, wire.Result) and m.frame > frames for m in late.feed(data)):
                break
    losses = late.losses(0, 0)
    assert dropped > 100 and losses.wire_lost == dropped and losses.bad_packets == 0
    assert late.packets + dropped == inbox.packets + 2  # the last frame and its result


def test_a_thousand_connects_leave_nothing_behind(
    service: Service, port: StreamPort, open_page: OpenPage
) -> None:
    """A browser's; each one is greeted by the board before it leaves."""
    page, threads = open_page(service.address), threading.active_count()
    until(page, "camera.ready")
    greeted = compute(page, CONNECT, [CONNECTS, list(command(wire.HelloRequest()))])
    assert greeted == CONNECTS
    eventually(lambda: service.hub.pages == 1)
    port.hand_out(3)
    until(page, "camera.view.frame === 3")
    assert threading.active_count() <= threads + 40  # the pool that writes; no thread a page


def test_a_port_that_died_is_opened_again_and_every_page_is_notified() -> None:
    heard = list[bytes]()

    class Line(StreamPort):
        def write(self, data: bytes) -> None:
            heard.append(data)
            super().write(data)

    ports = [StreamPort(), Line()]
    with served(ports[0], reopen=lambda: ports[1]) as service, link(service) as page:
        page.send(command(wire.HelloRequest(), 5) + command(wire.SetMode(wire.Mode.STREAM), 6))
        states = [text["state"] for text in receive(page, Inbox(), 3) if "state" in text]
        ports[0].pull()
        while len(states) < 3:
            data = page.recv(timeout=PATIENCE_MS / 1000)
            if isinstance(data, str) and "state" in data:
                states.append(json.loads(data)["state"])
        page.send(command(wire.HelloRequest(), 7) + command(wire.SetMode(wire.Mode.STREAM), 8))
        receive(page, Inbox(), 3)
    assert [state["connected"] for state in states] == [True, False, True]
    assert [state["reconnects"] for state in states] == [0, 0, 1]
    assert heard[0] == DELIMITER, "what was half sent ends there"


def test_a_port_that_is_stuck_holds_up_neither_the_end_nor_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    freed = threading.Event()

    class Stuck(StreamPort):
        def read(self) -> bytes:
            freed.wait()
            return b""

    monkeypatch.setattr(hub, "CLOSE_WAIT_S", 0.01)
    port, before = Stuck(), set(threading.enumerate())
    Hub(port, BOARD, lambda: port, cast(asyncio.AbstractEventLoop, None)).close()
    (reader,) = set(threading.enumerate()) - before
    was_stuck = reader.is_alive()
    freed.set()
    assert was_stuck and reader.daemon, "Python waits for no such thread"


def test_a_recording_has_ended_until_a_page_winds_it_back() -> None:
    port, inbox = open_replay("tests/golden/board.rec?speed=max"), Inbox()
    ends, acks = list[bool](), list[int]()
    state = replace(BOARD, kind="recording")
    with served(port, state, playback=port) as service, link(service) as page:
        page.send(command(wire.SetMode(wire.Mode.STREAM), 6))
        while ends != [False, True, False, True]:
            data = page.recv(timeout=PATIENCE_MS / 1000)
            if not isinstance(data, str):
                acks += [each.sequence for each in inbox.feed(data) if isinstance(each, wire.Ack)]
            elif (said := json.loads(data).get("state")) and bool(said["ended"]) not in ends[-1:]:
                ends.append(bool(said["ended"]))
                page.send(command(wire.SetMode(wire.Mode.STREAM), 6 + len(ends)))
            if 8 in acks:
                assert ends == [False, True], "it stays so"
                page.send('{"seconds": 0, "playing": true}')
                acks.clear()


def test_a_recording_is_served_to_its_end_and_who_comes_later_is_answered() -> None:
    state = replace(BOARD, kind="recording")
    with served(open_port("replay:tests/golden/board.rec?speed=max"), state) as service:
        for frames, sequence in ((3, 5), (0, 9)):
            with link(service) as page:
                inbox, ended, hello = Inbox(), False, False
                page.send(command(wire.HelloRequest(), sequence))
                page.send(command(wire.SetMode(wire.Mode.STREAM), sequence + 1))
                while frames > 0 or not (ended and hello):
                    data = page.recv(timeout=PATIENCE_MS / 1000)
                    if isinstance(data, str):
                        ended = ended or bool(json.loads(data).get("state", {}).get("ended"))
                        continue
                    for message in inbox.feed(data):
                        hello = hello or isinstance(message, wire.Hello)
                        frames -= isinstance(message, wire.Result)
