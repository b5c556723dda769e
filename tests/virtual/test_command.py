"""python -m host.virtual: what each option makes of the board and of its server, and what is said."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from host.base.errors import HostError
from host.base.places import MODELS, PREBUILT
from host.virtual import __main__ as command
from host.virtual.options import (
    DEFAULT_SERIAL_NUMBER,
    BoardOptions,
    DataWiring,
    SensorFaults,
)
from host.virtual.serve import Speed
from host.virtual.server import FAILED, READY
from host.virtual.silicon import parse_silicon


class Desk:
    """What was made of the options: the board's, and the server's with the orders that it got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.boards: list[tuple[Any, ...]] = []
        self.servers: list[tuple[Any, ...]] = []
        self.models: list[bytes] = []
        self.orders: list[object] = []
        monkeypatch.setattr(command, "read_image", lambda path, at: (path, at))
        monkeypatch.setattr(command, "open_scene", lambda url: url)
        monkeypatch.setattr(command, "VirtualBoard", self._board)
        monkeypatch.setattr(command, "BoardServer", self._server)
        monkeypatch.setattr(command, "conditions", lambda board: "conditions")
        monkeypatch.setattr(command, "tally", lambda board: ["a line", "another"])

    def _board(self, image: object, scene: object, options: BoardOptions) -> Any:
        self.boards.append((image, scene, options))
        return SimpleNamespace(load_model=self.models.append)

    def _server(self, board: object, port: int, speed: Speed, key: str) -> Any:
        self.servers.append((port, speed, key))
        order = self.orders.append
        return SimpleNamespace(
            url=f"socket://127.0.0.1:{port}",
            serve=lambda: order("serve"),
            reset=lambda: order("reset"),
            pull_cable=lambda: order("pull"),
            plug_cable=lambda: order("plug"),
            touch=lambda: order("touch"),
            stop=lambda: order("stop"),
            warm=lambda: None,
            reflash=order,
        )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_without_options_it_is_our_firmware_in_real_time_with_a_key(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == command.main([]) == 0
    usual = BoardOptions(
        serial_number=DEFAULT_SERIAL_NUMBER, data_wiring=DataWiring.SHIELD, core_load=None
    )
    assert desk.boards == [((PREBUILT, None), "default", usual)] * 2
    (port, speed, key), (_, _, other) = desk.servers
    assert (port, speed) == (0, Speed.REAL) and desk.models == []
    assert len(key) >= 22 and key != other, "of 128 random bits"
    printed = capsys.readouterr()
    assert printed.out == f"{READY}socket://127.0.0.1:0#conditions (conditions)\n" * 2
    assert printed.err == "a line\nanother\n" * 2 and desk.orders == ["serve"] * 2


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        (["--serial-number", "0"], {"serial_number": 0}),
        (["--serial-number", "ff00000000000010"], {"serial_number": 0xFF00000000000010}),
        (["--serial-number", "F" * 16], {"serial_number": (1 << 64) - 1}),
        (["--data-wiring", "breadboard"], {"data_wiring": DataWiring.BREADBOARD}),
        (["--core-load", "on"], {"core_load": True}),
        (["--core-load", "off"], {"core_load": False}),
        (["--stuck-bit", "0"], {"faults": SensorFaults(stuck_bit=0)}),
        (["--stuck-bit", "7"], {"faults": SensorFaults(stuck_bit=7)}),
        (["--fault", "no_pclk"], {"faults": SensorFaults(no_pclk=True)}),
        (["--silicon", "pessimistic"], {"silicon": parse_silicon("pessimistic")}),
    ],
)
def test_an_option_changes_this_of_the_board_and_nothing_else(
    desk: Desk, words: list[str], changed: dict[str, Any]
) -> None:
    command.main(words)
    assert desk.boards[0][2] == BoardOptions(**changed)


def test_image_scene_light_port_speed_key_and_model(desk: Desk) -> None:
    model = MODELS / "person_grey_01.tpm"
    words = ["--image", "a.bin", "--at", "0x10000", "--scene", "noise:1", "--light", "20"]
    words += ["--port", "7000", "--speed", "max", "--no-key", "--model", str(model)]
    assert command.main(words) == 0
    image, scene, _ = desk.boards[0]
    assert image == (Path("a.bin"), 65_536) and "noise:1" in scene and "20" in scene
    assert desk.servers == [(7000, Speed.MAX, "")] and desk.models == [model.read_bytes()]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--serial-number", "1" + "0" * 16], "64 bits at most"),
        (["--serial-number", "-1"], "64 bits at most"),
        (["--at", "here"], "here: not an address such as 0x10000"),
        (["--stuck-bit", "8"], "invalid choice"),
        (["--stuck-bit", "-1"], "invalid choice"),
        (["--silicon", "wait=9"], "wait"),
        (["--fault", "stuck_bit"], "invalid choice"),
    ],
)
def test_what_is_none_is_said(
    desk: Desk, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2 and why in capsys.readouterr().err and not desk.boards


def test_a_model_that_is_none_is_named(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tpm"
    for words in (f"--model {bad}: cannot read", f"--model {bad}: .*not a packed model"):
        with pytest.raises(HostError, match=words):
            command.main(["--model", str(bad)])
        bad.write_bytes(b"text")
    assert desk.servers == []


def test_a_console_is_obeyed_until_it_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "reset\npull\n\nplug\ntouch\nflash a b.elf\nreset now\nfly\nquit\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    command._obey_console(desk._server(None, 0, Speed.MAX, ""))
    assert desk.orders == [
        "reset", "pull", "plug", "touch", Path("a b.elf"), "reset", "stop", "stop",
    ]  # fmt: skip
    assert capsys.readouterr().err == "fly: give reset, flash FILE, pull, plug, touch or quit\n"


def test_a_program_that_started_it_reads_why_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(words: list[str]) -> int:
        raise HostError("no such file", "give another")

    monkeypatch.setattr(command, "main", main)
    monkeypatch.setattr(sys, "argv", ["x", "--console"])
    assert command._main() == 2
    assert capsys.readouterr().out == f"{FAILED}no such file: give another\n"
    monkeypatch.setattr(sys, "argv", ["x"])
    with pytest.raises(HostError, match="no such file"):
        command._main()
