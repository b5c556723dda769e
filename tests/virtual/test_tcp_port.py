"""Who gets the seat at a virtual board's port, and how it becomes free again."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from host.link.transport import SocketPort, socket_address, without_key
from host.virtual import serve
from host.virtual.serve import MOST_WAITING_BYTES, BoardServer, Speed
from host.virtual.tcp_port import KEY_WAIT_S, MOST_WAITING, TcpPort

KEY = "the-key"
PATIENCE_S = 60.0
TRIES = 1000
RECEIVE_BYTES = 1 << 16  # fixed, or the system would take many MB for a client that reads nothing


class StillBoard:
    """Greets whoever opens its port; digests nothing once it is full."""

    cycles = 0
    cable_pulled = False
    greeting = b"hello"

    def __init__(self) -> None:
        self.arrived = bytearray()
        self.received: Callable[[bytes], None] = lambda data: None
        self.serial, self._opened = self, False

    def open(self) -> None:
        """Of its serial port."""
        self._opened = True

    def close(self) -> None:
        """Likewise; what nobody waits for is gone."""
        self.arrived.clear()

    def waiting(self) -> int:
        return len(self.arrived)

    def send(self, data: bytes) -> None:
        self.arrived += data

    def run(self, cycles: int) -> None:
        if self._opened:
            self.received(self.greeting)
        self._opened = False
        self.cycles += cycles


@contextlib.contextmanager
def running(board: StillBoard, key: str = KEY) -> Iterator[str]:
    server = BoardServer(cast(Any, board), speed=Speed.REAL, key=key)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()


def dial(url: str, key: str | None = None) -> socket.socket:
    host, number, known = socket_address(url)
    client = socket.socket()
    client.settimeout(PATIENCE_S)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    client.connect((host, number))
    client.sendall(f"{known if key is None else key}\n".encode())
    return client


def turn(port: TcpPort) -> list[socket.socket]:
    """As a server does."""
    return port.admit(select.select(port.sockets, [], [], 0.01)[0])


def comes_in(url: str) -> bool:
    """Somebody who tries until the seat is free; who is turned away has waited for a turn of the server."""
    for _ in range(TRIES):
        with dial(url) as client:
            if greeted(client):
                return True
    return False


def greeted(client: socket.socket) -> bool:
    try:
        return client.recv(len(StillBoard.greeting)) == StillBoard.greeting
    except ConnectionResetError:  # hung up on with bytes unread
        return False


def test_the_key_opens_and_another_does_not() -> None:
    board = StillBoard()
    with running(board) as url:
        assert url.endswith(f"/{KEY}") and KEY not in without_key(url)
        for wrong in ("", "the-kex", KEY[:-1], f"{KEY}{KEY}", "GET / HTTP/1.1\r\nHost: x"):
            with dial(url, wrong) as client:
                if len(wrong) < len(KEY):  # more may come: it is given up on in time
                    client.sendall(b"x" * len(KEY))
                assert not greeted(client), wrong
        assert board.arrived == b""
        with dial(url) as client:
            client.sendall(b"to the board")
            assert greeted(client)


def test_who_says_nothing_takes_no_seat_and_is_given_up_on() -> None:
    now = [0.0]
    port = TcpPort(0, KEY, lambda: now[0])
    address = ("127.0.0.1", port.port)
    with contextlib.ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_connection(address, PATIENCE_S))
            for _ in range(MOST_WAITING)
        ]
        while len(port.sockets) <= MOST_WAITING:
            assert turn(port) == []
        known = stack.enter_context(dial(port.url))
        seated: list[socket.socket] = []
        while not seated:
            seated = turn(port)
        assert seated[0].getpeername() == known.getsockname()
        seated[0].close()
        now[0] = KEY_WAIT_S
        assert port.admit([]) == [] and len(port.sockets) == 1
        assert all(one.recv(1) == b"" for one in silent)
    port.close()


def test_without_a_key_anybody_is_a_client() -> None:
    with running(StillBoard(), key="") as url:
        port = SocketPort.at(url)
        assert without_key(url) == url == port.name
        data = b""
        while not data:
            data = port.read()
        assert data == StillBoard.greeting
        port.close()


@pytest.mark.skipif(not hasattr(select, "POLLRDHUP"), reason="only Linux can say so")
def test_who_sends_much_and_hangs_up_frees_the_seat() -> None:
    """The board digests none of it: before, the end behind it was never read, and the seat stayed taken."""
    board = StillBoard()
    with running(board) as url:
        first = dial(url)
        assert greeted(first)
        first.sendall(bytes(2 * MOST_WAITING_BYTES))
        first.close()
        assert comes_in(url)


def test_who_takes_nothing_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "STUCK_S", 0.0)
    board = StillBoard()
    board.greeting = b"x" * (16 << 20)  # more than the system keeps for it
    with running(board) as url, dial(url) as stuck:
        assert stuck.recv(1) == b"x"
        board.greeting = StillBoard.greeting
        assert comes_in(url)
