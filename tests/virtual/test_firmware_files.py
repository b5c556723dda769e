"""Loading firmware, and the committed probes."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import intelhex
import pytest
from elftools.elf.elffile import ELFFile

from host.base.errors import HostError
from host.virtual.board import VirtualBoard
from host.virtual.image import read_image
from host.virtual.registers import SP
from host.virtual.scene import Noise
from tests.conftest import unavailable
from tests.virtual.build_probes import PROBES, build, compiler_version

BUILT_WITH = "12.2.1"


def loaded(elf: Path) -> list[tuple[int, bytes]]:
    """Addresses and bytes of what is loaded."""
    with elf.open("rb") as file:
        image = ELFFile(file)
        return [(s["p_paddr"], s.data()) for s in image.iter_segments("PT_LOAD")]


def test_committed_probes_are_what_their_sources_give(tmp_path: Path) -> None:
    if compiler_version() != BUILT_WITH:
        unavailable(f"arm-none-eabi-gcc {BUILT_WITH} is not here")
    build(tmp_path / "probes.elf")
    assert loaded(tmp_path / "probes.elf") == loaded(PROBES), (
        "run python -m tests.virtual.build_probes"
    )


def a_program(start: int, words: tuple[int, ...] = ()) -> bytes:
    """A vector table for an image at `start`, and an endless loop behind it."""
    table = struct.pack("<2I", 0x20040000, start + 0x41).ljust(0x40, b"\0")
    return table + b"\xfe\xe7" + b"".join(word.to_bytes(4, "little") for word in words)


def intel_hex(*parts: tuple[int, bytes]) -> str:
    """As a build writes it: 16 bytes a record."""
    image = intelhex.IntelHex()
    for address, data in parts:
        image.puts(address, data.decode("latin-1"))
    text = io.StringIO()
    image.write_hex_file(text)
    return text.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "at", "words"),
    [
        (
            "firmware.elf",
            b"",
            None,
            "not a firmware that runs here; give an .elf, a .hex, or a .bin",
        ),
        ("firmware.elf", b"hello" * 100, None, "not a firmware that runs here"),
        ("firmware.elf", b"\x7fELF" + bytes(100), None, "damaged ELF file: .*; build it again"),
        ("firmware.hex", b":00", None, "damaged Intel HEX file: .*; build it again"),
        ("firmware.hex", intel_hex((0, a_program(0))).encode()[:-12], None, "no last record"),
        ("firmware.BIN", a_program(0), None, "does not say where it lies"),
        ("firmware.bin", a_program(0), None, "does not say where it lies; give --at 0x10000"),
        ("firmware.bin", b"", 0, "nothing in it goes into flash"),
        ("firmware.bin", a_program(0)[4:], 0, "no vector table at 0x0"),
        ("firmware.bin", bytes(100), 0, r"no vector table at 0x0 \(stack 0x0, entry 0x0\)"),
        ("firmware.bin", a_program(0), 0xFFFC0, "does not fit in flash at 0xfffc0; give another"),
        ("firmware.hex", intel_hex((0, a_program(0))).encode(), 0, "--at is for .bin files"),
        ("firmware.hex", intel_hex((0xFFFF0, bytes(32))).encode(), None, "reaches to 0x100010"),
    ],
)
def test_what_is_no_firmware_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, at: int | None, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(HostError, match=words) as refusal:
        read_image(path, at)
    assert "\n" not in str(refusal.value)


def test_a_missing_firmware_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot read .*nowhere.elf: No such file"):
        read_image(tmp_path / "nowhere.elf")


def test_a_pipe_is_no_firmware(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.bin")
    with pytest.raises(HostError, match="no regular file"):
        read_image(tmp_path / "a.bin", 0)


@pytest.mark.parametrize("front", [b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_what_editors_put_in_front_of_a_hex_does_not_matter(tmp_path: Path, front: bytes) -> None:
    path = tmp_path / "a.HEX"
    path.write_bytes(front + intel_hex((0, a_program(0))).lower().encode())
    assert read_image(path).start == 0


def test_a_program_of_this_computer_is_refused(tmp_path: Path) -> None:
    header = bytearray(PROBES.read_bytes())
    header[18] = 62  # e_machine: x86-64
    path = tmp_path / "pc.elf"
    path.write_bytes(header)
    with pytest.raises(HostError, match="not an ARM firmware"):
        read_image(path)


@pytest.mark.parametrize("start", [0, 0x1000, 0x10000])
@pytest.mark.parametrize("kind", ["bin", "hex"])
def test_it_starts_where_the_image_lies(tmp_path: Path, start: int, kind: str) -> None:
    path = tmp_path / f"firmware.{kind}"
    program = a_program(start)
    path.write_bytes(program if kind == "bin" else intel_hex((start, program)).encode())
    board = VirtualBoard(read_image(path, start if kind == "bin" else None), Noise(1))
    board.run(100)
    assert board.cpu.program_counter() & ~1 == start + 0x40
    assert board.bus.read(0xE000ED08, 4) == start, "VTOR"
    assert board.cpu.read(SP) == [0x20040000]
    assert board.has_bootloader == (start > 0)
    board.reset()
    board.run(100)
    assert board.cpu.program_counter() & ~1 == start + 0x40


def test_a_hex_file_brings_its_own_uicr(tmp_path: Path) -> None:
    path = tmp_path / "firmware.hex"
    path.write_text(intel_hex((0, a_program(0)), (0x10001200, bytes([9, 0, 0, 0]))))
    board = VirtualBoard(path, Noise(1))
    assert board.bus.read(0x10001200, 4) == 9
    assert board.bus.read(0x10001204, 4) == 0xFFFFFFFF


def test_a_bootloader_leaves_its_reset_pin_and_a_receiving_uart() -> None:
    """ArduinoCore-mbed's initVariant stops UARTE0 and waits for RXTO, which never comes from one that is off."""
    board = VirtualBoard(PROBES, Noise(1))
    assert [board.bus.read(0x10001200 + place, 4) for place in (0, 4)] == [18, 18]
    assert board.bus.read(0x40002500, 4) == 8
    board.run(10_000)
    board.bus.write(0x40002004, 4, 1)  # STOPRX
    board.run(100_000)
    assert board.bus.read(0x40002144, 4) == 1, "RXTO"


@pytest.mark.parametrize("start", [0x1000, 0x10000])
def test_a_null_pointer_reads_the_bootloaders_stack(tmp_path: Path, start: int) -> None:
    """mbed OS starts its power driver with one, and the two low bits there switch the DC/DC converters."""
    path = tmp_path / "firmware.bin"
    path.write_bytes(a_program(start))
    board = VirtualBoard(read_image(path, start), Noise(1))
    assert board.memory.read(0, 4) == bytes.fromhex("00000420")
    board.reflash(PROBES)
    assert board.memory.read(0, 4) == bytes.fromhex("00000420")


def test_a_model_is_laid_over_our_own_one_alone() -> None:
    board = VirtualBoard(PROBES, Noise(1), say=lambda line: None)
    with pytest.raises(HostError, match=r"no model of ours lies last in it; use host\.deploy"):
        board.load_model(b"model")
