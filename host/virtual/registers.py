"""The CPU's registers, moved in one call: all of them between two engines, a few around an exception."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from unicorn import arm_const as arm

from host.virtual.engine import library

GENERAL = [arm.UC_ARM_REG_R0 + i for i in range(13)]
FRAME = [*GENERAL[:4], arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR]
FLOATS = [arm.UC_ARM_REG_S0 + i for i in range(32)]
PC, SP, LR = arm.UC_ARM_REG_PC, arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR
MSP, PSP, CONTROL = arm.UC_ARM_REG_MSP, arm.UC_ARM_REG_PSP, arm.UC_ARM_REG_CONTROL
XPSR, IPSR = arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_IPSR
PRIMASK, BASEPRI, FAULTMASK = (
    arm.UC_ARM_REG_PRIMASK,
    arm.UC_ARM_REG_BASEPRI,
    arm.UC_ARM_REG_FAULTMASK,
)
FPSCR = arm.UC_ARM_REG_FPSCR


class RegisterGroup:
    """A fixed list of registers, read and written in this order in one call. Values are 32 bits."""

    def __init__(self, registers: Sequence[int]) -> None:
        count = len(registers)
        self._count = count
        self._registers = (ctypes.c_int * count)(*registers)
        self._values = (ctypes.c_uint32 * count)()
        first, step = ctypes.addressof(self._values), ctypes.sizeof(ctypes.c_uint32)
        self._places = (ctypes.c_void_p * count)(*(first + step * i for i in range(count)))

    @property
    def addresses(self) -> tuple[int, int, int, int]:
        """Where the numbers, the places and the values lie, and how many there are: a row of words.GROUPS."""
        arrays = (self._registers, self._places, self._values)
        ids, places, values = (ctypes.addressof(array) for array in arrays)
        return ids, places, values, self._count

    def read(self, engine: ctypes.c_void_p | None) -> list[int]:
        """The registers' values."""
        library.uc_reg_read_batch(engine, self._registers, self._places, self._count)
        return self._values[:]

    def write(self, engine: ctypes.c_void_p | None, values: Sequence[int]) -> None:
        """Sets the registers."""
        self._values[:] = list(values)
        library.uc_reg_write_batch(engine, self._registers, self._places, self._count)


# IPSR before CONTROL before the stack pointers: each decides what the next one means.
EVERYTHING = [*GENERAL, LR, XPSR, IPSR, CONTROL, MSP, PSP, PRIMASK, BASEPRI, FAULTMASK, PC]
EVERYTHING += [*FLOATS, FPSCR]

# What the hooks read and write around an exception, in the order of words.ENTRY_READ and so on.
HOOK_GROUPS = (
    [*FRAME, XPSR, CONTROL, MSP, PSP],
    [XPSR, IPSR, CONTROL, MSP, PSP, LR],
    [MSP, PSP, CONTROL],
    [XPSR, IPSR, CONTROL, MSP, PSP, FAULTMASK, *FRAME, PC],
    [*FLOATS[:16], FPSCR],
)
