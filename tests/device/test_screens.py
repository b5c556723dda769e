"""What is printed of a board that says known things, whole; and what each command does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from host.base.errors import HostError
from host.device import __main__ as command
from host.device.info import info_object, info_table
from host.device.settings import settings_table
from host.link.layout import OURS
from host.link.messages import FaultCode, Hello, Pong, RebootTarget, Setting, SlotInfo, SlotState
from host.link.sequence import Losses
from host.link.settings import LIMITS
from host.ports.choose import Choice
from host.ports.open import Opening, PortOptions
from tests.goldens import check_golden, json_text, screen_text
from tests.link.fake_board import HELLO


class TextLine:
    """A device that answers what it was made to; what it received is stored."""

    name = "memory"
    losses = Losses(1, 20, 300, 4_000, 50_000, 6, 7, 8)

    def __init__(self, hello: Hello = HELLO) -> None:
        self.hello, self.done = hello, list[tuple[object, ...]]()
        self.values: dict[Setting, int] = {}

    def __enter__(self) -> TextLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.done.append(("closed",))

    def pong(self) -> tuple[Pong, float]:
        return Pong(0, 123_456_789, 12, 34), 0.01234

    def get(self, setting: Setting) -> int:
        return self.values.get(setting, LIMITS[setting].at_start)

    def set(self, setting: Setting, value: int) -> None:
        self.values[setting] = value
        self.done.append(("set", setting, value))

    def reboot(self, target: RebootTarget) -> None:
        self.done.append(("reboot", target))

    def slot(self, which: int) -> SlotInfo:
        return SlotInfo(which, SlotState.EMPTY, 0, 0, 0, 0, 0, 0, 0, "")


def test_information() -> None:
    other = replace(
        HELLO, mode=77, last_fault=99, model="", labels=b"", instruction_cache=0, dcdc=1,
        board="nano33ble", clock_hz=64_500_000,
    )  # fmt: skip
    known = replace(HELLO, last_fault=int(FaultCode.CAMERA_NO_ANSWER))
    devices: list[Any] = [TextLine(), TextLine(other), TextLine(known)]
    shown = [screen_text(info_table(device)) for device in devices]
    shown += [json_text(info_object(device)) for device in devices[:1]]
    layout = (str(OURS.hash), f"{OURS.hash:08X}")  # it changes with the wire
    text = "\n".join(shown).replace(layout[0], "LAYOUT").replace(layout[1], "LAYOUT")
    check_golden("screen_device_info", text)


def test_settings() -> None:
    some = (Setting.GAIN, Setting.MARKER_PIN, Setting.HEARTBEAT_S, Setting.COLOUR_BARS)
    values = {setting: LIMITS[setting].least for setting in some}
    check_golden("screen_device_settings", screen_text(settings_table(values), width=160))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs a command on TextLine; gives what was done to it. url: the port that was chosen."""

    def started(url: str, *argv: str, playback: Any = None) -> list[tuple[object, ...]]:
        device = TextLine()

        @contextmanager
        def opening(options: PortOptions, say: object) -> Iterator[Opening]:
            assert options.url == url
            yield Opening(Choice(url, "chosen"), playback=playback)

        monkeypatch.setattr(Opening, "open", lambda self: None)
        monkeypatch.setattr(command, "port_opening", opening)
        monkeypatch.setattr(command, "Device", lambda port, reopen, timing: device)
        assert command.main([*argv, "--port", url]) == 0
        return device.done

    yield started


@pytest.mark.parametrize("url", ["virtual", "/dev/ttyACM0"])
def test_each_command_does_one_thing(
    run: Any, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = [("closed",)]
    forgets = {
        ("info",): closed,
        ("get",): closed,
        ("get", "--json", "gain"): closed,
        ("reboot",): [("reboot", RebootTarget.APPLICATION), *closed],
        ("reboot", "--bootloader"): [("reboot", RebootTarget.BOOTLOADER), *closed],
    }
    for argv, done in forgets.items():
        assert run(url, *argv) == done
        assert capsys.readouterr().err == ""
    for argv, done in (
        (("set", "gain", "0x10"), [("set", Setting.GAIN, 16), *closed]),
        (("slots", "list"), closed),
    ):
        assert run(url, *argv) == done
        assert (command.FORGETTING in capsys.readouterr().err) == (url == "virtual")


def test_get_shows_what_was_requested_alone(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run("x", "get", "--json", "gain", "heartbeat_s")
    assert capsys.readouterr().out == '{\n  "gain": -1,\n  "heartbeat_s": 60\n}\n'
    run("x", "get", "gain")
    assert "heartbeat_s" not in capsys.readouterr().out
    run("x", "get")
    text = capsys.readouterr().out
    assert all(setting.name.lower() in text for setting in Setting)
    run("x", "info", "--json")
    assert '"bad_packets": 34' in capsys.readouterr().out


def test_a_recording_is_none(run: Any) -> None:
    with pytest.raises(HostError, match="a recording has no settings: give --port a board"):
        run("replay:x", "get", playback=object())
