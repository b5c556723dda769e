"""The TCP port of a virtual board, and who may come in: whoever has the key that its address carries.

Any user of this machine reaches 127.0.0.1, so that the number alone is no protection. A client sends its key and a
newline first (host.link.transport.SocketPort does); until then it is no client, and another may connect.
"""

from __future__ import annotations

import hmac
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from host.base.errors import HostError

HERE = "127.0.0.1"
KEY_WAIT_S = 2.0
MOST_WAITING = 16
KEY_END = b"\n"


@dataclass
class _Visitor:
    """Connected, and not yet known."""

    socket: socket.socket
    until: float
    received: bytes = b""


class TcpPort:
    """key: "" lets everybody in. port: 0 takes a free one; raises HostError when it is taken."""

    def __init__(
        self, port: int, key: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._expected = key.encode() + KEY_END if key else b""
        self._key, self._clock = key, clock
        self._listener = _listen(port)
        self._visitors: list[_Visitor] = []

    @property
    def port(self) -> int:
        """The TCP port."""
        number: int = self._listener.getsockname()[1]
        return number

    @property
    def url(self) -> str:
        """What our tools take as a port; pyserial's socket:// does where there is no key."""
        return f"socket://{HERE}:{self.port}" + (f"/{self._key}" if self._key else "")

    @property
    def sockets(self) -> list[socket.socket]:
        """To wait for."""
        return [self._listener, *(visitor.socket for visitor in self._visitors)]

    def admit(self, readable: list[socket.socket]) -> list[socket.socket]:
        """Clients who are known now, not blocking. Never waits; who is wrong, or too slow, is hung up on."""
        if self._listener in readable:
            self._welcome()
        known, waiting = [], []
        for visitor in self._visitors:
            if visitor.socket in readable or not self._expected:
                self._listen_to(visitor)
            if visitor.received == self._expected:
                known.append(visitor.socket)
            elif self._may_go_on(visitor):
                waiting.append(visitor)
            else:
                visitor.socket.close()
        self._visitors = waiting
        return known

    def close(self) -> None:
        """Hangs up on who still waits."""
        for one in self.sockets:
            one.close()

    def _welcome(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # it left before we came to it
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._visitors.append(_Visitor(client, self._clock() + KEY_WAIT_S))
        if len(self._visitors) > MOST_WAITING:
            self._visitors.pop(0).socket.close()

    def _listen_to(self, visitor: _Visitor) -> None:
        """Takes no byte more than the key has: the rest is the board's."""
        missing = len(self._expected) - len(visitor.received)
        if missing <= 0:
            return
        try:
            data = visitor.socket.recv(missing)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        visitor.received += data
        if not data:
            visitor.until = 0.0

    def _may_go_on(self, visitor: _Visitor) -> bool:
        """Every byte must be right only when all are there: a wrong one says nothing about the others."""
        if len(visitor.received) >= len(self._expected):
            return hmac.compare_digest(visitor.received, self._expected)
        return self._clock() < visitor.until


def has_hung_up(client: socket.socket) -> bool:
    """The other end has closed, though bytes that it sent before are still unread. Where the system can say so."""
    hang_up = getattr(select, "POLLRDHUP", 0)  # Linux
    if not hang_up:
        return False
    poll = select.poll()
    poll.register(client, hang_up)
    return bool(poll.poll(0))


def _listen(port: int) -> socket.socket:
    """A listening socket that only this machine reaches."""
    listener = socket.socket()
    try:
        listener.bind((HERE, port))
        listener.listen(MOST_WAITING)
        listener.setblocking(False)
    except (OSError, OverflowError) as error:
        listener.close()
        raise HostError(
            f"port {port} cannot be opened: {error}", "give another, or 0 for any"
        ) from error
    return listener
