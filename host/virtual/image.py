"""Reads a firmware file into flash: ELF, Intel HEX, or raw bytes with an address. Says where the CPU starts.

The start is the image's lowest address in flash, where its vector table lies: 0x0 for a program that owns the chip,
0x10000 for one that Arduino's bootloader starts.
"""

from __future__ import annotations

import functools
import io
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import intelhex
import numpy as np
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.regular_files import read_file
from host.virtual import words
from host.virtual.memory import APPLICATION_START, Memory

UICR_START, UICR_END = 0x10001000, 0x10002000
BOOTLOADER_STACK = struct.pack("<I", words.RAM_START + words.RAM_BYTES)
HEX_END = b":00000001FF"  # Intel, Hexadecimal Object File Format Specification, end of file record
MOST_FILE_BYTES = 256 << 20  # an .elf has its symbols, too
KINDS = "an .elf, a .hex, or a .bin with its address"


@dataclass(frozen=True)
class Image:
    """What a firmware file holds. parts: address -> bytes, in flash; symbols: name -> address, bytes."""

    path: Path
    parts: dict[int, bytes]
    symbols: dict[str, tuple[int, int]] = field(default_factory=dict)
    uicr: dict[int, int] = field(default_factory=dict)  # words, by offset

    @property
    def start(self) -> int:
        """Address of the vector table."""
        return min(self.parts)

    def write(self, memory: Memory) -> None:
        """Erases flash and writes the image.

        Below one that a bootloader starts lies that one's vector table, whose first word is its stack's top, on a
        multiple of 4 (ARM DDI 0403, B1.4.7 and B1.5.3). Programs read it: mbed OS calls nrfx_power_init(NULL)
        (USBPhy_Nordic.cpp) and takes bit 0 there for DCDCEN, so that its boards start with the linear regulator.
        """
        memory.flash[:] = 0xFF
        if self.start > 0:
            memory.flash[:4] = np.frombuffer(BOOTLOADER_STACK, np.uint8)
        for address, data in self.parts.items():
            memory.flash[address : address + len(data)] = np.frombuffer(data, np.uint8)


def read_image(path: Path, at: int | None = None) -> Image:
    """The image in a file. at: where a .bin lies. Raises HostError in one line."""
    content = read_file(path, MOST_FILE_BYTES)
    suffix = path.suffix.lower()
    if content.startswith(b"\x7fELF"):
        image = _read_elf(path, content)
    elif suffix == ".hex" or content.startswith(b":"):
        image = _read_hex(path, content)
    elif suffix == ".bin":
        image = Image(path, {_address_of_bin(path, at): content} if content else {})
    else:
        raise HostError(f"{path}: not a firmware that runs here", f"give {KINDS}")
    if at is not None and suffix != ".bin":
        raise HostError(f"{path}: says itself where it lies; --at is for .bin files")
    _check(image)
    return image


def _address_of_bin(path: Path, at: int | None) -> int:
    if at is None:
        raise HostError(
            f"{path}: a .bin does not say where it lies",
            f"give --at {APPLICATION_START:#x} (behind Arduino's bootloader) or --at 0x0",
        )
    return at


def _read_elf(path: Path, content: bytes) -> Image:
    try:
        read = _elf_contents(content)
    except ELFError as error:
        raise HostError(f"{path}: damaged ELF file: {error}", "build it again") from error
    if read is None:
        raise HostError(f"{path}: not an ARM firmware", f"give {KINDS}")
    parts, symbols = dict(read[0]), dict(read[1])
    return Image(path, _flash_parts(path, parts), symbols, _uicr(parts))


@functools.lru_cache(maxsize=4)  # many boards of a process run one firmware
def _elf_contents(
    content: bytes,
) -> tuple[dict[int, bytes], dict[str, tuple[int, int]]] | None:
    """What is loaded, by address, and the symbols; None when it is for another processor. Raises ELFError."""
    elf = ELFFile(io.BytesIO(content))
    if elf["e_machine"] != "EM_ARM":
        return None
    segments = [(s["p_paddr"], s.data()) for s in elf.iter_segments("PT_LOAD")]
    return {address: data for address, data in segments if data}, _symbols(elf)


def _symbols(elf: Any) -> dict[str, tuple[int, int]]:
    table = elf.get_section_by_name(".symtab")
    if table is None:
        return {}
    named = ((symbol.name, symbol) for symbol in table.iter_symbols() if symbol.name)
    return {
        name: (symbol["st_value"] & ~1, symbol["st_size"])
        for name, symbol in named
        if name[0] != "$" and symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE")
    }


def _read_hex(path: Path, content: bytes) -> Image:
    if content.strip() and HEX_END not in content.upper():
        raise HostError(
            f"{path}: damaged Intel HEX file: it has no last record (:00000001FF), it was cut off",
            "build it again",
        )
    try:
        records = intelhex.IntelHex(io.StringIO(content.decode("utf-8-sig")))
    except (intelhex.IntelHexError, UnicodeDecodeError) as error:
        raise HostError(f"{path}: damaged Intel HEX file: {error}", "build it again") from error
    parts = {first: records.tobinstr(start=first, end=end - 1) for first, end in records.segments()}
    return Image(path, _flash_parts(path, parts), uicr=_uicr(parts))


def _flash_parts(path: Path, parts: dict[int, bytes]) -> dict[int, bytes]:
    """Those in flash; RAM is the program's to fill, UICR apart."""
    found = {}
    for address, data in parts.items():
        if address >= words.RAM_START or UICR_START <= address < UICR_END:
            continue
        if address + len(data) > words.FLASH_BYTES:
            end = address + len(data)
            raise HostError(
                f"{path}: reaches to {end:#x}; the flash ends at {words.FLASH_BYTES:#x}"
            )
        found[address] = data
    return found


def _uicr(parts: dict[int, bytes]) -> dict[int, int]:
    words = {}
    for address, data in parts.items():
        if UICR_START <= address < UICR_END:
            for place in range(0, len(data) - 3, 4):
                words[address - UICR_START + place] = struct.unpack_from("<I", data, place)[0]
    return words


def _check(image: Image) -> None:
    """A vector table begins with the stack's top, in RAM, and the address of code in flash."""
    if not image.parts:
        raise HostError(f"{image.path}: nothing in it goes into flash", f"give {KINDS}")
    start = image.start
    if start + len(image.parts[start]) > words.FLASH_BYTES or start & 0xFF:
        raise HostError(f"{image.path}: does not fit in flash at {start:#x}", "give another --at")
    first = image.parts[start][:8].ljust(8, b"\0")
    stack, entry = struct.unpack("<II", first)
    in_ram = words.RAM_START < stack <= words.RAM_START + words.RAM_BYTES
    if not in_ram or not entry & 1 or not start <= entry < words.FLASH_BYTES:
        raise HostError(
            f"{image.path}: no vector table at {start:#x} (stack {stack:#x}, entry {entry:#x}); "
            "is it an nRF52840's, and its address right?"
        )


def lay_model(image: Image, flash: NDArray[np.uint8], blob: bytes) -> tuple[int, int]:
    """Lays a packed model over the built-in one of `image`; from where to where in flash it may lie (end excluded).

    Raises HostError when the built-in one does not come last, or the blob is too long.
    """
    start, end = image.symbols.get("default_model", (0, 0))[0], len(flash)
    if not start or any(address > start for address in image.parts):
        raise HostError(f"{image.path}: no model of ours lies last in it", "use host.deploy")
    if len(blob) > end - start:
        raise HostError(f"the model has {len(blob)} bytes; behind the firmware are {end - start}")
    flash[start:] = 0xFF
    flash[start : start + len(blob)] = np.frombuffer(blob, np.uint8)
    return start, end
