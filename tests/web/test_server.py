"""The server alone: who gets the link, what passes, and that nobody slows the board."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from host.base.errors import HostError
from host.link import messages as wire
from host.link.framing import DELIMITER, encode_packet
from host.link.inbox import Inbox
from host.ports.choose import open_port
from host.viewer.__main__ import main as viewer
from host.web.feed import MOST_BYTES, MOST_TEXTS, Feed, PacketCutter
from host.web.guard import Request, is_for_us, may_link
from host.web.hub import Hub
from host.web.server import MOST_PAGES, Service
from host.web.tape import Order, parse_order
from tests.link.fake_board import FakeBoard
from tests.web.conftest import OpenPage
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


def link(service: Service, token: str | None = None, origin: str | None = "") -> ClientConnection:
    """A WebSocket as a page opens it. origin: "" the page's own, None none."""
    here = f"127.0.0.1:{service.port_number}"
    given = service.token if token is None else token
    return connect(
        f"ws://{here}/link?token={given}",
        origin=f"http://{here}" if origin == "" else origin,  # type: ignore[arg-type]
        compression=None,
        proxy=None,
        ping_interval=None,  # a machine that stands still for 20 s is no lost link
    )


def command(message: Any, sequence: int = 0) -> bytes:
    return encode_packet(message.ID, sequence, message.pack())


def receive(page: ClientConnection, inbox: Inbox, frames: int) -> list[dict[str, Any]]:
    """Until so many Results came; the texts on the way."""
    texts = []
    while frames > 0:
        data = page.recv(timeout=PATIENCE_MS / 1000)
        if isinstance(data, str):
            texts.append(json.loads(data))
        else:
            frames -= sum(isinstance(m, wire.Result) for m in inbox.feed(data))
    return texts


@pytest.fixture
def port() -> StreamPort:
    return StreamPort(frames=0)


@pytest.fixture
def service(port: StreamPort) -> Iterator[Service]:
    with served(port) as running:
        yield running


@pytest.mark.parametrize(
    ("token", "origin"),
    [
        ("", ""),
        ("wrong", ""),
        ("ö", ""),
        (None, "http://evil.example"),
        (None, "http://127.0.0.1:1"),
        (None, "null"),
        (None, None),
    ],
)
def test_the_link_is_for_the_page_with_the_token_alone(
    service: Service, port: StreamPort, token: str | None, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused, link(service, token, origin):
        pass
    assert refused.value.response.status_code == 403
    assert port.board.commands == [] and service.hub.pages == 0


def test_a_foreign_name_for_this_machine_is_refused(service: Service) -> None:
    """DNS rebinding: evil.example may resolve to 127.0.0.1, and its page would be of one origin with us."""
    for host in ("evil.example", f"evil.example:{service.port_number}", ""):
        wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
        wanted.putrequest("GET", "/", skip_host=True)
        wanted.putheader("Host", host)
        wanted.endheaders()
        assert wanted.getresponse().status == 403
    request = Request("/link?token=t", ("evil.example",), ("http://evil.example",))
    assert not is_for_us(request) and not may_link(request, "t")


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
    hub = Hub(port, BOARD, lambda: port, cast(asyncio.AbstractEventLoop, Loop()))
    eventually(lambda: b"".join(woken) == output)
    hub.close()
    assert len(woken) <= output.count(DELIMITER)
    assert all(portion.endswith(DELIMITER) for portion in woken)


def test_a_tunnel_with_another_number_works() -> None:
    request = Request("/link?token=t", ("localhost:9",), ("http://localhost:9",))
    assert may_link(request, "t")
    twice = Request("/link?token=t&token=u", ("localhost:9",), ("http://localhost:9",))
    assert not may_link(twice, "t")


@pytest.mark.parametrize("path", ["/../server.py", "/%2e%2e/server.py", "//etc/passwd", "/x"])
def test_no_address_reaches_another_file(service: Service, path: str) -> None:
    wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
    wanted.request("GET", path)
    assert wanted.getresponse().status == 404


def test_files_come_with_a_policy_that_keeps_them_here(service: Service) -> None:
    wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
    wanted.request("GET", "/main.js")
    answer = wanted.getresponse()
    assert answer.status == 200 and b"class App" in answer.read()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and service.token not in str(answer.headers)


@pytest.mark.parametrize(
    "message",
    [
        wire.Reboot(1),
        wire.SlotErase(1),
        wire.SlotBegin(4, 0),
        wire.CameraRegister(0x12, 1, 0x80),
        wire.Hold(0, 600_000, 0),
        wire.Inject(0, 3, b"abc"),
        wire.Set(wire.Setting.DCDC, 1),
        wire.Set(wire.Setting.MARKER_PIN, 3),
        wire.Set(wire.Setting.GAIN, 9_999),
        wire.Set(99, 0),
        wire.Get(99),
        wire.SetMode(77),
    ],
    ids=lambda message: str(message),
)
def test_what_could_stop_a_board_does_not_pass(
    service: Service, port: StreamPort, message: Any
) -> None:
    with link(service) as page:
        page.send(command(message))
        page.send(command(wire.Ping(7), 1))
        notices: list[str] = []
        answered = False
        while not (notices and answered):
            data = page.recv(timeout=PATIENCE_MS / 1000)
            if isinstance(data, str):
                notices += [json.loads(data)["notice"]] if "notice" in data else []
            else:
                answered = True
    assert not any(isinstance(m, type(message)) for m in port.board.commands[:1])
    assert [type(m) for m in port.board.commands[:1]] == [wire.Ping]
    assert len(notices) == 1 and notices[0]


def test_damaged_and_endless_bytes_of_a_page_reach_nothing(
    service: Service, port: StreamPort
) -> None:
    with link(service) as page:
        page.send(b"\x05\x40\x00\x00\x00" * 100 + b"\0")
        page.send(bytes(range(1, 256)))
        page.send("text")
        page.send(b"x" * 100_000)  # more than any command
        with pytest.raises(ConnectionClosed):
            while True:
                page.recv(timeout=PATIENCE_MS / 1000)
    assert [type(m) for m in port.board.commands] in ([], [wire.SetMode])  # at rest again


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


def test_no_more_pages_than_fit(service: Service) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_PAGES):
            stack.enter_context(link(service))
        eventually(lambda: service.hub.pages == MOST_PAGES)
        with pytest.raises(InvalidStatus) as refused:
            stack.enter_context(link(service))
    assert refused.value.response.status_code == 503


def test_a_port_that_died_is_opened_again_and_every_page_hears_of_it() -> None:
    ports = [StreamPort(), StreamPort()]
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


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ('{"seconds": 3, "playing": true}', Order(3.0, True)),
        ('{"seconds": null, "playing": false}', Order(None, False)),
        ('{"seconds": true, "playing": true}', None),
        ('{"seconds": NaN, "playing": true}', None),
        ('{"seconds": 1e999, "playing": true}', None),
        ('{"seconds": "3", "playing": true}', None),
        ('{"seconds": 3, "playing": 1}', None),
        ('{"seconds": 1' + "0" * 400 + ', "playing": true}', None),
        ("[" * 100_000, None),
        ("[1]", None),
        ("7", None),
        ("text", None),
    ],
)
def test_what_a_page_asks_of_a_recording_is_checked(text: str, order: Order | None) -> None:
    assert parse_order(text) == order


def test_texts_that_nobody_reads_do_not_grow() -> None:
    async def fill() -> tuple[list[str], bytes, str]:
        feed = Feed()
        for number in range(1000):
            feed.say(f"{number}")
            feed.send_place(f"at {number}")
        return await feed.get()

    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        texts, data, place = pool.submit(asyncio.run, fill()).result()
    assert texts == [str(number) for number in range(1000 - MOST_TEXTS, 1000)]
    assert (data, place) == (b"", "at 999")


def test_packets_are_cut_whole_and_noise_does_not_grow() -> None:
    board, cutter = FakeBoard(), PacketCutter()
    output = board.say(board.hello) + board.shoot()
    pieces = [cutter.take(output[at : at + 700]) for at in range(0, len(output), 700)]
    assert b"".join(pieces) == output
    assert all(piece.endswith(b"\0") for piece in pieces if piece)
    held = [len(cutter.take(b"x" * 10_000)) for _ in range(20)]
    assert sum(held) >= 160_000 and MOST_BYTES > 160_000


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--web", "--json"], "--json"),
        (["--web", "--frames", "3"], "--frames"),
        (["--web", "8000", "--wiring", "shield"], "data swap"),
        (["--open"], "--web"),
    ],
)
def test_options_that_do_not_go_together_are_named(options: list[str], named: str) -> None:
    with pytest.raises(HostError, match=named):
        viewer(options)


def test_a_number_that_is_taken_is_said(service: Service) -> None:
    wanted = ["--web", str(service.port_number), "--port", "replay:tests/golden/board.rec"]
    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        ended = pool.submit(viewer, wanted).exception(timeout=PATIENCE_MS / 1000)
    assert isinstance(ended, HostError) and "give --web another number" in str(ended)
