"""The Cortex-M4: its registers and its time, and the run to the next thing that Python has to do."""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable
from dataclasses import dataclass

from unicorn.unicorn_const import (
    UC_ERR_FETCH_UNMAPPED,
    UC_ERR_INSN_INVALID,
    UC_ERR_READ_UNMAPPED,
    UC_ERR_WRITE_PROT,
    UC_ERR_WRITE_UNMAPPED,
)

from host.virtual import words
from host.virtual.cycles import (
    WAIT_FOR_EVENT,
    WAIT_FOR_INTERRUPT,
    CycleModel,
)
from host.virtual.engine import UcError, library
from host.virtual.engines import Calls, Engines, Flavour
from host.virtual.memory import Memory
from host.virtual.native import clock, compiled
from host.virtual.pricing import Found, Pricing
from host.virtual.registers import EVERYTHING, HOOK_GROUPS, MSP, PC, RegisterGroup
from host.virtual.sites import Sites

NO_END = 0xFFFFFFF0
NUMBER_BLOCKED, NUMBER_SVC, NUMBER_BREAKPOINT, NUMBER_RETURN = 17, 2, 7, 8


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
        self.state[words.FLASH_WAIT] = flash_wait
        self.fault_address = 0
        self._float_refused = False
        self._keep: list[object] = []
        self._failure: BaseException | None = None
        self.sites = Sites(memory)
        self._pricing = Pricing(memory, model, self.sites)
        self._everything = RegisterGroup(EVERYTHING)
        self._groups: dict[tuple[int, ...], RegisterGroup] = {}
        self._fill_state()
        calls = Calls(self._read_device, self._write_device, self._store_to_flash, self._unmapped)
        self._engines = Engines(memory, calls)
        self._run_on(Flavour.FAST)

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
        return int(self.state[words.CYCLES])

    def now(self) -> int:
        """Guest time of the access being made; exact where the flavour is."""
        return int(clock.access_cycle(self.state))

    def masks(self) -> int:
        """PRIMASK, FAULTMASK and BASEPRI as one word: see clock.masks_now()."""
        return int(clock.masks_now(self.state))

    def program_counter(self) -> int:
        """PC; in fast flavour, inside a callback, the block's start."""
        return self.read(PC)[0]

    def spend(self, cycles: int) -> None:
        """The CPU is held up."""
        self.state[words.CYCLES] += cycles

    def jump(self, address: int) -> None:
        """Goes on at `address` as if it followed the last block: no branch is charged."""
        self.state[words.FALL] = address & ~1
        self.write({PC: address | 1})

    # -- running ------------------------------------------------------------------------------------------------

    def run(self) -> Stop:
        """Runs until the deadline or anything that needs attention."""
        state = self.state
        while self._pricing.overwritten:
            self.code_changed(*self._pricing.overwritten.pop())
        state[words.STOPPED] = state[words.INTERRUPT_NUMBER] = state[words.ATTENTION] = 0
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
        if state[words.INTERRUPT_NUMBER]:
            return _INTERRUPTS.get(int(state[words.INTERRUPT_NUMBER]), Stop.UNDEFINED)
        waited = not state[words.STOPPED] & words.STOP_DEADLINE
        return Stop.WAIT if waited and self._ended_with(WAIT_FOR_INTERRUPT) else Stop.DEADLINE

    def _error(self, error: int) -> Stop:
        if error == UC_ERR_INSN_INVALID and self._ended_with(WAIT_FOR_EVENT):
            return Stop.WAIT
        if error not in _FAULTS:
            raise UcError(error)
        return _FAULTS[error]

    def _ended_with(self, halfword: bytes) -> bool:
        """Whether the current block ran to its end, and this was its last instruction."""
        end = int(self.state[words.BLOCK] + self.state[words.BLOCK_BYTES])
        return self.program_counter() == end and self.memory.read(end - 2, 2) == halfword

    def stop(self) -> None:
        """Asks for attention at the end of the block that runs."""
        self.state[words.STOPPED] |= words.STOP_REQUEST
        self.engine.emu_stop()

    def watch(self, who: int, on: bool) -> None:
        """Whether every stop comes to Python from now on; who: a WATCHED_* flag."""
        watched = int(self.state[words.WATCHED])
        self.state[words.WATCHED] = watched | who if on else watched & ~who

    def use(self, flavour: Flavour) -> None:
        """Moves the CPU to another engine."""
        if flavour is self.flavour:
            return
        values = self._everything.read(self.engine._uch)
        self._run_on(flavour)
        if flavour is Flavour.FAST:
            self.hook_sites()
        self._everything.write(self.engine._uch, [*values[:22], values[22] | 1, *values[23:]])

    def _run_on(self, flavour: Flavour) -> None:
        self.engine, self.flavour = self._engines.get(flavour), flavour
        self.state[words.ENGINE] = self.engine._uch.value
        self.state[words.EXACT] = flavour is not Flavour.FAST

    def hook_sites(self) -> None:
        """Code that accesses devices at several places is watched from now on, so that the fast engine is exact."""
        if self.sites.grow():
            self._engines.hook_sites(self.sites.hooked)

    def code_changed(self, address: int, count: int) -> None:
        """Forgets translations and prices of code that was overwritten."""
        self.memory.forget_prices(address, count)
        self.sites.forget(address, count)
        for engine in self._engines.made():
            for start in words.views(address):
                engine.ctl_remove_cache(start, start + count)

    def allow_float(self, allowed: bool) -> None:
        """CPACR."""
        self._pricing.allow_float(allowed)

    @property
    def unpriced(self) -> list[str]:
        """Instructions without a price, each time that a block with one was priced."""
        return self._pricing.unpriced

    def reset(self, stack: int, entry: int) -> None:
        """Registers as after a reset that a bootloader passed on; memory stays."""
        for engine in self._engines.made():
            engine.ctl_flush_tb()
        self._everything.write(self.engine._uch, [0] * len(EVERYTHING))
        self.write({MSP: stack})
        self.jump(entry)
        self.state[words.PENALTY] = 0
        self.allow_float(False)

    # -- callbacks ----------------------------------------------------------------------------------------------

    def native_callback(self, function: Callable[[int, int], int]) -> int:
        """The address of a Python function that hooks call through the state."""

        def guarded(first: int, second: int) -> int:
            try:
                return function(first, second)
            except Exception as error:
                self.fail(error)
                return 0

        made = compiled.PYTHON_FUNCTION(guarded)
        self._keep.append(made)
        return ctypes.cast(made, ctypes.c_void_p).value or 0

    def fail(self, error: Exception) -> None:
        """An error in a callback: stops the CPU; run() raises it."""
        self._failure = self._failure or error
        self.stop()

    def _read_device(self, address: int, size: int) -> int:
        self.state[words.ACCESS] = words.LOADS
        try:
            return self.bus.read(address, size)
        except Exception as error:
            self.fail(error)
            return 0
        finally:
            self.state[words.ACCESS] = words.NO_ACCESS

    def _write_device(self, address: int, size: int, value: int) -> None:
        self.state[words.ACCESS] = words.STORES
        try:
            self.bus.write(address, size, value)
        except Exception as error:
            self.fail(error)
        finally:
            self.state[words.ACCESS] = words.NO_ACCESS

    def _store_to_flash(self, address: int, size: int, value: int) -> bool:
        self.fault_address = address
        return self.bus.flash_write(address, size, value)

    def _unmapped(self, address: int) -> None:
        self.fault_address = address

    def _fill_state(self) -> None:
        state = self.state
        for word, function in (
            (words.STOP_FUNCTION, library.uc_emu_stop),
            (words.READ_FUNCTION, library.uc_reg_read),
            (words.WRITE_FUNCTION, library.uc_reg_write),
            (words.READ_BATCH_FUNCTION, library.uc_reg_read_batch),
            (words.WRITE_BATCH_FUNCTION, library.uc_reg_write_batch),
        ):
            state[word] = ctypes.cast(function, ctypes.c_void_p).value or 0
        for row, registers in enumerate(HOOK_GROUPS):
            group = RegisterGroup(registers)
            self._keep.append(group)
            self.memory.groups[row] = group.addresses
        state[words.PRICE_FUNCTION] = self.native_callback(self._price)
        state[words.BUS_READ_FUNCTION] = self.native_callback(
            lambda place, _: self._read_device(place & 0xFFFFFFFF, place >> 32)
        )
        state[words.BUS_WRITE_FUNCTION] = self.native_callback(self._write_packed)
        state[words.LOAD_AT] = words.NEVER

    def _write_packed(self, place: int, value: int) -> int:
        self._write_device(place & 0xFFFFFFFF, place >> 32, value)
        return 0

    def _price(self, address: int, size: int) -> int:
        """What the block hook asks for: 1 when the block shall not run now."""
        found = self._pricing.price(address, size)
        if found is Found.FLOAT:
            self._float_refused = True
            self.stop()
        if found is Found.NEW and self.flavour is Flavour.FAST:
            self.state[words.STOPPED] |= words.STOP_EXACT
            return 1
        return int(found is Found.CHANGED)
