"""Decides which exception the CPU takes and when, and what becomes of a fault (ARM DDI 0403, B1.5.4 and B1.5.12)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual import exceptions, hooks
from host.virtual.core_load import CoreLoad
from host.virtual.cpu import Cpu, Stop
from host.virtual.cycles import WAIT_FOR_EVENT
from host.virtual.memory import Memory
from host.virtual.nvic import (
    BUS_FAULT,
    FIRST_INTERRUPT,
    HARD_FAULT,
    SYSTICK,
    USAGE_FAULT,
    Nvic,
)
from host.virtual.registers import BASEPRI, FAULTMASK, PRIMASK
from host.virtual.scs import BFAR, CFSR, FPCAR, FPCCR, HFSR, SCR, VTOR, SystemControlSpace

# What Arduino's core serves with handlers of its own: SysTick, RTC1, USBD.
CORE_EXCEPTIONS = frozenset({SYSTICK, FIRST_INTERRUPT + 17, FIRST_INTERRUPT + 39})
SLEEPONEXIT, SEVONPEND = 1 << 1, 1 << 4  # of SCR
SEND_EVENT = b"\x40\xbf"
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
        self.dearer = (
            0  # cycles that each handler of Arduino's core costs more, before its first instruction
        )
        self.taken = 0  # exceptions that the firmware's own handlers got, since power on
        self.reset()

    def reset(self) -> None:
        """No event was sent."""
        self._event = self._waits_for_event = False

    def sleeps(self) -> bool:
        """Whether the WFI or WFE that the CPU came to lets it sleep (B1.5.18, B1.5.19).

        WFE does not after an event: SEV, here within its own basic block, an exception's entry or return, and with
        SCR.SEVONPEND any interrupt that became pending.
        """
        state = self._cpu.state
        start, count = int(state[hooks.BLOCK]), int(state[hooks.BLOCK_BYTES])
        code = self._memory.read(start, count) or b""
        self._waits_for_event = code.endswith(WAIT_FOR_EVENT)
        if not self._waits_for_event:
            return True
        sent = SEND_EVENT in (code[place : place + 2] for place in range(0, count, 2))
        event, self._event = self._event or sent, False
        return not event

    def take(self) -> bool:
        """Starts the most urgent exception that may run now; whether one that is pending wakes the CPU."""
        exceptions.watch_masks(self._cpu, None)
        woken = self._event_of_pending()
        exception = self._nvic.next()
        if exception is None:
            return woken
        primask, basepri, faultmask = self._cpu.read(PRIMASK, BASEPRI, FAULTMASK)
        wakes = woken or self._nvic.wakes(basepri)
        priority = self._nvic.group_priority(exception)
        limit = self._nvic.masked_priority(primask, basepri, faultmask)
        if priority < limit:
            if not self._core_load.goes_first(priority, exception, limit):
                self._enter(exception)
        elif priority < self._nvic.execution_priority():
            masks = exceptions.waiting_masks(primask, basepri, faultmask)
            exceptions.watch_masks(self._cpu, masks)
        return wakes

    def _event_of_pending(self) -> bool:
        """With SEVONPEND an interrupt that becomes pending is an event, masked and disabled ones too."""
        arrived, self._nvic.arrived = self._nvic.arrived, False
        event = arrived and bool(self._scs.values[SCR] & SEVONPEND)
        self._event = self._event or event
        return event and self._waits_for_event

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

    def leave(self) -> bool:
        """The handler branched to EXC_RETURN; whether the CPU sleeps now (SCR.SLEEPONEXIT)."""
        self._event = True
        link = self._cpu.program_counter() | 0xF0000001
        try:
            exceptions.leave(self._cpu, self._memory, self._nvic, link)
        except exceptions.StackError as fault:
            self._lock_up(str(fault))
            return False
        self._waits_for_event = False
        return not self._nvic.active and bool(self._scs.values[SCR] & SLEEPONEXIT)

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
        entry = exceptions.Entry(
            vectors=self._scs.values[VTOR] & ~0x7F,
            exception=exception,
            back_to=self._cpu.program_counter(),
            float_control=self._scs.values[FPCCR],
        )
        self._event = True
        self.taken += 1
        try:
            floats = exceptions.enter(self._cpu, self._memory, self._nvic, entry)
        except exceptions.StackError as fault:
            self._lock_up(str(fault))
            return
        if exception in CORE_EXCEPTIONS:
            self._cpu.spend(self.dearer)
        if floats is not None:
            self._scs.values[FPCAR] = floats
