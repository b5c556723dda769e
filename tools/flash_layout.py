"""Whether a linked firmware leaves the model slots alone: its end in flash against firmware/src/slot/places.h."""

from __future__ import annotations

import re
from pathlib import Path

from elftools.elf.elffile import ELFFile

FLASH_BYTES = 0x100000  # of the nRF52840


def slots_start(places: Path) -> int:
    """SLOTS_START of places.h, an address."""
    found = re.search(r"\bSLOTS_START = (0x[0-9A-Fa-f]+)", places.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{places} declares no SLOTS_START")
    return int(found[1], 16)


def image_end(elf: Path) -> int:
    """The first address behind what an ELF puts into flash, the initial values of its variables included."""
    with elf.open("rb") as stream:
        segments = [s for s in ELFFile(stream).iter_segments("PT_LOAD") if s["p_filesz"]]
        ends = [s["p_paddr"] + s["p_filesz"] for s in segments if s["p_paddr"] < FLASH_BYTES]
    return int(max(ends))


def collision(elf: Path, places: Path) -> str:
    """One line that says by how much they meet and what to do; empty when they do not."""
    end, start = image_end(elf), slots_start(places)
    if end <= start:
        return ""
    return (
        f"the firmware ends at {end:#x}, {end - start} bytes inside the model slots that begin at {start:#x}: "
        "host.deploy would be refused. Choose a smaller custom_model in platformio.ini, or move SLOTS_START "
        "in firmware/src/slot/places.h"
    )
