"""A firmware file, looked at before a board is touched: is it an application for this chip?"""

from __future__ import annotations

import struct
from pathlib import Path

from host.base.boards import APPLICATION_BYTES, RAM_BYTES
from host.base.errors import HostError
from host.base.regular_files import UnreadableError, read_file

# where the bootloader starts it: firmware/platform, and Arduino's linker script
APPLICATION = 0x10000
RAM = 0x20000000
VECTORS = 16 + 48  # of the core and of the nRF52840's peripherals
MOST_FILE_BYTES = 64 << 20
BUILT = "pio run writes .pio/build/nano33ble/firmware.bin"


def read_image(path: Path) -> bytes:
    """The bytes of a .bin. Raises HostError for what no Nano 33 BLE could start."""
    try:
        data = read_file(path, MOST_FILE_BYTES)
    except UnreadableError as error:
        raise HostError(error.what, error.remedy or BUILT) from error
    if data[:4] == b"\x7fELF" or path.suffix.lower() in (".hex", ".uf2", ".elf"):
        raise HostError(f"{path} is no plain image of the flash", f"give the .bin: {BUILT}")
    if len(data) > APPLICATION_BYTES:
        raise HostError(
            f"{path} has {len(data):,} bytes", f"{APPLICATION_BYTES:,} fit: is it firmware?"
        )
    why = _no_application(data)
    if why:
        raise HostError(f"{path} is no application for the Nano 33 BLE: {why}", BUILT)
    return data


def _no_application(data: bytes) -> str:
    """Of the first words of a Cortex-M's image: its stack, and where it starts (ARMv7-M ARM, B1.5.3)."""
    if len(data) < 64:
        return "it is too short"
    stack, start = struct.unpack_from("<II", data)
    if not RAM < stack <= RAM + RAM_BYTES:
        return f"its stack would be at {stack:#x}, the RAM ends at {RAM + RAM_BYTES:#x}"
    inside = range(APPLICATION + 1, APPLICATION + len(data), 2)  # odd: it is Thumb code
    if start not in inside:
        return f"it would start at {start:#x}, which is not inside it"
    for vector in struct.unpack_from(f"<{min(VECTORS, len(data) // 4)}I", data)[2:]:
        if vector and vector not in inside:
            return f"it has a handler at {vector:#x}, which is not inside it: is it cut off?"
    return ""
