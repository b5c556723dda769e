"""Unicorn's Python binding, taken as untyped: half of its annotations are missing, so the rest only gets in the way."""

from __future__ import annotations

import ctypes
import importlib
from typing import Any

_binding: Any = importlib.import_module("unicorn.unicorn_py3.unicorn")
_constants: Any = importlib.import_module("unicorn.unicorn_const")
_arm: Any = importlib.import_module("unicorn.arm_const")

Uc: Any = _binding.Uc
UcError: Any = _binding.UcError

# Our own handle: changing argument types on the binding's functions breaks addresses >= 0x80000000.
library = ctypes.CDLL(_binding.uclib._name)
library.uc_reg_read_batch.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int]
library.uc_reg_write_batch.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int]


def new_engine() -> Any:
    """A Cortex-M4 with nothing mapped."""
    engine = Uc(_constants.UC_ARCH_ARM, _constants.UC_MODE_THUMB | _constants.UC_MODE_MCLASS)
    engine.ctl_set_cpu_model(_arm.UC_CPU_ARM_CORTEX_M4)
    return engine
