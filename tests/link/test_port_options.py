"""--port, --record and --core-load: what is opened, how, and what is refused before that."""

from __future__ import annotations

import argparse
import itertools
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from host.base.errors import HostError
from host.link.client import Client
from host.link.damage import FaultRates, FaultyPort
from host.link.line import EMULATED, LOSSY, Line, NoAnswerError, Timing
from host.link.transport import SocketPort
from host.ports import choose
from host.ports import open as opened
from host.ports.choose import (
    Choice,
    ListedPort,
    VirtualPort,
    choose_port,
    listed_ports,
    reopener,
)
from host.ports.open import (
    Opening,
    PortOptions,
    add_port_arguments,
    on_battery,
    port_opening,
    port_options,
)
from host.recording.recorder import RecordingPort, start_recording
from tests.link.fake_board import HELLO, FakeBoard

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "board.rec"
NANO = ListedPort("/dev/ttyACM3", 0x2341, 0x805A, "A1B2")


class Silent:
    """A port that says nothing."""

    name = "silent"

    def __init__(self) -> None:
        self.closed = False

    def read(self) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        """Gone."""

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was opened: (kind, arguments)."""
    found: list[Any] = []

    def kind(name: str) -> Any:
        def make(*arguments: object) -> Silent:
            found.append((name, *arguments))
            return Silent()

        return make

    monkeypatch.setattr(choose, "VirtualPort", kind("virtual"))
    monkeypatch.setattr(choose, "SerialPort", kind("serial"))
    monkeypatch.setattr(SocketPort, "at", kind("socket"))
    monkeypatch.setattr(opened, "listed_ports", lambda: [])
    return found


class Starting(Silent):
    """A board that hears nothing for so many seconds of `clock`; each look at it takes a tenth of one."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._now, self._starts = 0.0, seconds
        self._board = FakeBoard()
        self._output = b""

    def clock(self) -> float:
        self._now += 0.1
        return self._now

    def read(self) -> bytes:
        output, self._output = self._output, b""
        return output

    def write(self, data: bytes) -> None:
        if self._now >= self._starts:
            self._output = self._board.hear(data)


def test_our_emulator_may_take_its_time_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first start compiles its hooks: nine seconds of CPU, half of them another program's. A board is quicker."""
    port = Starting(18.0)
    monkeypatch.setattr(choose, "VirtualPort", lambda *_: port)
    with port_opening(PortOptions("virtual"), lambda line: None) as opening:
        client = Client(Line(opening.open(), opening.timing, port.clock))
        client.greet()
        assert client.hello == HELLO
    slow = Starting(18.0)
    with pytest.raises(NoAnswerError):
        Client(Line(slow, Timing(), slow.clock)).greet()


class Emulated(Silent):
    """The virtual board that was started for this tool."""

    name = "virtual board (ideal silicon)"
    is_emulated = True


def test_every_line_is_as_patient_as_what_is_behind_it(tmp_path: Path) -> None:
    """Whatever the tool, and through what records or damages: a busy computer starts the emulator late."""
    recorder = start_recording(tmp_path / "a.rec", "virtual", "test", print)
    for port in (
        Emulated(),
        RecordingPort(Emulated(), recorder),
        FaultyPort(Emulated(), FaultRates()),
    ):
        assert Line(port).timing == EMULATED
        assert Line(port, LOSSY).timing == replace(LOSSY, hello_s=EMULATED.hello_s)
    assert Line(Silent()).timing == Timing() and Line(Silent(), LOSSY).timing == LOSSY
    assert Line(VirtualPort.__new__(VirtualPort)).timing == EMULATED
    recorder.close()


def test_an_emulator_that_does_not_answer_is_not_to_be_flashed() -> None:
    class Late(Emulated):
        """Says nothing for ever, by a clock that hurries."""

    moments = itertools.count()
    with pytest.raises(HostError) as caught:
        Client(Line(Late(), clock=lambda: float(next(moments)))).greet()
    text = str(caught.value)
    assert "has not answered for 25 s" in text and "busy" in text
    assert "firmware" not in text and "bootloader" not in text and "pio" not in text


class Server:
    """A virtual board's end, where a test listens."""

    name = "virtual board"

    def __init__(self, port: int) -> None:
        self.url, self.closed = f"socket://127.0.0.1:{port}/a-key", 0

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("load", "words"), [(None, ()), (True, ("--core-load", "on")), (False, ("--core-load", "off"))]
)
def test_a_virtual_board_lives_as_long_as_its_port(
    monkeypatch: pytest.MonkeyPatch, load: bool | None, words: tuple[str, ...]
) -> None:
    started: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])

        def start(**requested: object) -> Server:
            started.append(requested)
            return server

        monkeypatch.setattr(choose, "start_virtual_board", start)
        port = VirtualPort("noise:1", "max", load)
        peer, _ = listener.accept()
        port.write(b"to the board")
        with peer, peer.makefile("rb") as received:
            assert received.read(18) == b"a-key\nto the board"
            peer.sendall(b"\x01")
            assert (port.read(), port.name, server.closed) == (b"\x01", server.name, 0)
            port.close()
            assert (received.read(), server.closed) == (b"", 1)
    assert started == [{"scene": "noise:1", "speed": "max", "arguments": words}]
    with pytest.raises(HostError, match="nothing answers"):  # no one listens any more
        VirtualPort("noise:1", "max", load)
    assert server.closed == 2, "no board is left behind"


def options(*argv: str) -> PortOptions:
    parser = argparse.ArgumentParser()
    add_port_arguments(parser)
    return port_options(parser.parse_args(argv))


def test_the_arguments_are_the_options() -> None:
    assert options() == PortOptions("auto", None, None), "the board's own default"
    assert options("--port", "", "--core-load", "off") == PortOptions("auto", None, False)
    options_made = options("--port", "COM3", "--record", "a.rec", "--core-load", "on")
    assert options_made == PortOptions("COM3", Path("a.rec"), True)


@pytest.mark.parametrize("load", [False, True])
def test_the_virtual_board_is_started_as_requested_and_waited_for(
    made: list[Any], load: bool
) -> None:
    messages: list[str] = []
    with port_opening(
        PortOptions("virtual", None, load), messages.append, "noise:1", "max"
    ) as opening:
        assert isinstance(opening.open(), Silent) and isinstance(opening.reopen(), Silent)
        assert opening.timing is EMULATED and opening.playback is None
    assert made == [("virtual", "noise:1", "max", load)] * 2
    assert messages == ["starting the virtual board"]
    made.clear()
    with port_opening(PortOptions("virtual"), messages.append) as opening:
        opening.open()
    assert made == [("virtual", "default", "real", None)], "the board's own default"


def test_another_board_is_not_waited_for_and_has_no_scene(made: list[Any]) -> None:
    url = "socket://127.0.0.1:5/key"
    with port_opening(PortOptions(url), lambda line: None) as opening:
        opening.open()
        assert opening.timing is None
    assert made == [("socket", url, "socket://127.0.0.1:5")]
    made.clear()
    with port_opening(
        PortOptions(f"{url}#core-load-on,ideal-silicon"), lambda line: None
    ) as opening:
        opening.open()
    assert made[0][2] == "socket://127.0.0.1:5 (core load on, ideal silicon)", (
        "what its figures hold for"
    )
    for wanted, scene, word in ((PortOptions(url), "noise:1", "--scene noise:1"),
                               (PortOptions(url, None, True), "default", "--core-load")):  # fmt: skip
        with (
            pytest.raises(
                HostError, match=f"{word} is for the virtual board.*127.0.0.1:5"
            ) as error,
            port_opening(wanted, lambda line: None, scene),
        ):
            pass
        assert "key" not in str(error.value)


def test_a_recording_keeps_bytes_until_the_end(made: list[Any], tmp_path: Path) -> None:
    messages: list[str] = []
    path = tmp_path / "a.rec"
    with port_opening(PortOptions("virtual", path), messages.append) as opening:
        port = opening.open()
        assert isinstance(port, RecordingPort)
        port.write(b"abc")
    assert messages == ["starting the virtual board", f"recording to {path}"]
    with pytest.raises(HostError, match=r"is there already|exists"):
        port_opening(PortOptions("virtual", path), messages.append).__enter__()
    with port_opening(PortOptions(f"replay:{GOLDEN}?speed=max"), messages.append) as again:
        assert again.playback is not None and again.timing is None
        assert again.open() is again.playback
    wrapped = Silent()
    with port_opening(
        PortOptions("virtual"), messages.append, wrap=lambda port: wrapped
    ) as opening:
        assert opening.open() is wrapped


@pytest.mark.parametrize(("given", "load"), [(None, False), (False, False), (True, True)])
def test_on_a_battery_the_cable_is_out_unless_it_was_given(given: bool | None, load: bool) -> None:
    options = PortOptions("virtual", Path("a.rec"), given)
    assert on_battery(options) == replace(options, core_load=load)


def test_ports_are_listed_in_order_and_without_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    port = SimpleNamespace
    found = [
        port(device="b", vid=0x2341, pid=0x805A, serial_number="S"),
        port(device="a", vid=None, pid=None, serial_number=None),
    ]
    monkeypatch.setattr(choose, "sorted", lambda ports: ports[::-1], raising=False)
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)
    assert listed_ports() == [ListedPort("a", 0, 0, ""), ListedPort("b", 0x2341, 0x805A, "S")]


def test_a_board_is_found_again_by_its_number_and_kind_alone(made: list[Any]) -> None:
    choice = choose_port(NANO.path, [NANO])
    assert choice == Choice(NANO.path, f"opening {NANO.path}", "A1B2")
    elsewhere = ListedPort("/dev/ttyACM9", 0x2341, 0x805A, "A1B2")
    for absent in (
        [],
        [ListedPort("/dev/x", 0x2341, 0x005A, "A1B2")],
        [ListedPort("/dev/x", 0x2341, 0x805A, "other")],
    ):
        with pytest.raises(HostError, match="A1B2 is not plugged in"):
            reopener(choice, listed=lambda there=absent: there)()  # type: ignore[misc] # default argument
    reopener(choice, listed=lambda: [ListedPort("/dev/x", 1, 2, "A1B2"), elsewhere])()
    reopener(Choice("/dev/ttyS0", "", ""), listed=lambda: [])()
    assert made == [("serial", "/dev/ttyACM9"), ("serial", "/dev/ttyS0")]


@pytest.mark.parametrize(
    ("url", "is_serial", "is_replay"),
    [
        ("virtual", False, False),
        ("socket://h:1", False, False),
        ("replay:x", False, True),
        ("/dev/ttyACM0", True, False),
        ("COM3", True, False),
    ],
)
def test_kinds_of_ports(url: str, is_serial: bool, is_replay: bool) -> None:
    choice = Choice(url, "")
    assert (choice.is_serial, choice.is_replay) == (is_serial, is_replay)
    assert (Opening(choice).timing is EMULATED) == (url == "virtual")


def test_a_port_of_another_maker_has_no_number_to_find_it_by(tmp_path: Path) -> None:
    other = ListedPort("/dev/ttyUSB0", 0x1A86, 0x7523, "9")
    assert choose_port(other.path, [NANO, other]).serial_number == ""
    there = tmp_path / "tty"
    there.touch()
    assert choose_port(str(there), [NANO]) == Choice(str(there), f"opening {there}")
    link = tmp_path / "link"
    link.symlink_to(there)
    listed = ListedPort(str(there), 0x2341, 0x805A, "7")
    assert choose_port(str(link), [listed]).url == str(there)
