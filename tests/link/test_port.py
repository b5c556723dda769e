"""Which port a URL means, and what is said when it cannot be opened."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading

import pytest

from host.base.errors import HostError
from host.doctor.board import no_handshake_finding
from host.link import transport
from host.link.device import Device
from host.link.line import Timing
from host.link.transport import END_THE_OTHER, PortLostError, SerialPort, SocketPort
from host.ports.choose import ListedPort, choose_port, open_port, reopener

NANO = ListedPort("/dev/ttyACM3", 0x2341, 0x805A, "A1B2")
BOOTLOADER = ListedPort("/dev/ttyACM3", 0x2341, 0x005A, "A1B2")
OPENMV = ListedPort("/dev/ttyACM3", 0x2341, 0x015A, "A1B2")
OTHER = ListedPort("/dev/ttyS0", 0, 0, "")


def refusal(url: str, *listed: ListedPort) -> str:
    with pytest.raises(HostError) as caught:
        choose_port(url, list(listed))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_auto_takes_the_nano_and_says_so() -> None:
    choice = choose_port("auto", [OTHER, NANO])
    assert (choice.url, choice.serial_number) == ("/dev/ttyACM3", "A1B2")
    assert "Nano 33 BLE found at /dev/ttyACM3" in choice.reason


def test_auto_without_a_nano_is_the_virtual_board_and_says_so() -> None:
    choice = choose_port("auto", [OTHER])
    assert choice.url == "virtual"
    assert choice.reason == "no Nano found: starting the virtual board"


def test_auto_with_two_nanos_wants_a_choice() -> None:
    second = ListedPort("/dev/ttyACM4", 0x2341, 0x805A, "C3D4")
    line = refusal("auto", NANO, second)
    assert "/dev/ttyACM3, /dev/ttyACM4" in line and "--port" in line


@pytest.mark.parametrize("url", ["auto", "/dev/ttyACM3"])
def test_a_board_in_its_bootloader_is_named_with_the_remedy(url: str) -> None:
    line = refusal(url, BOOTLOADER)
    assert "bootloader" in line and "reset button" in line and "-t upload" in line


def test_a_board_with_openmv_is_named() -> None:
    assert "OpenMV" in refusal("auto", OPENMV)


def test_an_absent_port_lists_those_present() -> None:
    line = refusal("/dev/ttyACM9", NANO, OTHER)
    assert "no port /dev/ttyACM9" in line and "/dev/ttyACM3, /dev/ttyS0" in line
    assert "present: none" in refusal("COM7")


@pytest.mark.parametrize("url", ["socket://", "socket://localhost", "socket://x:y", "tcp://h:1"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    assert "socket://host:port" in refusal(url)


def test_nobody_at_a_socket_says_how_to_start_one() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        number = unused.getsockname()[1]
    with pytest.raises(HostError, match=r"nothing answers .*python -m host.virtual"):
        open_port(f"socket://127.0.0.1:{number}")


def test_a_socket_carries_bytes_both_ways_and_its_end_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = SocketPort("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        assert port._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "sent at once"
        port.write(b"to the board")
        assert peer.recv(100) == b"to the board"
        assert port.read() == b""
        peer.sendall(b"x" * 50_000)
        found = b""
        while len(found) < 50_000:
            found += port.read()
        assert found == b"x" * 50_000
        peer.close()
        with pytest.raises(PortLostError, match="closed the connection"):
            port.read()
        port.close()
        with pytest.raises(PortLostError):
            port.read()
        port.close()


def test_a_board_that_has_a_user_says_so_to_the_next_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"

        def hang_up_on_all() -> None:
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].close()

        threading.Thread(target=hang_up_on_all, daemon=True).start()
        timing = Timing(hello_s=0.5, hello_again_s=0.05, reopen_s=0.01)
        for reopen in (None, lambda: open_port(url)):
            with pytest.raises(
                HostError, match=r"hung up without a word: .*end the other"
            ) as caught:
                Device(open_port(url), reopen=reopen, timing=timing)
            assert no_handshake_finding(caught.value).remedy == END_THE_OTHER
        server.shutdown(socket.SHUT_RDWR)


posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


@posix_only
def test_a_serial_port_carries_bytes_and_is_never_at_1200_baud() -> None:
    board, terminal = os.openpty()
    port = SerialPort(os.ttyname(terminal))
    os.write(board, b"from the board")
    assert port.read() == b"from the board"
    port.write(b"to the board")
    assert os.read(board, 100) == b"to the board"
    assert transport.BAUD == 115_200
    port.close()
    os.close(terminal)
    os.close(board)


@posix_only
def test_a_port_in_use_says_what_to_close() -> None:
    board, terminal = os.openpty()
    path = os.ttyname(terminal)
    port = open_port(path)
    with pytest.raises(HostError, match=r"is in use: close .* ModemManager") as caught:
        open_port(path)
    assert "\n" not in str(caught.value)
    port.close()
    os.close(terminal)
    os.close(board)


@posix_only
def test_a_pulled_cable_is_an_error_for_reader_and_writer() -> None:
    board, terminal = os.openpty()
    port = SerialPort(os.ttyname(terminal))
    os.close(terminal)
    threading.Timer(0.05, os.close, [board]).start()
    with pytest.raises(PortLostError, match="went away"):
        for _ in range(100):
            port.read()
    with pytest.raises(PortLostError):
        port.write(b"hello?")
    port.close()


@pytest.mark.parametrize("number, remedy", [(13, "dialout"), (16, "in use"), (5, "cannot open")])
def test_each_reason_has_its_remedy(number: int, remedy: str) -> None:
    assert remedy in ": ".join(transport._cannot_open("/dev/ttyACM0", OSError(number, "text")))


def test_a_board_that_left_is_awaited_by_its_serial_number() -> None:
    choice = choose_port("auto", [NANO])
    reopen = reopener(choice, listed=lambda: [OTHER, BOOTLOADER])
    with pytest.raises(PortLostError, match="A1B2 is not plugged in"):
        reopen()
