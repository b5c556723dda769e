"""The serial port over TCP, as pyserial and our own tools reach it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import serial

from host.base.errors import HostError
from host.link.transport import SocketPort
from host.virtual.__main__ import main
from host.virtual.serve import BoardServer, Speed
from host.virtual.server import start_virtual_board
from tests.virtual.bench import Bench
from tests.virtual.build_probes import PROBES

PATIENCE_SECONDS = 10.0


@pytest.mark.parametrize("content, output", [(b"text", "not a packed"), (None, "cannot read")])
def test_a_model_that_is_none_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, output: str
) -> None:
    path = tmp_path / "m.tpm"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HostError, match=f"^--model {re.escape(str(path))}: {output}[^\n]*$"):
        main(["--model", str(path)])


def run(server: BoardServer) -> threading.Thread:
    """Serves in the background."""
    thread = threading.Thread(target=server.serve)
    thread.start()
    return thread


def test_pyserial_reads_what_the_firmware_sends() -> None:
    bench = Bench()
    server = BoardServer(bench.board, speed=Speed.MAX)
    port = serial.serial_for_url(server.url, timeout=PATIENCE_SECONDS)
    bench.start("uarte_send", 3000)
    thread = run(server)
    try:
        assert port.read(3000) == bytes((i * 7 + 1) & 0xFF for i in range(3000))
    finally:
        server.stop()
        thread.join()
        port.close()


def test_the_firmware_reads_what_pyserial_sends() -> None:
    bench = Bench()
    server = BoardServer(bench.board, speed=Speed.REAL)
    port = serial.serial_for_url(server.url, timeout=PATIENCE_SECONDS)
    bench.start("uarte_receive", 12)
    thread = run(server)
    try:
        time.sleep(0.05)
        port.write(b"twelve bytes")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not bench.finished() and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        server.stop()
        thread.join()
        port.close()
    assert bench.wait() == [12, *b"twelve bytes"]


def test_a_second_client_is_turned_away_and_a_pulled_cable_cuts_the_first() -> None:
    bench = Bench()
    server = BoardServer(bench.board, speed=Speed.REAL)
    thread = run(server)
    address = ("127.0.0.1", server.port)
    try:
        first = socket.create_connection(address, PATIENCE_SECONDS)
        time.sleep(0.05)
        with socket.create_connection(address, PATIENCE_SECONDS) as second:
            assert second.recv(1) == b""
        server.pull_cable()
        assert first.recv(1) == b"", "cut off"
        with socket.create_connection(address, PATIENCE_SECONDS) as third:
            assert third.recv(1) == b"", "nobody there"
        server.plug_cable()
        first.close()
    finally:
        server.stop()
        thread.join()


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        with pytest.raises(HostError, match=f"port {port} cannot be opened"):
            BoardServer(Bench().board, port)


def test_process_starts_answers_and_ends() -> None:
    board = start_virtual_board(PROBES, scene="synthetic", speed="max")
    try:
        port = SocketPort.at(board.url)
        port.close()
        board.reset()
        board.reflash(PROBES)
    finally:
        board.close()


TYPED = """
import os, signal, sys
from host.virtual.server import start_virtual_board
board = start_virtual_board(None, scene="synthetic", speed="max")
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.killpg(0, signal.SIGINT)  # what a terminal does at Ctrl-C
board.reset()
board.close()
"""


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_ctrl_c_is_the_tools_alone() -> None:
    """The tool still has to tell the board to stand still, and says `stopped` once."""
    command = [sys.executable, "-c", TYPED]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=180, start_new_session=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_board_that_cannot_start_says_so() -> None:
    with pytest.raises(HostError, match="no such scene"):
        start_virtual_board(PROBES, scene="no such scene")
