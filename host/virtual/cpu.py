"""The Cortex-M4: Unicorn engines over one memory, and the loop that lets them run to a deadline.

Three flavours of engine share flash, RAM and the state. *fast*: an access to a device is exact to the instruction where
the block tells which one it is (sites.py), else to the block. *exact*: always to the instruction, needed while pins are
polled from other blocks, about four times slower. *profile*: exact, and every data access is counted.
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unicorn.unicorn_const import (
    UC_ERR_FETCH_UNMAPPED,
    UC_ERR_INSN_INVALID,
    UC_ERR_READ_UNMAPPED,
    UC_ERR_WRITE_PROT,
    UC_ERR_WRITE_UNMAPPED,
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

from host.virtual import hooks
from host.virtual.cycles import (
    WAIT_FOR_EVENT,
    WAIT_FOR_INTERRUPT,
    CycleModel,
    new_disassembler,
    price_block,
)
from host.virtual.engine import UcError, library, new_engine
from host.virtual.memory import Memory
from host.virtual.registers import EVERYTHING, MSP, PC, RegisterGroup
from host.virtual.sites import Sites

NO_END = 0xFFFFFFF0
FIRST_PERIPHERAL = 0x40000000
REGION_BYTES = {0x40000000: 0x70000, 0x50000000: 0x1000, 0xE0000000: 0x1000, 0xE0001000: 0x1000}
REGION_BYTES |= {0xE0002000: 0xC000, 0xE000E000: 0x1000, 0xE000F000: 0xF1000, 0x10000000: 0x2000}
NUMBER_BLOCKED, NUMBER_SVC, NUMBER_BREAKPOINT, NUMBER_RETURN = 17, 2, 7, 8


class Flavour(enum.Enum):
    """How closely an engine watches."""

    FAST = "fast"
    EXACT = "exact"
    PROFILE = "profile"


class Stop(enum.Enum):
    """Why the CPU came back."""

    DEADLINE = "deadline"
    WAIT = "wait for interrupt"
    SUPERVISOR_CALL = "supervisor call"
    EXCEPTION_RETURN = "exception return"
    BREAKPOINT = "breakpoint"
    READ_FAULT = "read outside the memory map"
    WRITE_FAULT = "write outside the memory map"
    FETCH_FAULT = "execution outside the memory map"
    UNDEFINED = "undefined instruction"
    NO_COPROCESSOR = "coprocessor not enabled"


@dataclass(frozen=True)
class Bus:
    """What the CPU's accesses to peripherals, and its stores to flash, call. Addresses are absolute."""

    read: Callable[[int, int], int]
    write: Callable[[int, int, int], None]
    flash_write: Callable[[int, int, int], bool]


_READ = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
_WRITE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p
)
_FAULTS = {
    UC_ERR_READ_UNMAPPED: Stop.READ_FAULT,
    UC_ERR_WRITE_UNMAPPED: Stop.WRITE_FAULT,
    UC_ERR_WRITE_PROT: Stop.WRITE_FAULT,
    UC_ERR_FETCH_UNMAPPED: Stop.FETCH_FAULT,
    UC_ERR_INSN_INVALID: Stop.UNDEFINED,
}
_INTERRUPTS = {
    NUMBER_SVC: Stop.SUPERVISOR_CALL,
    NUMBER_BREAKPOINT: Stop.BREAKPOINT,
    NUMBER_RETURN: Stop.EXCEPTION_RETURN,
    NUMBER_BLOCKED: Stop.NO_COPROCESSOR,
}


class Cpu:
    """One Cortex-M4, whatever engine runs it."""

    def __init__(self, memory: Memory, bus: Bus, model: CycleModel, flash_wait: int = 0) -> None:
        self.memory, self.bus, self.model = memory, bus, model
        self.state = memory.state
        self.state[hooks.FLASH_WAIT] = flash_wait
        self.float_enabled = False  # CPACR
        self.unpriced: list[str] = []
        self.fault_address = 0
        self._float_refused = False
        self._machine = new_disassembler()
        self._engines: dict[Flavour, Any] = {}
        self._keep: list[object] = []
        self._failure: BaseException | None = None
        self._access: int | None = None  # hooks.LOADS or STORES while the CPU accesses a device
        self.sites = Sites(memory)
        self._site_hooks: list[ctypes.c_size_t] = []
        self._interrupt = 0
        self._everything = RegisterGroup(EVERYTHING)
        self._groups: dict[tuple[int, ...], RegisterGroup] = {}
        self._fill_state()
        self.flavour = Flavour.FAST
        self.engine = self._engine(Flavour.FAST)

    # -- registers and time -------------------------------------------------------------------------------------

    def read(self, *registers: int) -> list[int]:
        """Values of the registers named."""
        return self._group(registers).read(self.engine._uch)

    def write(self, values: dict[int, int]) -> None:
        """Sets registers, in the order given."""
        self._group(tuple(values)).write(self.engine._uch, list(values.values()))

    def _group(self, registers: tuple[int, ...]) -> RegisterGroup:
        if registers not in self._groups:
            self._groups[registers] = RegisterGroup(registers)
        return self._groups[registers]

    @property
    def cycles(self) -> int:
        """Guest time at the end of the block that runs or ran last."""
        return int(self.state[hooks.CYCLES])

    def now(self) -> int:
        """Guest time of the access being made; exact where the flavour is."""
        state = self.state
        at: int | None = None
        if state[hooks.EXACT]:
            offset = self.program_counter() - int(state[hooks.BLOCK])
            if (
                0 <= offset <= state[hooks.BLOCK_BYTES]
            ):  # else nothing is accessed: a branch out of memory
                at = int(self.memory.prefixes[int(state[hooks.BLOCK_PREFIX]) + (offset >> 1)])
        else:
            at = self.sites.time(self._access)
            if at is None and self._access is not None and state[hooks.SENSOR_RUNS]:
                self.sites.want()
        if at is None:
            return int(state[hooks.CYCLES])
        return int(state[hooks.CYCLES] - state[hooks.BLOCK_COST]) + at

    def program_counter(self) -> int:
        """PC; in fast flavour, inside a callback, the block's start."""
        return self.read(PC)[0]

    def spend(self, cycles: int) -> None:
        """The CPU is held up."""
        self.state[hooks.CYCLES] += cycles

    def jump(self, address: int) -> None:
        """Goes on at `address` as if it followed the last block: no branch is charged."""
        self.state[hooks.FALL] = address & ~1
        self.write({PC: address | 1})

    # -- running ------------------------------------------------------------------------------------------------

    def run(self) -> Stop:
        """Runs until the deadline or anything that needs attention."""
        self.state[hooks.STOPPED] = 0
        self._interrupt = 0
        self._float_refused = False
        error = 0
        try:
            self.engine.emu_start(self.program_counter() | 1, NO_END)
        except UcError as failure:
            error = failure.errno
        if self._failure is not None:
            failure_in_callback, self._failure = self._failure, None
            raise failure_in_callback
        if error:
            return self._error(error)
        if self._float_refused:
            return Stop.NO_COPROCESSOR
        if self._interrupt:
            return _INTERRUPTS.get(self._interrupt, Stop.UNDEFINED)
        waited = not self.state[hooks.STOPPED] & hooks.STOP_DEADLINE
        return Stop.WAIT if waited and self._ended_with(WAIT_FOR_INTERRUPT) else Stop.DEADLINE

    def _error(self, error: int) -> Stop:
        if error == UC_ERR_INSN_INVALID and self._ended_with(WAIT_FOR_EVENT):
            return Stop.WAIT
        if error not in _FAULTS:
            raise UcError(error)
        return _FAULTS[error]

    def _ended_with(self, halfword: bytes) -> bool:
        """Whether the current block ran to its end, and this was its last instruction."""
        end = int(self.state[hooks.BLOCK] + self.state[hooks.BLOCK_BYTES])
        return self.program_counter() == end and self.memory.read(end - 2, 2) == halfword

    def stop(self) -> None:
        """Asks for attention at the end of the block that runs."""
        self.state[hooks.STOPPED] |= hooks.STOP_REQUEST
        self.engine.emu_stop()

    def use(self, flavour: Flavour) -> None:
        """Moves the CPU to another engine."""
        if flavour is self.flavour:
            return
        values = self._everything.read(self.engine._uch)
        self.engine, self.flavour = self._engine(flavour), flavour
        if flavour is Flavour.FAST:
            self.hook_sites()
        self._everything.write(self.engine._uch, [*values[:22], values[22] | 1, *values[23:]])
        self.state[hooks.EXACT] = flavour is not Flavour.FAST

    def code_changed(self, address: int, count: int) -> None:
        """Forgets translations and prices of code that was overwritten."""
        self.memory.forget_prices(address, count)
        self.sites.forget(address, count)
        for engine in self._engines.values():
            engine.ctl_remove_cache(address, address + count)

    def allow_float(self, allowed: bool) -> None:
        """CPACR. Unicorn's FPU is always on: blocks that use it are refused when they are priced."""
        if self.float_enabled and not allowed:
            self.memory.prices[:, 0] = 0
        self.float_enabled = allowed

    def reset(self, stack: int, entry: int) -> None:
        """Registers as after a reset that a bootloader passed on; memory stays."""
        for engine in self._engines.values():
            engine.ctl_flush_tb()
        self._everything.write(self.engine._uch, [0] * len(EVERYTHING))
        self.write({MSP: stack})
        self.jump(entry)
        self.state[hooks.PENALTY] = 0
        self.allow_float(False)

    # -- engines ------------------------------------------------------------------------------------------------

    def _engine(self, flavour: Flavour) -> Any:
        if flavour not in self._engines:
            engine = new_engine()
            self._map(engine)
            self._hook(engine, flavour)
            self._engines[flavour] = engine
        return self._engines[flavour]

    def _map(self, engine: Any) -> None:
        flash, ram = self.memory.flash, self.memory.ram
        engine.mem_map_ptr(0, len(flash), UC_PROT_READ | UC_PROT_EXEC, flash.ctypes.data)
        for start in (hooks.RAM_START, hooks.CODE_RAM_START):
            engine.mem_map_ptr(start, len(ram), UC_PROT_ALL, ram.ctypes.data)
        native_reads = {0x50000000: hooks.gpio_read, 0xE0001000: hooks.dwt_read}
        for start, count in REGION_BYTES.items():
            write = _WRITE(self._writer(start))
            if start in native_reads:
                read = ctypes.c_void_p(native_reads[start].address)
            else:
                reader = _READ(self._reader(start))
                self._keep.append(reader)
                read = ctypes.cast(reader, ctypes.c_void_p)
            self._keep.append(write)
            status = library.uc_mmio_map(
                engine._uch, ctypes.c_uint64(start), ctypes.c_uint64(count), read,
                self._state_pointer(), ctypes.cast(write, ctypes.c_void_p), self._state_pointer(),
            )  # fmt: skip
            if status:
                raise UcError(status)

    def _hook(self, engine: Any, flavour: Flavour) -> None:
        self._hook_native(engine, UC_HOOK_BLOCK, hooks.block_hook, 1, 0)
        if self.state[hooks.FLASH_WAIT]:
            last = len(self.memory.flash) - 1
            self._hook_native(engine, UC_HOOK_MEM_READ, hooks.flash_hook, 0, last)
        if flavour is Flavour.EXACT:
            # Unicorn makes PC exact for accesses inside the bounds of such a hook, and for no others.
            both = UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE
            self._hook_native(engine, both, hooks.nothing_hook, FIRST_PERIPHERAL, 0xFFFFFFFF)
        if flavour is Flavour.PROFILE:
            both = UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE
            self._hook_native(engine, both, hooks.access_hook, 0, 0xFFFFFFFF)
        engine.hook_add(UC_HOOK_INTR, self._on_interrupt)
        engine.hook_add(UC_HOOK_MEM_WRITE_PROT, self._on_flash_write)
        engine.hook_add(UC_HOOK_MEM_UNMAPPED, self._on_unmapped)

    def hook_sites(self) -> None:
        """Code that accesses devices at several places is watched from now on, so that the fast engine is exact."""
        if not self.sites.grow():
            return
        engine = self._engine(Flavour.FAST)
        for handle in self._site_hooks:
            library.uc_hook_del(engine._uch, handle)
        self._site_hooks = [
            self._hook_native(engine, UC_HOOK_CODE, hooks.site_hook, first, behind - 1)
            for first, behind in self.sites.places()
        ]
        engine.ctl_flush_tb()  # blocks translated before the hook would not call it

    def _hook_native(
        self, engine: Any, kind: int, function: hooks.NativeFunction, begin: int, end: int
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
        return ctypes.c_void_p(self.state.ctypes.data)

    # -- callbacks ----------------------------------------------------------------------------------------------

    def native_callback(self, function: Callable[[int, int], int]) -> int:
        """The address of a Python function that hooks call through the state."""

        def guarded(first: int, second: int) -> int:
            try:
                return function(first, second)
            except Exception as error:
                self.fail(error)
                return 0

        made = hooks.PYTHON_FUNCTION(guarded)
        self._keep.append(made)
        return ctypes.cast(made, ctypes.c_void_p).value or 0

    def fail(self, error: Exception) -> None:
        """An error in a callback: stops the CPU; run() raises it."""
        self._failure = self._failure or error
        self.stop()

    def _reader(self, start: int) -> Callable[[int, int, int, int], int]:
        def read(_: int, offset: int, size: int, __: int) -> int:
            self._access = hooks.LOADS
            try:
                return self.bus.read(start + offset, size)
            except Exception as error:
                self.fail(error)
                return 0
            finally:
                self._access = None

        return read

    def _writer(self, start: int) -> Callable[[int, int, int, int, int], None]:
        def write(_: int, offset: int, size: int, value: int, __: int) -> None:
            self._access = hooks.STORES
            try:
                self.bus.write(start + offset, size, value)
            except Exception as error:
                self.fail(error)
            finally:
                self._access = None

        return write

    def _on_interrupt(self, engine: Any, number: int, _: object) -> None:
        self._interrupt = number
        engine.emu_stop()

    def _on_flash_write(
        self, _: object, __: int, address: int, size: int, value: int, ___: object
    ) -> bool:
        self.fault_address = address
        return self.bus.flash_write(address, size, value & ((1 << 8 * size) - 1))

    def _on_unmapped(
        self, _: object, __: int, address: int, ___: int, ____: int, _____: object
    ) -> bool:
        self.fault_address = address
        return False

    def _fill_state(self) -> None:
        address = ctypes.cast(library.uc_emu_stop, ctypes.c_void_p).value
        self.state[hooks.STOP_FUNCTION] = address or 0
        address = ctypes.cast(library.uc_reg_read, ctypes.c_void_p).value
        self.state[hooks.READ_FUNCTION] = address or 0
        address = ctypes.cast(library.uc_reg_write, ctypes.c_void_p).value
        self.state[hooks.WRITE_FUNCTION] = address or 0
        self.state[hooks.PRICE_FUNCTION] = self.native_callback(self._price)
        self.state[hooks.DEADLINE] = self.state[hooks.EVENT] = hooks.NEVER
        self.state[hooks.LOAD_AT] = hooks.NEVER

    def _price(self, address: int, size: int) -> int:
        code = self.memory.read(address, size) or b"\x00\xbf" * (size // 2)
        price = price_block(code, address, self._machine, self.model)
        if price.uses_fpu and not self.float_enabled:
            self._float_refused = True
            self.stop()
            return 0
        slot, first = hooks.slot_of(address), self.memory.prefix_count
        if first + len(price.prefix) > hooks.POOL_HALFWORDS:
            first = 0
            self.memory.prices[:, 0] = 0
        self.memory.prefixes[first : first + len(price.prefix)] = price.prefix
        self.memory.prefix_count = first + len(price.prefix)
        self.unpriced += price.unknown
        self.memory.aligned[[slot + (offset >> 1) for offset in price.aligned]] = 1
        self.sites.priced(address, price)
        self.memory.prices[slot] = (
            hooks.pack_price(
                price.cycles,
                price.instructions,
                price.taken_penalty,
                price.entry_penalty,
                price.masks,
                size,
            ),
            first,
        )
        return 0
