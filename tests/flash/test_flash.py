"""host.flash against boards and a bossac that stand in: the touch, the wait, the command line, and what it says."""

from __future__ import annotations

import os
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from host.base.errors import HostError, run_main
from host.flash import __main__ as flash
from host.flash.bossac import command_of, find_bossac, write
from host.flash.touch import Machine
from host.ports.choose import ARDUINO, ListedPort

NANO = ListedPort("/dev/ttyACM0", ARDUINO, 0x805A, "ABC")
SECOND = ListedPort("/dev/ttyACM1", ARDUINO, 0x805A, "DEF")
BOOTLOADER = ListedPort("/dev/ttyACM7", ARDUINO, 0x005A, "ABC")
IMAGE = struct.pack("<II", 0x20040000, 0x10101) + bytes(1000)


@dataclass
class Desk:
    """A computer: boards turn into bootloaders so many looks after their touch."""

    ports: list[ListedPort]
    looks: int = 3
    deaf: bool = False
    touched: list[str] = field(default_factory=list)
    now: float = 0.0

    def listed(self) -> list[ListedPort]:
        if self.touched and not self.deaf:
            self.looks -= 1
            if self.looks <= 0:
                return [self._turned(port) for port in self.ports]
            return [port for port in self.ports if port.path not in self.touched]
        return list(self.ports)

    def touch(self, path: str) -> None:
        self.touched.append(path)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def machine(self) -> Machine:
        return Machine(self.listed, self.touch, lambda: self.now, self.wait)

    def _turned(self, port: ListedPort) -> ListedPort:
        if port.path not in self.touched or not port.is_arduino(0x805A):
            return port
        return ListedPort(port.path.replace("ACM", "ACM7"), ARDUINO, 0x005A, port.serial_number)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "firmware.bin"
    path.write_bytes(IMAGE)
    return path


@pytest.fixture
def bossac(tmp_path: Path) -> Path:
    """A program that keeps its arguments and talks as bossac does; it fails where a file named `fail` is."""
    path = tmp_path / "bossac"
    path.write_text(f"""#!{sys.executable}
import sys, pathlib
here = pathlib.Path(__file__).parent
(here / "called").write_text("\\n".join(sys.argv[1:]))
print("Device       : nRF52840-QIAA")
if (here / "fail").exists():
    print("SAM-BA operation failed"); sys.exit(1)
for done in (0, 50, 100):
    sys.stdout.write(f"\\r[{{'=' * (done // 10):<10}}] {{done}}% ({{done}}/100 pages)"); sys.stdout.flush()
print("\\nDone in 3.1 seconds")
""")
    path.chmod(0o755)
    return path


def run(desk: Desk, *words: str) -> int:
    return run_main(lambda: flash.main(list(words), desk.machine()))


def test_a_board_is_touched_awaited_and_written(
    image: Path, bossac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk([NANO])
    assert run(desk, str(image), "--bossac", str(bossac)) == 0
    assert desk.touched == [NANO.path]
    called = (bossac.parent / "called").read_text().split("\n")
    assert called == ["--port=/dev/ttyACM70", "-U", "-i", "-e", "-w", str(image), "-R"]
    assert "/dev/ttyACM70: written; the board starts the firmware" in capsys.readouterr().err


def test_a_board_in_its_bootloader_is_not_touched(image: Path, bossac: Path) -> None:
    desk = Desk([BOOTLOADER])
    assert run(desk, str(image), "--bossac", str(bossac)) == 0
    assert desk.touched == []


def test_a_class_of_boards_takes_turns(image: Path, bossac: Path) -> None:
    desk = Desk([NANO, SECOND])
    assert run(desk, str(image), "--all", "--bossac", str(bossac)) == 0
    assert desk.touched == [NANO.path, SECOND.path]


def test_two_boards_without_all_are_refused(
    image: Path, bossac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Desk([NANO, SECOND]), str(image), "--bossac", str(bossac)) == 2
    assert "choose --port, or give --all" in capsys.readouterr().err


def test_a_board_that_ignores_the_touch_is_named(
    image: Path, bossac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Desk([NANO], deaf=True), str(image), "--bossac", str(bossac)) == 2
    printed = capsys.readouterr().err
    assert (
        "did not go into its bootloader within 10 s" in printed and "reset button twice" in printed
    )


def test_no_board_is_one_line(
    image: Path, bossac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Desk([]), str(image), "--bossac", str(bossac)) == 2
    assert "no Nano 33 BLE is to be seen" in capsys.readouterr().err


def test_a_failed_bossac_has_its_words_and_a_remedy(
    image: Path, bossac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bossac.parent / "fail").touch()
    assert run(Desk([BOOTLOADER]), str(image), "--bossac", str(bossac)) == 2
    printed = capsys.readouterr().err
    assert "SAM-BA operation failed" in printed and "try another cable" in printed


def test_its_bar_is_followed(image: Path, bossac: Path) -> None:
    shares: list[float] = []
    write(bossac, "COM3", image, shares.append)
    assert shares == [0.0, 0.5, 1.0]


def test_the_command_line_is_arduinos() -> None:
    words = command_of(Path("bossac"), "COM3", Path("a b.bin"))
    assert words == ["bossac", "--port=COM3", "-U", "-i", "-e", "-w", "a b.bin", "-R"]


def test_bossac_is_found_where_people_have_it(tmp_path: Path) -> None:
    def put(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o755)
        return path

    program = "bossac.exe" if os.name == "nt" else "bossac"
    with pytest.raises(HostError, match=r"bossac is not installed: .*tool-bossac-nordicnrf52"):
        find_bossac(None, {"PATH": ""}, tmp_path)
    arduino = put(tmp_path / ".arduino15/packages/arduino/tools/bossac/1.9.1-arduino2" / program)
    assert find_bossac(None, {"PATH": ""}, tmp_path) == arduino
    pio = put(tmp_path / ".platformio/packages/tool-bossac-nordicnrf52" / program)
    assert find_bossac(None, {"PATH": ""}, tmp_path) == pio
    own = put(tmp_path / "core/packages/tool-bossac-nordicnrf52" / program)
    core = {"PATH": "", "PLATFORMIO_CORE_DIR": str(tmp_path / "core")}
    assert find_bossac(None, core, tmp_path) == own
    with pytest.raises(HostError, match="is no program"):
        find_bossac(tmp_path / "nowhere", {}, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.bin", b"", "too short"),
        ("a.elf", b"\x7fELF" + bytes(100), "give the .bin"),
        ("a.bin", struct.pack("<II", 0x12345678, 0x10101) + bytes(100), "stack"),
        ("a.bin", struct.pack("<II", 0x20040000, 0x101) + bytes(100), "start at 0x101"),
        ("a.bin", IMAGE + bytes(1 << 20), "983,040 fit"),
    ],
)
def test_what_is_no_firmware_is_refused_before_a_board_is_touched(
    tmp_path: Path,
    bossac: Path,
    name: str,
    content: bytes,
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    desk = Desk([NANO])
    assert run(desk, str(path), "--bossac", str(bossac)) == 2
    assert why in capsys.readouterr().err and desk.touched == []
