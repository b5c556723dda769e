"""Loading firmware, and the committed probes."""

from __future__ import annotations

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from host.base.errors import HostError
from host.virtual.memory import Memory, load_firmware
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


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "not an ELF file"), (b"hello" * 100, "not an ELF file")]
)
def test_what_is_no_firmware_is_refused_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "firmware.elf"
    path.write_bytes(content)
    with pytest.raises(HostError, match=words):
        load_firmware(Memory(), path)


def test_a_missing_firmware_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"nowhere.elf: cannot read"):
        load_firmware(Memory(), tmp_path / "nowhere.elf")


def test_a_program_of_this_computer_is_refused(tmp_path: Path) -> None:
    header = bytearray(PROBES.read_bytes())
    header[18] = 62  # e_machine: x86-64
    path = tmp_path / "pc.elf"
    path.write_bytes(header)
    with pytest.raises(HostError, match="not an ARM firmware"):
        load_firmware(Memory(), path)
