"""The check before an upload: what it says of every state of the port, and that it stops PlatformIO."""

from __future__ import annotations

import atexit
import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import SCons.Script

from host.flash.advice import advice, after_failure
from host.ports import choose as link_port
from host.ports.choose import ARDUINO, ListedPort

ROOT = Path(__file__).resolve().parents[2]
NANO = ListedPort("/dev/ttyACM0", ARDUINO, 0x805A, "ABC")
BOOTLOADER = ListedPort("/dev/ttyACM0", ARDUINO, 0x005A, "ABC")
OPENMV = ListedPort("/dev/ttyACM0", ARDUINO, 0x015A, "ABC")
OTHER = ListedPort("/dev/ttyUSB0", 0x0403, 0x6001, "")


def test_a_free_board_needs_no_advice() -> None:
    assert advice([OTHER, NANO], {"/dev/ttyUSB0": ("picocom (9)",)}) == []


@pytest.mark.parametrize("ports", [[], [OTHER]])
def test_a_vanished_port_names_the_double_press(ports: list[ListedPort]) -> None:
    (line,) = advice(ports, {})
    assert line.stops
    assert "reset button twice" in line.text and "ten seconds" in line.text


def test_a_chosen_port_that_is_not_there_is_named() -> None:
    (line,) = advice([NANO], {}, wanted="/dev/ttyACM5")
    assert line.stops
    assert "/dev/ttyACM5" in line.text and "/dev/ttyACM0" in line.text
    assert advice([OTHER, NANO], {}, wanted="/dev/ttyACM0") == []


@pytest.mark.parametrize(
    ("holder", "remedy"),
    [
        ("host.viewer (123)", "close that program"),
        ("ModemManager (45)", "systemctl stop ModemManager"),
    ],
)
def test_a_port_that_is_held_names_its_holder(holder: str, remedy: str) -> None:
    (line,) = advice([NANO], {NANO.path: (holder,)})
    assert line.stops
    assert holder in line.text and remedy in line.text


def test_the_bootloader_is_reported_but_stops_nothing() -> None:
    (line,) = advice([BOOTLOADER], {})
    assert not line.stops
    assert "bootloader" in line.text and "twice" in line.text


def test_openmv_and_several_boards_stop() -> None:
    assert [line.stops for line in advice([OPENMV], {})] == [True]
    second = ListedPort("/dev/ttyACM1", ARDUINO, 0x805A, "DEF")
    (line,) = advice([NANO, second], {})
    assert line.stops and "--upload-port" in line.text


def test_modem_manager_that_holds_nothing_yet_is_a_note() -> None:
    (line,) = advice([NANO], {}, modem_manager=True)
    assert not line.stops and "ModemManager" in line.text


def test_a_board_that_ignores_the_touch_is_distinguished_from_one_in_its_bootloader() -> None:
    ignored = after_failure([OTHER, NANO])
    assert "still runs its application" in ignored and "1200 baud" in ignored
    in_bootloader = after_failure([OTHER, BOOTLOADER])
    assert "did not take the firmware" in in_bootloader
    vanished = after_failure([OTHER])
    for line in (ignored, in_bootloader, vanished):
        assert "reset button twice" in line and "\n" not in line


class PioEnvironment:
    """What PlatformIO hands to a script, as far as ours uses it."""

    def __init__(self) -> None:
        self.actions: dict[str, Callable[..., None]] = {}
        self.exit_code: int | None = None
        self.values: dict[str, list[str]] = {}

    def get(self, name: str, default: list[str]) -> list[str]:
        return self.values.get(name, default)

    def Replace(self, **values: list[str]) -> None:  # noqa: N802 - SCons' name
        self.values.update(values)

    def subst(self, text: str) -> str:
        return str(ROOT) if text == "$PROJECT_DIR" else ""

    def AddPreAction(self, target: str, action: Callable[..., None]) -> None:  # noqa: N802 - SCons' name
        self.actions[target] = action

    def Exit(self, code: int) -> None:  # noqa: N802 - SCons' name
        self.exit_code = code


def run_script(
    monkeypatch: pytest.MonkeyPatch,
    ports: list[list[ListedPort]],
    at_exit: list[Callable[[], None]] | None = None,
) -> PioEnvironment:
    """The script against listings that follow each other; the last one stays. Its waits take no time."""
    at_exit = [] if at_exit is None else at_exit
    environment, sources = PioEnvironment(), PioEnvironment()
    sources.values["ASFLAGS"] = ["-mthumb", "-mcpu=cortex-m4", "-iprefixX", "-mthumb", "@includes"]
    monkeypatch.setattr(atexit, "register", lambda action: at_exit.append(action))
    clock = iter(range(1000))
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(link_port, "listed_ports", lambda: ports.pop(0) if ports[1:] else ports[0])
    given: dict[str, Any] = {
        "Import": lambda *names: None,
        "env": environment,
        "projenv": sources,
    }
    runpy.run_path(str(ROOT / "tools" / "pio_upload.py"), init_globals=given)
    environment.actions["upload"](["upload"], [], env=environment)
    assert sources.values["ASFLAGS"] == ["-mcpu=cortex-m4", "-mthumb", "-iprefixX", "@includes"]
    return environment


def test_the_script_stops_platformio_when_no_board_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_script(monkeypatch, [[]]).exit_code == 1
    assert "STOP: no Nano 33 BLE" in capsys.readouterr().out


def test_the_script_waits_for_a_board_that_restarts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_script(monkeypatch, [[], [], [NANO]]).exit_code is None
    assert "waiting" in capsys.readouterr().out


@dataclass(frozen=True)
class Failure:
    """As SCons reports one: node is the target's name."""

    node: str


@pytest.mark.parametrize(("target", "speaks"), [("upload", True), ("firmware.elf", False)])
def test_a_failed_upload_ends_with_advice_and_a_failed_build_without(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    target: str,
    speaks: bool,
) -> None:
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr(SCons.Script, "GetBuildFailures", lambda: [Failure(target)])
    run_script(monkeypatch, [[NANO]], at_exit)
    capsys.readouterr()
    for action in at_exit:
        action()
    assert ("still runs its application" in capsys.readouterr().out) is speaks
