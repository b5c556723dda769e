"""Decides which exception the CPU takes and when, and what becomes of a fault (ARM DDI 0403, B1.5.4 and B1.5.12)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual import exceptions
from host.virtual.core_load import CoreLoad
from host.virtual.cpu import Cpu, Stop
from host.virtual.memory import Memory
from host.virtual.nvic import BUS_FAULT, HARD_FAULT, USAGE_FAULT, Nvic
from host.virtual.registers import BASEPRI, FAULTMASK, PRIMASK
from host.virtual.scs import BFAR, CFSR, HFSR, VTOR, SystemControlSpace

FORCED, PRECISE_WITH_ADDRESS = 1 << 30, 0x8200
FAULTS = {
    Stop.READ_FAULT: (BUS_FAULT, PRECISE_WITH_ADDRESS),
    Stop.WRITE_FAULT: (BUS_FAULT, PRECISE_WITH_ADDRESS),
    Stop.FETCH_FAULT: (BUS_FAULT, 0x100),
    Stop.UNDEFINED: (USAGE_FAULT, 1 << 16),
    Stop.NO_COPROCESSOR: (USAGE_FAULT, 1 << 19),
    Stop.BREAKPOINT: (HARD_FAULT, 0),
}


class ExceptionUnit:
    """Moves exceptions between NVIC and CPU. `lock_up` is called with the reason when nothing else is left."""

    def __init__(
        self,
        cpu: Cpu,
        memory: Memory,
        nvic: Nvic,
        scs: SystemControlSpace,
        core_load: CoreLoad,
        lock_up: Callable[[str], None],
    ) -> None:
        self._cpu, self._memory, self._nvic, self._scs = cpu, memory, nvic, scs
        self._core_load, self._lock_up = core_load, lock_up

    def take(self) -> bool:
        """Starts the most urgent exception that may run now; whether one that is pending wakes the CPU."""
        exceptions.watch_masks(self._cpu, None)
        exception = self._nvic.next()
        if exception is None:
            return False
        primask, basepri, faultmask = self._cpu.read(PRIMASK, BASEPRI, FAULTMASK)
        wakes = self._nvic.wakes(basepri)
        priority = self._nvic.group_priority(exception)
        limit = self._nvic.masked_priority(primask, basepri, faultmask)
        if priority < limit:
            if not self._core_load.goes_first(priority, exception, limit):
                self._enter(exception)
        elif priority < self._nvic.execution_priority():
            masks = exceptions.waiting_masks(primask, basepri, faultmask)
            exceptions.watch_masks(self._cpu, masks)
        return wakes

    def enter_synchronous(self, exception: int) -> None:
        """An exception that the instruction itself caused: taken now or escalated."""
        masks = self._cpu.read(PRIMASK, BASEPRI, FAULTMASK)
        priority = self._nvic.masked_priority(*masks)
        if self._nvic.group_priority(exception) < priority:
            self._enter(exception)
        elif priority > -1:
            self._scs.values[HFSR] |= FORCED
            self._enter(HARD_FAULT)
        else:
            self._lock_up(f"exception {exception} inside a HardFault")

    def leave(self) -> None:
        """The handler branched to EXC_RETURN."""
        link = self._cpu.program_counter() | 0xF0000001
        try:
            exceptions.leave(self._cpu, self._memory, self._nvic, link)
        except exceptions.StackError as fault:
            self._lock_up(str(fault))

    def fault(self, stop: Stop) -> None:
        """The fault that a stop of the CPU stands for."""
        exception, bits = FAULTS[stop]
        self._scs.values[CFSR] |= bits
        if exception == HARD_FAULT:
            self._scs.values[HFSR] |= 1 << 31
        elif not self._scs.fault_enabled(exception):
            self._scs.values[HFSR] |= FORCED
            exception = HARD_FAULT
        if bits == PRECISE_WITH_ADDRESS:
            self._scs.values[BFAR] = self._cpu.fault_address
        self.enter_synchronous(exception)

    def _enter(self, exception: int) -> None:
        vectors = self._scs.values[VTOR] & ~0x7F
        back_to = self._cpu.program_counter()
        try:
            exceptions.enter(self._cpu, self._memory, self._nvic, vectors, exception, back_to)
        except exceptions.StackError as fault:
            self._lock_up(str(fault))
