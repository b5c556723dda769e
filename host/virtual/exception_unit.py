"""Decides which exception the CPU takes and when, and what becomes of a fault (ARM DDI 0403, B1.5.4 and B1.5.12)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual import words
from host.virtual.cpu import Cpu, Stop
from host.virtual.cycles import WAIT_FOR_EVENT
from host.virtual.memory import Memory
from host.virtual.native import attention, exceptions
from host.virtual.nvic import (
    BUS_FAULT,
    FIRST_INTERRUPT,
    HARD_FAULT,
    SYSTICK,
    USAGE_FAULT,
    Nvic,
)
from host.virtual.scs import BFAR, CFSR, HFSR, SCR, SEVONPEND, SLEEPONEXIT, SystemControlSpace

# What Arduino's core serves with handlers of its own: SysTick, RTC1, USBD.
CORE_EXCEPTIONS = [SYSTICK, FIRST_INTERRUPT + 17, FIRST_INTERRUPT + 39]
SEND_EVENT = b"\x40\xbf"
EXCEPTION_RETURN = 0xF0000001  # what PC lacks of EXC_RETURN when Unicorn stops there
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
    """What the compiled hooks leave to Python. `lock_up` is called with the reason when nothing else is left."""

    def __init__(
        self,
        cpu: Cpu,
        memory: Memory,
        nvic: Nvic,
        scs: SystemControlSpace,
        lock_up: Callable[[str], None],
    ) -> None:
        self._cpu, self._memory, self._nvic, self._scs = cpu, memory, nvic, scs
        self._state, self._lock_up = cpu.state, lock_up
        self._state[words.LINE_FUNCTION] = cpu.native_callback(lambda e, _: nvic.line(e))
        self.reset()

    @property
    def taken(self) -> int:
        """Exceptions that the firmware's own handlers got, since power on."""
        return int(self._state[words.EXCEPTIONS_TAKEN])

    def make_core_dearer(self, cycles: int) -> None:
        """Each handler of Arduino's core costs so much more, before its first instruction."""
        self._memory.nvic[CORE_EXCEPTIONS, words.DEARER] = cycles

    def reset(self) -> None:
        """No event was sent."""
        self._state[words.EVENT_SET] = self._state[words.WAITS_FOR_EVENT] = 0

    def sleeps(self) -> bool:
        """Whether the WFI or WFE that the CPU came to lets it sleep (B1.5.18, B1.5.19).

        WFE does not after an event: SEV, here within its own basic block, an exception's entry or return, and with
        SCR.SEVONPEND any interrupt that became pending.
        """
        state = self._cpu.state
        start, count = int(state[words.BLOCK]), int(state[words.BLOCK_BYTES])
        code = self._memory.read(start, count) or b""
        state[words.WAITS_FOR_EVENT] = code.endswith(WAIT_FOR_EVENT)
        if not state[words.WAITS_FOR_EVENT]:
            return True
        sent = SEND_EVENT in (code[place : place + 2] for place in range(0, count, 2))
        event, state[words.EVENT_SET] = bool(state[words.EVENT_SET]) or sent, 0
        return not event

    def take(self) -> bool:
        """Starts the most urgent exception that may run now; whether one that is pending wakes the CPU."""
        self._state[words.WATCH_MASKS] = 0
        woken = self._event_of_pending()
        exception = self._nvic.next()
        if exception is None:
            return woken
        wakes = woken or self._nvic.wakes(self._cpu.masks())
        if attention.may_enter(self._state, exception):
            self._enter(exception)
        return wakes

    def _event_of_pending(self) -> bool:
        """With SEVONPEND an interrupt that becomes pending is an event, masked and disabled ones too."""
        state = self._state
        arrived, state[words.ARRIVED] = bool(state[words.ARRIVED]), 0
        event = arrived and bool(self._scs.values[SCR] & SEVONPEND)
        if event:
            state[words.EVENT_SET] = 1
        return event and bool(state[words.WAITS_FOR_EVENT])

    def enter_synchronous(self, exception: int) -> None:
        """An exception that the instruction itself caused: taken now or escalated."""
        priority = self._nvic.masked_priority(self._cpu.masks())
        if self._nvic.group_priority(exception) < priority:
            self._enter(exception)
        elif priority > -1:
            self._scs.values[HFSR] |= FORCED
            self._enter(HARD_FAULT)
        else:
            self._lock_up(f"exception {exception} inside a HardFault")

    def leave(self) -> bool:
        """The handler branched to EXC_RETURN; whether the CPU sleeps now (SCR.SLEEPONEXIT)."""
        link = self._cpu.program_counter() | EXCEPTION_RETURN
        if not exceptions.leave(self._state, link):
            stack = int(self._state[words.FRAME_AT])
            if stack:
                self._lock_up(f"exception return: no stack at {stack:#010x}")
            else:
                self._lock_up(f"no exception to return from with {link:#010x}")
            return False
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
        if not exceptions.enter(self._state, exception, self._cpu.program_counter()):
            stack = int(self._state[words.FRAME_AT])
            self._lock_up(f"exception {exception}: no stack at {stack:#010x}")
