"""The CPU's registers, moved in one call: all of them between two engines, a few around an exception."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import uclib

# Our own handle: changing argument types on the binding's functions breaks addresses >= 0x80000000.
library = ctypes.CDLL(uclib._name)
library.uc_reg_read_batch.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int]
library.uc_reg_write_batch.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int]

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
        self._registers = np.array(registers, np.int32)
        self._values = np.zeros(len(registers), np.uint64)
        self._places = self._values.ctypes.data + 8 * np.arange(len(registers), dtype=np.uint64)

    def read(self, engine: ctypes.c_void_p) -> list[int]:
        """The registers' values."""
        self._values[:] = 0
        library.uc_reg_read_batch(engine, *self._arguments())
        values: list[int] = self._values.tolist()
        return values

    def write(self, engine: ctypes.c_void_p, values: Sequence[int]) -> None:
        """Sets the registers."""
        self._values[:] = values
        library.uc_reg_write_batch(engine, *self._arguments())

    def _arguments(self) -> tuple[int, int, int]:
        return self._registers.ctypes.data, self._places.ctypes.data, len(self._registers)


# IPSR before CONTROL before the stack pointers: each decides what the next one means.
EVERYTHING = [*GENERAL, LR, XPSR, IPSR, CONTROL, MSP, PSP, PRIMASK, BASEPRI, FAULTMASK, PC]
EVERYTHING += [*FLOATS, FPSCR]
