"""What carries the bytes: a serial port or a socket, behind one small Protocol."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import sys
from typing import Protocol
from urllib.parse import urlsplit

import serial

from host.base.errors import HostError

BAUD = 115_200  # USB ignores it, but for 1200, which resets the Nano into its bootloader
WAIT_S = 0.05  # how long a read waits for the first byte
WRITE_WAIT_S = 2.0
CONNECT_WAIT_S = 3.0
SOCKET = "socket://"
SOCKET_PORTION_BYTES = 1 << 16
WINDOWS_RECEIVE_BYTES = 1 << 20  # the default overflows silently (pyserial issue 440)
END_THE_OTHER = (
    "a board talks to one program at a time; end the other one, or start another board with "
    "`python -m host.virtual`, and give the whole address that it prints"
)
MODEM_MANAGER = (
    "; on Linux ModemManager may hold it for some seconds: sudo systemctl stop ModemManager"
)


class PortLostError(HostError):
    """The port died while it was open: unplugged, reset, or its program ended."""


class Port(Protocol):
    """Bytes to and from one board. One thread reads, any thread writes."""

    name: str

    def read(self) -> bytes:
        """What has arrived; b"" after WAIT_S of silence. Raises PortLostError."""

    def write(self, data: bytes) -> None:
        """Sends all of `data`. Raises PortLostError."""

    def close(self) -> None:
        """Frees the port; again is harmless."""


def waits_for_reader(port: Port) -> bool:
    """True of a port whose bytes wait until they are read, as those of a recording: none need be thrown away."""
    return bool(getattr(port, "waits_for_reader", False))


def is_emulated(port: Port) -> bool:
    """True of the virtual board that was started for this tool: it may run at a tenth of its speed."""
    return bool(getattr(port, "is_emulated", False))


class SerialPort:
    """A USB serial port, by pyserial; read in bulk, as byte-wise reading loses frames."""

    def __init__(self, path: str) -> None:
        self.name = path
        try:  # pyserial raises DTR by itself; the Arduino core sends nothing without it
            self._serial = serial.Serial(
                path, BAUD, timeout=WAIT_S, write_timeout=WRITE_WAIT_S, exclusive=_exclusive()
            )
        except (serial.SerialException, OSError) as error:
            raise HostError(*_cannot_open(path, error)) from error
        if sys.platform == "win32":
            self._serial.set_buffer_size(rx_size=WINDOWS_RECEIVE_BYTES)

    def read(self) -> bytes:
        """One wait, then everything there is."""
        try:
            if waiting := self._serial.in_waiting:
                return bytes(self._serial.read(waiting))
            data = bytes(self._serial.read(1))
            return data + bytes(self._serial.read(self._serial.in_waiting)) if data else data
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: pyserial's answer to a close() during a read
            raise PortLostError(f"{self.name}: the port went away ({error})") from error

    def write(self, data: bytes) -> None:
        """Sends all, within WRITE_WAIT_S."""
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise PortLostError(
                f"{self.name} takes no bytes", "unplug the board and plug it in"
            ) from error
        except (serial.SerialException, OSError) as error:
            raise PortLostError(f"{self.name}: the port went away ({error})") from error

    def close(self) -> None:
        """Frees the port."""
        with contextlib.suppress(serial.SerialException, OSError):
            self._serial.close()


class SocketPort:
    """A TCP stream. pyserial's own socket:// reads byte by byte, as it cannot see how many wait.

    key: of a virtual board that knows its user by it; it goes first.
    """

    def __init__(self, host: str, number: int, name: str = "", key: str = "") -> None:
        self.name = name or f"{SOCKET}{host}:{number}"
        self._received = False
        try:
            self._socket = socket.create_connection((host, number), timeout=CONNECT_WAIT_S)
        except OSError as error:
            raise HostError(
                f"nothing answers at {self.name} ({error.strerror or error})",
                "start a board there with `python -m host.virtual`, or use --port virtual",
            ) from error
        self._socket.settimeout(WRITE_WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if key:
            self.write(f"{key}\n".encode())

    @classmethod
    def at(cls, url: str, name: str = "") -> SocketPort:
        """Connects to socket://host:port[/key]. Raises HostError."""
        host, number, key = socket_address(url)
        return cls(host, number, name, key)

    def read(self) -> bytes:
        """One wait, then everything there is."""
        try:
            ready, _, _ = select.select([self._socket], [], [], WAIT_S)
            if not ready:
                return b""
            data = self._socket.recv(SOCKET_PORTION_BYTES)
        except (OSError, ValueError) as error:  # ValueError: closed by another thread meanwhile
            raise self._lost(f"the connection broke ({error})") from error
        if not data:
            raise self._lost("the other end closed the connection", "start that board again")
        self._received = True
        return data

    def write(self, data: bytes) -> None:
        """Sends all, within WRITE_WAIT_S."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._lost(f"the connection broke ({error})") from error

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()

    def _lost(self, what: str, remedy: str = "") -> PortLostError:
        """A virtual board that has a user hangs up on the next one before it says anything."""
        if self._received:
            return PortLostError(f"{self.name}: {what}", remedy)
        return PortLostError(f"{self.name} hung up without a word", END_THE_OTHER)


def socket_address(url: str) -> tuple[str, int, str]:
    """Host, port and key of socket://host:port[/key]. Raises HostError with how it is written."""
    try:
        where = urlsplit(url)
        host, number = where.hostname, where.port
    except ValueError:
        host, number = None, None
    if not url.startswith(SOCKET) or not host or not number:
        raise HostError(f"{url} is not an address", "write socket://host:port")
    return host, number, where.path.strip("/")


def without_key(url: str) -> str:
    """The same address for others to read."""
    return url.rpartition("/")[0] if url.startswith(SOCKET) and url.count("/") > 2 else url


def _exclusive() -> bool | None:
    return None if sys.platform == "win32" else True  # Windows is always exclusive


def _cannot_open(path: str, error: Exception) -> tuple[str, str]:
    """What is wrong, and the remedy; pyserial keeps errno on POSIX and the number in the text on Windows."""
    number = getattr(error, "errno", None)
    if number in (errno.EBUSY, errno.EAGAIN) or (
        sys.platform == "win32" and "PermissionError" in str(error)
    ):
        return (
            f"{path} is in use",
            f"close the serial monitor or the other viewer that has it open{MODEM_MANAGER}",
        )
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"no permission for {path}",
            "run `sudo usermod -aG dialout $USER` and log in again "
            "(or add a udev rule for vendor 2341)",
        )
    if number in (errno.ENOTTY, errno.EISDIR, errno.EINVAL, errno.ENODEV) or "ioctl" in str(error):
        return f"{path} is no serial port", "give --port auto, or the path that doctor lists"
    return f"cannot open {path} ({error})", "unplug the board and plug it in"
