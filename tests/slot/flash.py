"""The firmware's slot code on this PC, over a simulated flash whose power can be cut."""

from __future__ import annotations

import ctypes
import enum
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.link.messages import SLOT_CHUNK_BYTES, Status
from tests.native import FIRMWARE, compile_shared
from tools.flash_layout import slots_start

SOURCE = FIRMWARE / "src"
SOURCES = [
    Path(__file__).parent / "flash.c",
    SOURCE / "slot" / "slot.c",
    SOURCE / "slot" / "journal.c",
    SOURCE / "crc32.c",
]
WORD = ctypes.c_uint32
UNCUT = 0xFFFFFFFE
FIRMWARE_END, SLOTS_START, FLASH_END = 0x50000, slots_start(SOURCE / "slot" / "places.h"), 0x100000
PAGE_BYTES = 4096


class Cut(enum.IntEnum):
    """What the operation during which the power fails leaves."""

    BEFORE = 0  # undone
    AMID = 1  # some of its bits changed
    BEHIND = 2  # done


class Transfer(ctypes.Structure):
    """struct slot_transfer of slot.h."""

    _fields_ = (("slot", WORD), ("bytes", WORD), ("crc", WORD), ("held", WORD))


class SlotsStruct(ctypes.Structure):
    """struct slots of slot.h."""

    _fields_ = (
        ("room", WORD),
        ("journal", WORD),
        ("active", WORD),
        ("active_bytes", WORD),
        ("transfer", Transfer),
    )


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The compiled slot code."""
    made = ctypes.CDLL(str(compile_shared("slot", SOURCES)))
    made.flash_bytes.restype = ctypes.c_void_p
    made.flash_power.argtypes = [WORD, ctypes.c_int, ctypes.c_uint64]
    slots = ctypes.POINTER(SlotsStruct)
    made.slots_start.argtypes = [slots, WORD, WORD]
    made.slot_erase.argtypes = made.slot_verify.argtypes = made.slot_is_done.argtypes = [
        slots,
        WORD,
    ]
    made.slot_is_done.restype = ctypes.c_bool
    made.slot_begin.argtypes = made.slot_select.argtypes = [slots, WORD, WORD]
    made.slot_write.argtypes = [slots, WORD, ctypes.c_char_p, ctypes.c_size_t]
    assert made.slots_size() == ctypes.sizeof(SlotsStruct)
    return made


def flash() -> NDArray[np.uint8]:
    """The simulated flash itself, uint8[1 MB]."""
    address = library().flash_bytes()
    return np.ctypeslib.as_array((ctypes.c_uint8 * 0x100000).from_address(address))


def power(operations: int = UNCUT, cut: Cut = Cut.BEFORE, seed: int = 1) -> None:
    """The power lasts for so many flash operations from now on."""
    library().flash_power(operations, cut, seed)


def operations() -> int:
    """Flash operations since power()."""
    return int(library().flash_operations())


class Slots:
    """The firmware's slots after a start."""

    def __init__(self, firmware_end: int = FIRMWARE_END, flash_end: int = FLASH_END) -> None:
        self.state = SlotsStruct()
        library().slots_start(ctypes.byref(self.state), firmware_end, flash_end)

    def begin(self, blob: bytes) -> Status:
        """SlotBegin."""
        code = library().slot_begin(ctypes.byref(self.state), len(blob), zlib.crc32(blob))
        return Status(code)

    def write(self, offset: int, piece: bytes) -> Status:
        """SlotWrite."""
        code = library().slot_write(ctypes.byref(self.state), offset, piece, len(piece))
        return Status(code)

    def verify(self, blob: bytes) -> Status:
        """The first half of SlotCommit."""
        return Status(library().slot_verify(ctypes.byref(self.state), zlib.crc32(blob)))

    def select(self, slot: int, size: int) -> Status:
        """The second half of SlotCommit."""
        return Status(library().slot_select(ctypes.byref(self.state), slot, size))

    def erase(self, slot: int) -> Status:
        """SlotErase."""
        return Status(library().slot_erase(ctypes.byref(self.state), slot))

    def is_done(self, blob: bytes) -> bool:
        """Whether a SlotCommit of this model comes again."""
        return bool(library().slot_is_done(ctypes.byref(self.state), zlib.crc32(blob)))

    @property
    def held(self) -> int:
        """Bytes of the model on its way."""
        return int(self.state.transfer.held)

    def send(self, blob: bytes) -> None:
        """All pieces from where the board stands."""
        for offset in range(self.held, len(blob), SLOT_CHUNK_BYTES):
            assert self.write(offset, blob[offset : offset + SLOT_CHUNK_BYTES]) == Status.OK

    def deploy(self, blob: bytes) -> Status:
        """The whole way of a model; OK when it is in use."""
        assert self.begin(blob) == Status.OK
        self.send(blob)
        status = self.verify(blob)
        if status != Status.OK:
            return status
        return self.select(int(self.state.transfer.slot), len(blob))

    def model(self) -> bytes:
        """The bytes of the model in use; empty for the built-in one."""
        at = SLOTS_START + (self.state.active - 1) * self.state.room
        return flash()[at : at + self.state.active_bytes].tobytes() if self.state.active else b""
