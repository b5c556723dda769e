"""A virtual board behind a TCP port on this machine: what pyserial's socket:// and our own port code connect to.

One thread: it runs the guest a slice at a time and moves bytes in between. A client that reads slowly holds the guest
up, and gives way to the next one when it has taken nothing for STUCK_S; with no client the bytes vanish, as from a
real UART.
"""

from __future__ import annotations

import gc
import select
import socket
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.virtual.board import VirtualBoard
from host.virtual.origin import Origin
from host.virtual.tcp_port import TcpPort, has_hung_up

SLICE_CYCLES = CLOCK_HZ // 500
MOST_WAITING_BYTES = 1 << 16
STUCK_S = 2.0
MOST_BEHIND_SECONDS = 0.1  # a host that is too slow does not try to catch up


class Speed(Enum):
    """How guest time follows the clock on the wall."""

    REAL = "real"  # 64 MHz, or as fast as the host can when that is less
    MAX = "max"  # as fast as the host can


class BoardServer:
    """Runs a board until stop(). The methods may be called from other threads. key: of TcpPort."""

    def __init__(
        self, board: VirtualBoard, port: int = 0, speed: Speed = Speed.REAL, key: str = ""
    ) -> None:
        self._board, self._speed = board, speed
        self._tcp_port = TcpPort(port, key)
        self._took_at = 0.0  # when the client was last seen to take bytes, or had none to take
        self._client: socket.socket | None = None
        self._outgoing = bytearray()
        self._origin = Origin()
        self._stopped = threading.Event()
        self._orders: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        board.received = self._received
        board.serial.close()  # until a client opens it
        board.serial.gone = self._hang_up  # a USB port does not outlive a restart

    @property
    def port(self) -> int:
        """The TCP port."""
        return self._tcp_port.port

    @property
    def url(self) -> str:
        """What our tools take as a port, the key within."""
        return self._tcp_port.url

    def stop(self) -> None:
        """Ends serve()."""
        self._stopped.set()

    def reset(self) -> None:
        """Presses the reset button."""
        self._order(self._board.reset)

    def reflash(self, elf: Path) -> None:
        """Uploads another firmware."""
        self._order(lambda: self._board.reflash(elf))

    def pull_cable(self) -> None:
        """The USB cable comes out: bytes vanish, the client is cut off."""
        self._order(lambda: self._set_cable(True))

    def plug_cable(self) -> None:
        """The cable is back."""
        self._order(lambda: self._set_cable(False))

    def touch(self) -> None:
        """The port is opened and closed at 1200 baud, which sends a board into its bootloader."""
        self._order(self._board.serial.touch)

    def warm(self) -> None:
        """The first slice: it compiles what no earlier start has. A client that connects then is not kept waiting."""
        self._board.run(SLICE_CYCLES)

    def serve(self) -> None:
        """Runs the board and its port until stop()."""
        start, origin = time.monotonic(), self._board.cycles
        gc.freeze()  # what is built by now stays: looking through it again and again took 8 % of the time
        try:
            while not self._stopped.is_set():
                self._obey()
                self._move_bytes(0.0)
                if len(self._outgoing) > MOST_WAITING_BYTES:
                    self._move_bytes(0.01)
                    continue
                self._board.run(SLICE_CYCLES)
                ahead = (self._board.cycles - origin) / CLOCK_HZ - (time.monotonic() - start)
                if self._speed is Speed.MAX or ahead < -MOST_BEHIND_SECONDS:
                    start, origin = time.monotonic(), self._board.cycles
                elif ahead > 0:
                    self._move_bytes(ahead)
        finally:
            self._hang_up()
            self._tcp_port.close()

    # -- one thread -------------------------------------------------------------------------------

    def _order(self, action: Callable[[], None]) -> None:
        with self._lock:
            self._orders.append(action)

    def _obey(self) -> None:
        with self._lock:
            orders, self._orders = self._orders, []
        for action in orders:
            action()

    def _set_cable(self, pulled: bool) -> None:
        self._board.cable_pulled = pulled
        if pulled:
            self._hang_up()

    def _received(self, data: bytes) -> None:
        data = self._origin.feed(data)
        if self._client is not None:
            self._outgoing += data

    def _move_bytes(self, wait_seconds: float) -> None:
        """Accepts, reads and writes whatever is ready, after at most so long."""
        readers = self._tcp_port.sockets
        if self._client is not None and self._board.waiting() < MOST_WAITING_BYTES:
            readers.append(self._client)
        elif self._client is not None and has_hung_up(self._client):
            self._hang_up()  # what it sent last will not be read: nobody waits for an answer
        writers = [self._client] if self._client is not None and self._outgoing else []
        readable, writable, _ = select.select(readers, writers, [], wait_seconds)
        if self._client in readable:
            self._read()
        if self._client is not None and self._client in writable:
            self._write()
        if not writers or writable:
            self._took_at = time.monotonic()
        for client in self._tcp_port.admit(readable):
            self._seat(client)

    def _seat(self, client: socket.socket) -> None:
        """A serial port has one user."""
        if self._client is not None and time.monotonic() - self._took_at > STUCK_S:
            self._hang_up()
        if self._board.cable_pulled or self._client is not None:
            client.close()
            return
        self._client = client
        self._board.serial.open()

    def _read(self) -> None:
        if self._client is None:
            return
        try:
            data = self._client.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._board.send(data)
        else:
            self._hang_up()

    def _write(self) -> None:
        if self._client is None:
            return
        try:
            sent = self._client.send(self._outgoing)
        except BlockingIOError:
            return
        except OSError:
            self._hang_up()
            return
        del self._outgoing[:sent]

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._board.serial.close()
        self._client = None
        self._outgoing.clear()
