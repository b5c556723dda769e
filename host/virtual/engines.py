"""Unicorn engines over one memory: which hooks each flavour has, and where its devices lie.

*fast*: an access to a device is exact to the instruction where the block tells which one it is, or a hook (sites.py);
else to the block. *exact*: always to the instruction, for blocks that are new and for pins polled from places unknown;
slower, as every access of memory leaves the translated code.
*profile*: exact, and every data access is counted.
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unicorn.unicorn_const import (
    UC_HOOK_BLOCK,
    UC_HOOK_CODE,
    UC_HOOK_INTR,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_UNMAPPED,
    UC_HOOK_MEM_WRITE,
    UC_HOOK_MEM_WRITE_PROT,
    UC_PROT_ALL,
    UC_PROT_EXEC,
    UC_PROT_READ,
)

from host.virtual import words
from host.virtual.engine import UcError, library, new_engine
from host.virtual.hook_ranges import Range
from host.virtual.memory import Memory
from host.virtual.native import callbacks
from host.virtual.native.compiled import Hook

FIRST_PERIPHERAL = 0x40000000
REGION_BYTES = {0x40000000: 0x70000, 0x50000000: 0x1000, 0xE0000000: 0x1000, 0xE0001000: 0x1000}
REGION_BYTES |= {0xE0002000: 0xC000, 0xE000E000: 0x1000, 0xE000F000: 0xF1000, 0x10000000: 0x2000}
NATIVE_READS = {
    0x40000000: callbacks.device_read,
    0x50000000: callbacks.gpio_read,
    0xE0001000: callbacks.dwt_read,
    0xE000E000: callbacks.system_read,
}
NATIVE_WRITES = {0x40000000: callbacks.device_write, 0xE000E000: callbacks.system_write}
_READ = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
_WRITE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p
)


class Flavour(enum.Enum):
    """How closely an engine watches."""

    FAST = "fast"
    EXACT = "exact"
    PROFILE = "profile"


@dataclass(frozen=True)
class Calls:
    """What accesses call that no compiled hook serves. They raise nothing. Addresses are absolute.

    flash_write: a store to flash; whether it is let through. unmapped: an access outside the memory map.
    """

    read: Callable[[int, int], int]
    write: Callable[[int, int, int], None]
    flash_write: Callable[[int, int, int], bool]
    unmapped: Callable[[int], None]


class Engines:
    """One engine for each flavour, made when it is first wanted."""

    def __init__(self, memory: Memory, calls: Calls) -> None:
        self._memory, self._calls = memory, calls
        self._engines: dict[Flavour, Any] = {}
        self._keep: list[object] = []
        self._site_hooks: list[ctypes.c_size_t] = []
        self._places: list[Range] = []  # what they cover

    def get(self, flavour: Flavour) -> Any:
        """The engine of a flavour."""
        if flavour not in self._engines:
            engine = new_engine()
            self._map(engine)
            self._hook(engine, flavour)
            self._engines[flavour] = engine
        return self._engines[flavour]

    def made(self) -> list[Any]:
        """The engines that there are."""
        return list(self._engines.values())

    def hook_sites(self, places: list[Range]) -> None:
        """Instructions at these addresses, and at no others, are watched from now on by the fast engine."""
        engine = self.get(Flavour.FAST)
        new, self._places = sorted(set(places) - set(self._places)), list(places)
        for handle in self._site_hooks:
            library.uc_hook_del(engine._uch, handle)
        self._site_hooks = [
            self._hook_native(engine, UC_HOOK_CODE, callbacks.site_hook, first, behind - 1)
            for first, behind in places
        ]
        for first, behind in new:  # blocks translated before the hook would not call it
            engine.ctl_remove_cache(first, behind)

    def _map(self, engine: Any) -> None:
        flash, ram = self._memory.flash, self._memory.ram
        engine.mem_map_ptr(0, len(flash), UC_PROT_READ | UC_PROT_EXEC, flash.ctypes.data)
        for start in (words.RAM_START, words.CODE_RAM_START):
            engine.mem_map_ptr(start, len(ram), UC_PROT_ALL, ram.ctypes.data)
        for start, count in REGION_BYTES.items():
            status = library.uc_mmio_map(
                engine._uch, ctypes.c_uint64(start), ctypes.c_uint64(count),
                self._reader(start), self._state_pointer(),
                self._writer(start), self._state_pointer(),
            )  # fmt: skip
            if status:
                raise UcError(status)

    def _reader(self, start: int) -> ctypes.c_void_p:
        if start in NATIVE_READS:
            return ctypes.c_void_p(NATIVE_READS[start].address)
        read = _READ(lambda _, offset, size, __: self._calls.read(start + offset, size))
        self._keep.append(read)
        return ctypes.cast(read, ctypes.c_void_p)

    def _writer(self, start: int) -> ctypes.c_void_p:
        if start in NATIVE_WRITES:
            return ctypes.c_void_p(NATIVE_WRITES[start].address)
        write = _WRITE(
            lambda _, offset, size, value, __: self._calls.write(start + offset, size, value)
        )
        self._keep.append(write)
        return ctypes.cast(write, ctypes.c_void_p)

    def _hook(self, engine: Any, flavour: Flavour) -> None:
        self._hook_native(engine, UC_HOOK_BLOCK, callbacks.block_hook, 1, 0)
        self._hook_native(engine, UC_HOOK_INTR, callbacks.interrupt_hook, 1, 0)
        if self._memory.state[words.FLASH_WAIT]:
            last = len(self._memory.flash) - 1
            self._hook_native(engine, UC_HOOK_MEM_READ, callbacks.flash_hook, 0, last)
        both = UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE
        if flavour is Flavour.EXACT:
            # Unicorn makes PC exact for accesses inside the bounds of such a hook, and for no others.
            self._hook_native(engine, both, callbacks.nothing_hook, FIRST_PERIPHERAL, 0xFFFFFFFF)
        if flavour is Flavour.PROFILE:
            self._hook_native(engine, both, callbacks.access_hook, 0, 0xFFFFFFFF)
        engine.hook_add(UC_HOOK_MEM_WRITE_PROT, self._on_flash_write)
        engine.hook_add(UC_HOOK_MEM_UNMAPPED, self._on_unmapped)

    def _hook_native(
        self, engine: Any, kind: int, function: Hook, begin: int, end: int
    ) -> ctypes.c_size_t:
        handle = ctypes.c_size_t()
        self._keep.append(handle)
        status = library.uc_hook_add(
            engine._uch, ctypes.byref(handle), ctypes.c_int(kind), ctypes.c_void_p(function.address),
            self._state_pointer(), ctypes.c_uint64(begin), ctypes.c_uint64(end),
        )  # fmt: skip
        if status:
            raise UcError(status)
        return handle

    def _state_pointer(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self._memory.state.ctypes.data)

    def _on_flash_write(
        self, _: object, __: int, address: int, size: int, value: int, ___: object
    ) -> bool:
        return self._calls.flash_write(address, size, value & ((1 << 8 * size) - 1))

    def _on_unmapped(
        self, _: object, __: int, address: int, ___: int, ____: int, _____: object
    ) -> bool:
        self._calls.unmapped(address)
        return False
