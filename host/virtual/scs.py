"""The system control space, 0xE000E000: SysTick, NVIC and system control block (ARM DDI 0403, B3.2 to B3.4)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual import words
from host.virtual.bus import RegisterBank, Warnings
from host.virtual.cpu import Cpu
from host.virtual.nvic import (
    BUS_FAULT,
    EXCEPTIONS,
    FIRST_INTERRUPT,
    INTERRUPTS,
    MEMORY_FAULT,
    NMI,
    PENDSV,
    SYSTICK,
    USAGE_FAULT,
    Nvic,
)
from host.virtual.systick import SysTick

CPUID, ICSR, VTOR, AIRCR, SCR, CCR, SHCSR = 0xD00, 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14, 0xD24
CFSR, HFSR, DFSR, MMFAR, BFAR, CPACR, DEMCR = 0xD28, 0xD2C, 0xD30, 0xD34, 0xD38, 0xD88, 0xDFC
FPCCR, FPCAR, FPDSCR, MPU_TYPE, DHCSR, STIR = 0xF34, 0xF38, 0xF3C, 0xD90, 0xDF0, 0xF00
CORTEX_M4_R0P1 = 0x410FC241
KEY = 0x05FA
ENABLE_BITS = {MEMORY_FAULT: 16, BUS_FAULT: 17, USAGE_FAULT: 18}
LAZY_AUTOMATIC_FLOAT = 0xC0000000  # FPCCR at reset
SLEEPONEXIT, SEVONPEND = 1 << 1, 1 << 4  # of SCR
PRIORITY_BYTES = {0xD18: 4, 0xD1C: 8, 0xD20: 12}


class SystemControlSpace(RegisterBank):
    """Registers of the core. `reset_request` is called for AIRCR.SYSRESETREQ."""

    def __init__(
        self,
        cpu: Cpu,
        nvic: Nvic,
        systick: SysTick,
        warnings: Warnings,
        reset_request: Callable[[], None],
    ) -> None:
        super().__init__("SCS", 0xE000E000)
        self._cpu, self._nvic, self._warnings = cpu, nvic, warnings
        self._reset_request = reset_request
        self._add_systick(systick)
        self._add_nvic()
        self._add_control_block()

    def reset(self) -> None:
        """All but VTOR, which the board sets as the bootloader leaves it."""
        super().reset()
        self._write_scr(0)
        self._cpu.state[words.FLOAT_CONTROL] = LAZY_AUTOMATIC_FLOAT
        self._cpu.state[words.FLOAT_PLACE] = 0
        for exception in ENABLE_BITS:
            self._nvic.enabled[exception] = True

    def fault_enabled(self, exception: int) -> bool:
        """Whether SHCSR lets this fault have its own handler; else it becomes a HardFault."""
        return bool(self.values[SHCSR] >> ENABLE_BITS[exception] & 1)

    def write_part(self, offset: int, size: int, value: int) -> bool:
        """Priorities may be written as bytes; everything else is words."""
        exception = _exception_of_priority(offset)
        priorities = 0x400 <= offset < 0x400 + INTERRUPTS or 0xD18 <= offset < 0xD24
        for byte in range(size if priorities else 0):
            self._set_priority(exception + byte, value >> 8 * byte & 0xFF)
        return priorities

    def _set_priority(self, exception: int, value: int) -> None:
        if 4 <= exception < EXCEPTIONS:
            self._nvic.set_priority(exception, value)

    def _add_systick(self, systick: SysTick) -> None:
        def set_reload(value: int) -> None:
            systick.reload = value & 0xFFFFFF

        self.on_read(0x010, systick.read_control)
        self.on_write(0x010, systick.write_control)
        self.on_read(0x014, lambda: systick.reload)
        self.on_write(0x014, set_reload)
        self.on_read(0x018, systick.read_value)
        self.on_write(0x018, systick.write_value)
        self.constant(0x01C, 0xC0000000)

    def _add_nvic(self) -> None:
        self.constant(0x004, (INTERRUPTS - 1) // 32)
        for word in range((INTERRUPTS + 31) // 32):
            first = FIRST_INTERRUPT + 32 * word
            for base, change in (
                (0x100, self._enable),
                (0x180, self._disable),
                (0x200, self._nvic.pend),
                (0x280, self._unpend),
            ):
                self.on_write(base + 4 * word, _each_bit(first, change))
            for base in (0x100, 0x180):
                self.on_read(
                    base + 4 * word, self._bits_of(first, lambda e: bool(self._nvic.enabled[e]))
                )
            for base in (0x200, 0x280):
                self.on_read(
                    base + 4 * word, self._bits_of(first, lambda e: e in self._nvic.pending)
                )
            self.on_read(0x300 + 4 * word, self._bits_of(first, lambda e: e in self._nvic.active))
        for offset in [*range(0x400, 0x400 + INTERRUPTS, 4), *PRIORITY_BYTES]:
            exception = _exception_of_priority(offset)
            self.on_read(offset, self._priority_reader(exception))
            self.on_write(offset, self._priority_writer(exception))
        self.on_write(STIR, lambda value: self._nvic.pend_interrupt(value & 0x1FF))

    def _add_control_block(self) -> None:
        self.constant(CPUID, CORTEX_M4_R0P1)
        self.constant(MPU_TYPE, 0x800)
        self.constant(DHCSR, 0)
        self.plain(SHCSR, MMFAR, BFAR, 0x008, FPDSCR, DEMCR)
        self.on_write(VTOR, self.set_vectors)
        self.on_write(SCR, self._write_scr)
        self.plain(0xD94, *range(0xD98, 0xDBC, 4))  # MPU and its aliases: stored, not applied
        self.plain(CCR, reset=0x200)
        self._add_word(FPCCR, words.FLOAT_CONTROL)
        self._add_word(FPCAR, words.FLOAT_PLACE)
        self.on_write(CPACR, self._write_cpacr)
        self.on_read(ICSR, self._read_icsr)
        self.on_write(ICSR, self._write_icsr)
        self.on_read(AIRCR, lambda: 0xFA050000 | self._nvic.group_shift << 8)
        self.on_write(AIRCR, self._write_aircr)
        for offset in (CFSR, HFSR, DFSR):
            self.on_write(offset, self._clear_bits(offset))
        self.on_write(0xD94, self._write_mpu)

    def set_vectors(self, address: int) -> None:
        """VTOR: the vector table lies on a multiple of 128."""
        self.values[VTOR] = address
        self._cpu.state[words.VECTORS] = address & ~0x7F

    def _write_scr(self, value: int) -> None:
        """The hooks know neither SLEEPONEXIT nor SEVONPEND."""
        self.values[SCR] = value
        self._cpu.watch(words.WATCHED_BY_SCR, bool(value & (SLEEPONEXIT | SEVONPEND)))

    def _add_word(self, offset: int, word: int) -> None:
        """A register that lies in the state."""
        state = self._cpu.state

        def write(value: int) -> None:
            state[word] = value

        self.on_write(offset, write)
        self.on_read(offset, lambda: int(state[word]))

    def _enable(self, exception: int) -> None:
        self._nvic.enabled[exception] = True
        if exception in self._nvic.pending:
            self._nvic.pend(exception)

    def _disable(self, exception: int) -> None:
        self._nvic.enabled[exception] = False

    def _unpend(self, exception: int) -> None:
        self._nvic.unpend(exception)
        if exception not in self._nvic.active and self._nvic.line(exception):
            self._nvic.pend(exception)

    def _bits_of(self, first: int, test: Callable[[int], bool]) -> Callable[[], int]:
        count = min(32, EXCEPTIONS - first)
        return lambda: sum(1 << bit for bit in range(count) if test(first + bit))

    def _priority_reader(self, exception: int) -> Callable[[], int]:
        def read() -> int:
            priorities = [self._nvic.priority(e) for e in range(exception, exception + 4)]
            return sum(max(0, priority) << 8 * n for n, priority in enumerate(priorities))

        return read

    def _priority_writer(self, exception: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            for byte in range(4):
                self._set_priority(exception + byte, value >> 8 * byte & 0xFF)

        return write

    def _write_cpacr(self, value: int) -> None:
        self.values[CPACR] = value
        self._cpu.allow_float(value >> 20 & 0xF == 0xF)

    def _read_icsr(self) -> int:
        nvic = self._nvic
        active, pending = (nvic.active[-1] if nvic.active else 0), nvic.next() or 0
        flags = (NMI in nvic.pending) << 31 | (PENDSV in nvic.pending) << 28
        flags |= (SYSTICK in nvic.pending) << 26 | (pending >= FIRST_INTERRUPT) << 22
        return flags | pending << 12 | (len(nvic.active) <= 1) << 11 | active

    def _write_icsr(self, value: int) -> None:
        for bit, exception in ((31, NMI), (28, PENDSV), (26, SYSTICK)):
            if value >> bit & 1:
                self._nvic.pend(exception)
        for bit, exception in ((27, PENDSV), (25, SYSTICK)):
            if value >> bit & 1:
                self._nvic.unpend(exception)

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != KEY:
            return
        self._nvic.group_shift = value >> 8 & 7
        if value & 4:
            self._reset_request()

    def _write_mpu(self, value: int) -> None:
        self.values[0xD94] = value
        if value & 1:
            self._warnings.once("mpu", "SCS register MPU_CTRL: the MPU is not modelled")

    def _clear_bits(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[offset] &= ~value

        return write


def _each_bit(first: int, change: Callable[[int], None]) -> Callable[[int], None]:
    def write(value: int) -> None:
        for bit in range(min(32, EXCEPTIONS - first)):
            if value >> bit & 1:
                change(first + bit)

    return write


def _exception_of_priority(offset: int) -> int:
    """The exception whose priority byte lies at `offset`."""
    if offset >= 0xD18:
        return offset - 0xD18 + 4
    return FIRST_INTERRUPT + offset - 0x400
