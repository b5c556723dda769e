"""What is said before and after an upload, whole; what an image may be; how the touch is done and awaited."""

from __future__ import annotations

import itertools
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError, run_main
from host.flash import __main__ as flash
from host.flash import bossac, touch
from host.flash.advice import advice, after_failure
from host.flash.image import read_image
from host.flash.touch import Machine, boards_to_flash, bootloader_of
from host.ports.choose import ARDUINO, ListedPort
from tests.bars import Bars
from tests.flash.test_flash import BOOTLOADER, IMAGE, NANO, SECOND, Desk
from tests.goldens import check_golden

OPENMV = ListedPort("/dev/ttyACM3", ARDUINO, 0x015A, "GHI")
OTHER = ListedPort("/dev/ttyS0", 0, 0, "")


def test_every_advice() -> None:
    lines = []
    for ports in ([], [OTHER], [NANO], [BOOTLOADER], [OPENMV], [NANO, SECOND, OTHER]):
        lines += [str([port.path for port in ports]), f"  failed: {after_failure(ports)}"]
        for wanted, holders, runs in itertools.product(
            ("", "/dev/ttyACM0", "/dev/ttyS0"), ([], ["ModemManager (5)", "screen (7)"]), (False, True)
        ):  # fmt: skip
            held = {port.path: holders for port in ports}
            found = advice(ports, held, wanted, runs)
            lines += [f"  {wanted} {holders} {runs}: {each.stops} {each.text}" for each in found]
        assert advice(ports, {}) == advice(ports, {}, "", False)
    check_golden("flash_advice", "\n".join(lines))


RAM, SIZE = 0x20000000, 64


@pytest.mark.parametrize(
    ("stack", "start", "size", "good"),
    [
        (RAM + 4, 0x10001, SIZE, True),
        (RAM + 0x40000, 0x10001, SIZE, True),
        (RAM, 0x10001, SIZE, False),
        (RAM + 0x40001, 0x10001, SIZE, False),
        (RAM + 4, 0x10000, SIZE, False),  # no Thumb bit
        (RAM + 4, 0x10002, SIZE, False),
        (RAM + 4, 0xFFFF, SIZE, False),
        (RAM + 4, 0x10000 + SIZE - 1, SIZE, True),
        (RAM + 4, 0x10000 + SIZE + 1, SIZE, False),
        (RAM + 4, 0x10000 + SIZE + 1, SIZE + 1, False),
        (RAM + 4, 0x10000 + SIZE + 1, SIZE + 2, True),
        (RAM + 4, 0x10001, SIZE - 1, False),
        (RAM + 4, 0x10001, 983_040, True),
        (RAM + 4, 0x10001, 983_041, False),
    ],
)
def test_an_image_is_an_application(
    stack: int, start: int, size: int, good: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(struct.pack("<II", stack, start).ljust(size, b"\0"))
    if good:
        assert len(read_image(path)) == size
    else:
        with pytest.raises(HostError):
            read_image(path)


@pytest.mark.parametrize(
    ("place", "handler", "good"),
    [(2, 0, True), (2, 0x10001, True), (63, 0x103FF, True), (64, 0x10401, True),
     (63, 0x10401, False), (3, 0x10002, False), (15, 0xFFFF, False)],
)  # fmt: skip
def test_a_cut_off_image_has_handlers_outside(
    place: int, handler: int, good: bool, tmp_path: Path
) -> None:
    table = [RAM + 0x1000, 0x10001, *[0] * 254]
    table[place] = handler
    path = tmp_path / "a.bin"
    path.write_bytes(struct.pack(f"<{len(table)}I", *table))
    if good:
        assert read_image(path)
    else:
        with pytest.raises(HostError, match="which is not inside it: is it cut off"):
            read_image(path)


def test_a_pipe_is_no_image(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.bin")
    with pytest.raises(HostError, match=r"no regular file(:|;) give a file"):
        read_image(tmp_path / "a.bin")


@pytest.mark.parametrize(
    ("size", "what"),
    [(64 << 20, "has 67,108,864 bytes"), ((64 << 20) + 1, "at most 64 are read; pio run writes")],
)
def test_a_file_is_read_up_to_64_mb(size: int, what: str, tmp_path: Path) -> None:
    """An .elf with its debug information is named as one; a disk's image is not read."""
    with (tmp_path / "a.bin").open("wb") as file:
        file.truncate(size)
    with pytest.raises(HostError, match=what):
        read_image(tmp_path / "a.bin")


def test_an_absent_image_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"a\.bin: No such file .*; pio run writes \.pio/build"):
        read_image(tmp_path / "a.bin")


@pytest.mark.parametrize("name", ["a.hex", "a.UF2", "a.elf"])
def test_other_kinds_of_files_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(IMAGE)
    with pytest.raises(HostError, match="no plain image of the flash"):
        read_image(tmp_path / name)
    (tmp_path / "b.bin").write_bytes(b"\x7fELF" + IMAGE[4:])
    with pytest.raises(HostError, match="no plain image of the flash"):
        read_image(tmp_path / "b.bin")


def test_the_touch_is_1200_baud_and_a_line_that_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    class Port:
        dtr = True

        def __init__(self, path: str, baud: int, timeout: float) -> None:
            done.append((path, baud, timeout))

        def __enter__(self) -> Port:
            return self

        def __exit__(self, *_: object) -> None:
            done.append(self.dtr)

    monkeypatch.setattr("serial.Serial", Port)
    touch.touch_port("COM3")
    assert done == [("COM3", 1200, 0), False]


class Steps:
    """A clock that waiting alone moves, and ports by how often they were looked for."""

    def __init__(self, *listings: list[ListedPort]) -> None:
        self.now, self.waits, self.touched = 0.0, list[float](), list[str]()
        self._listings = list(listings)

    def listed(self) -> list[ListedPort]:
        return self._listings.pop(0) if len(self._listings) > 1 else self._listings[0]

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def machine(self) -> Machine:
        return Machine(self.listed, self.touched.append, lambda: self.now, self.wait)


def test_a_bootloader_that_was_there_is_not_the_one_that_is_awaited() -> None:
    there = ListedPort("/dev/old", ARDUINO, 0x005A, "old")
    new = ListedPort("/dev/new", ARDUINO, 0x005A, "other")
    same = ListedPort("/dev/same", ARDUINO, 0x005A, NANO.serial_number)
    steps = Steps([NANO, there], [there], [there, new])
    assert bootloader_of(NANO, steps.machine()) == "/dev/new"
    assert steps.waits == [0.25, 0.25] and steps.touched == [NANO.path]
    assert bootloader_of(NANO, Steps([NANO, there], [there, new, same]).machine()) == "/dev/same"
    never = Steps([there])
    with pytest.raises(HostError, match="within 10 s"):
        bootloader_of(NANO, never.machine())
    assert never.waits == [0.25] * 40


def test_which_boards_are_meant() -> None:
    ports = [OTHER, NANO, BOOTLOADER, OPENMV]
    assert boards_to_flash(ports, None) == [NANO, BOOTLOADER]
    assert boards_to_flash(ports, OPENMV.path) == [OPENMV]
    assert boards_to_flash(ports, "COM9") == []


def test_all_that_is_said_of_two_boards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flash, "modem_manager_runs", lambda: True)
    monkeypatch.setattr(flash, "programs_holding", lambda path: [])
    Path("a.bin").write_bytes(IMAGE)
    Path("bossac").touch(0o755)
    put: list[object] = []
    bars = Bars()
    monkeypatch.setattr(flash, "share_bars", lambda: bars)

    def write(program: Path, port: str, image: Path, progress: Any) -> None:
        progress(0.5)
        put.append((program.name, port, image.name))
        if len(put) == 2:
            raise HostError("bossac failed (why)")

    desk = Desk([NANO, SECOND])
    words = ["a.bin", "--all", "--bossac", "bossac"]
    assert run_main(lambda: flash.main(words, desk.machine(), write)) == 2
    assert put == [("bossac", "/dev/ttyACM70", "a.bin"), ("bossac", "/dev/ttyACM71", "a.bin")]
    assert bars.shares == {"a.bin -> /dev/ttyACM70": [0.5], "a.bin -> /dev/ttyACM71": [0.5]}
    printed = capsys.readouterr().err.splitlines()
    assert printed == [
        "a.bin: 1,008 bytes",
        "note: ModemManager runs: if the upload fails, `sudo systemctl stop ModemManager`",
        "board 1 of 2 at /dev/ttyACM0: restarting into its bootloader",
        "/dev/ttyACM70: written; the board starts the firmware",
        "board 2 of 2 at /dev/ttyACM1: restarting into its bootloader",
        "error: bossac failed (why): " + after_failure([p for p in desk.listed()]),
    ]  # fmt: skip


def test_of_a_failed_program_the_last_lines_are_shown(tmp_path: Path) -> None:
    program = tmp_path / "bossac"
    program.write_text(
        "#!/bin/sh\nfor n in 1 2 3 4 5 6; do echo line $n; done\nprintf '\\r  150%% end'\nexit 3\n"
    )
    program.chmod(0o755)
    shares: list[float] = []
    with pytest.raises(HostError) as failed:
        bossac.write(program, "COM3", tmp_path / "a.bin", shares.append)
    assert failed.value.what == "bossac failed (line 3 / line 4 / line 5 / line 6 / 150% end)"
    assert shares == [1.0] and not failed.value.remedy
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(HostError, match=r"bossac failed \(exit code 3\)"):
        bossac.write(program, "COM3", tmp_path / "a.bin", shares.append)


@pytest.mark.parametrize(("word", "in_path", "hint"),
                         [("Unknown", True, True), ("Unknown", False, False), ("other", True, False)])  # fmt: skip
def test_a_bossac_of_the_system_may_be_too_old(
    word: str, in_path: bool, hint: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bossac"
    program.write_text(f"#!/bin/sh\necho {word} chip\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"/bin:{tmp_path}" if in_path else "/bin")
    with pytest.raises(HostError) as failed:
        bossac.write(program, "COM3", tmp_path / "a.bin", lambda share: None)
    assert ("may not know this chip" in (failed.value.remedy or "")) == hint


def test_the_newest_of_arduinos_and_the_systems_own(tmp_path: Path) -> None:
    def put(place: str) -> Path:
        path = tmp_path / place / "bossac"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o755)
        path.chmod(0o755)
        return path

    own = put("bin")
    environment = {"PATH": str(tmp_path / "bin"), "LOCALAPPDATA": str(tmp_path / "local")}
    assert bossac.find_bossac(None, environment, tmp_path) == own
    for place in ("local/Arduino15", "Library/Arduino15", ".arduino15"):  # the later, the sooner
        tools = f"{place}/packages/arduino/tools/bossac"
        old, new = put(f"{tools}/1.9.1-arduino1"), put(f"{tools}/1.9.1-arduino2")
        put(f"{tools}/2.0")
        assert bossac.find_bossac(None, environment, tmp_path) == new
        new.unlink()
        assert bossac.find_bossac(None, environment, tmp_path) == old
    assert bossac.find_bossac(own, {}, tmp_path) == own
    away = put("AppData/Local/Arduino15/packages/arduino/tools/bossac/1.9.1-arduino3")
    for place in (".arduino15", "Library/Arduino15"):
        for path in (tmp_path / place).rglob("bossac"):
            if path.is_file():
                path.unlink()
    assert bossac.find_bossac(None, {"PATH": ""}, tmp_path) == away
