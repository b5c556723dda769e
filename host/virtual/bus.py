"""Peripherals as banks of registers. A register that a bank does not have is warned about once, never guessed."""

from __future__ import annotations

from collections.abc import Callable

Reader = Callable[[], int]
Writer = Callable[[int], None]
PAGE = 0x1000

# Names by page, for warnings (nRF52840 Product Specification 1.1, instantiation table; ARM DDI 0403).
NAMES = {
    0x10000000: "FICR", 0x10001000: "UICR", 0x40000000: "POWER/CLOCK", 0x40001000: "RADIO", 0x40002000: "UARTE0",
    0x40003000: "SPIM0/TWIM0", 0x40004000: "SPIM1/TWIM1", 0x40005000: "NFCT", 0x40006000: "GPIOTE", 0x40007000: "SAADC",
    0x40008000: "TIMER0", 0x40009000: "TIMER1", 0x4000A000: "TIMER2", 0x4000B000: "RTC0", 0x4000C000: "TEMP",
    0x4000D000: "RNG", 0x4000E000: "ECB", 0x4000F000: "AAR/CCM", 0x40010000: "WDT", 0x40011000: "RTC1",
    0x40012000: "QDEC", 0x40013000: "COMP/LPCOMP", 0x40014000: "EGU0", 0x4001A000: "TIMER3", 0x4001B000: "TIMER4",
    0x4001C000: "PWM0", 0x4001D000: "PDM", 0x4001E000: "NVMC", 0x4001F000: "PPI", 0x40020000: "MWU",
    0x40021000: "PWM1", 0x40022000: "PWM2", 0x40023000: "SPIM2", 0x40024000: "RTC2", 0x40025000: "I2S",
    0x40026000: "FPU", 0x40027000: "USBD", 0x40028000: "UARTE1", 0x40029000: "QSPI", 0x4002D000: "PWM3",
    0x4002F000: "SPIM3", 0x50000000: "GPIO", 0xE0000000: "ITM", 0xE0001000: "DWT", 0xE0002000: "FPB",
    0xE000E000: "SCS", 0xE0040000: "TPIU", 0xE0041000: "ETM",
}  # fmt: skip


class RegisterBank:
    """One peripheral: named registers, each plain storage or with something to do when it is touched."""

    def __init__(self, name: str, start: int) -> None:
        self.name, self.start = name, start
        self.values: dict[int, int] = {}
        self._resets: dict[int, int] = {}
        self._readers: dict[int, Reader] = {}
        self._writers: dict[int, Writer] = {}

    def plain(self, *offsets: int, reset: int = 0) -> None:
        """Registers that hold what was written."""
        for offset in offsets:
            self._resets[offset] = self.values[offset] = reset

    def constant(self, offset: int, value: int) -> None:
        """A register that cannot be written."""
        self._readers[offset] = lambda: value
        self._writers[offset] = lambda _: None

    def on_read(self, offset: int, reader: Reader) -> None:
        """What reading the register gives."""
        self._readers[offset] = reader

    def on_write(self, offset: int, writer: Writer) -> None:
        """What writing the register does; reads give the stored value unless on_read says otherwise."""
        self._writers[offset] = writer
        self.values.setdefault(offset, 0)
        self._resets.setdefault(offset, 0)

    def task(self, offset: int, action: Callable[[], None]) -> None:
        """A TASKS_ register: writing 1 starts it."""

        def write(value: int) -> None:
            if value & 1:
                action()

        self.on_write(offset, write)
        self._readers[offset] = lambda: 0

    def bits(
        self,
        set_offset: int,
        clear_offset: int,
        changed: Callable[[], None],
        whole_offset: int | None = None,
    ) -> None:
        """A SET/CLR pair over one value, kept at set_offset; some peripherals show it whole as well."""

        def write(value: int) -> None:
            self.values[set_offset] |= value
            changed()

        def clear(value: int) -> None:
            self.values[set_offset] &= ~value
            changed()

        def replace(value: int) -> None:
            self.values[set_offset] = value
            changed()

        self.on_write(set_offset, write)
        self.on_write(clear_offset, clear)
        self._readers[clear_offset] = lambda: self.values[set_offset]
        if whole_offset is not None:
            self.on_write(whole_offset, replace)
            self._readers[whole_offset] = lambda: self.values[set_offset]

    def knows(self, offset: int) -> bool:
        """Whether the register exists here."""
        return offset in self.values or offset in self._readers or offset in self._writers

    def read(self, offset: int) -> int:
        """The register's value, as the CPU reads it."""
        reader = self._readers.get(offset)
        return reader() if reader else self.values[offset]

    def write(self, offset: int, value: int) -> None:
        """A write by the CPU."""
        writer = self._writers.get(offset)
        if writer:
            writer(value)
        else:
            self.values[offset] = value

    def write_part(self, offset: int, size: int, value: int) -> bool:
        """A write of less than a word; false when the peripheral takes whole words only."""
        return False

    def reset(self) -> None:
        """Registers as after a reset."""
        self.values.update(self._resets)


class Warnings:
    """Lines about what the board does not model, each said once."""

    def __init__(self, say: Callable[[str], None], program_counter: Callable[[], int]) -> None:
        self._say, self._program_counter = say, program_counter
        self.lines: list[str] = []
        self._warned: set[str] = set()

    def once(self, key: str, text: str) -> None:
        """Says `text` with the program counter, unless `key` was said before."""
        if key in self._warned:
            return
        self._warned.add(key)
        line = f"{text} (PC {self._program_counter():#010x})"
        self.lines.append(line)
        self._say(line)


class PeripheralBus:
    """Finds the bank for an address."""

    def __init__(self, warnings: Warnings) -> None:
        self._warnings = warnings
        self._banks: dict[int, list[RegisterBank]] = {}

    def add(self, bank: RegisterBank) -> None:
        """Puts a bank at its page; two banks may share one (POWER and CLOCK do)."""
        self._banks.setdefault(bank.start & ~(PAGE - 1), []).append(bank)

    def banks(self) -> list[RegisterBank]:
        """All banks."""
        return [bank for banks in self._banks.values() for bank in banks]

    def reset(self) -> None:
        """Resets every bank."""
        for bank in self.banks():
            bank.reset()

    def read(self, address: int, size: int) -> int:
        """A read of `size` bytes."""
        bank = self._find(address, "read")
        if bank is None:
            return 0
        word = bank.read((address & ~3) - bank.start) >> 8 * (address & 3)
        return word & ((1 << 8 * size) - 1)

    def write(self, address: int, size: int, value: int) -> None:
        """A write of `size` bytes."""
        bank = self._find(address, "write")
        if bank is None or (size != 4 and bank.write_part(address - bank.start, size, value)):
            return
        if size != 4:
            self._warn(address, f"{size}-byte write", "registers take whole words")
        bank.write((address & ~3) - bank.start, value)

    def _find(self, address: int, verb: str) -> RegisterBank | None:
        page = address & ~(PAGE - 1)
        for bank in self._banks.get(page, ()):
            if bank.knows((address & ~3) - bank.start):
                return bank
        self._warn(address, verb, "not modelled; reads give 0, writes do nothing")
        return None

    def _warn(self, address: int, verb: str, why: str) -> None:
        page, offset = address & ~(PAGE - 1), address & (PAGE - 1)
        if page not in NAMES:  # no peripheral, so no registers: one line a page
            where, place = f"{verb} {page:#x}", f"reserved space at {address:#010x}"
        else:
            where = f"{verb} {address:#x}"
            place = f"{NAMES[page]} register {offset:#05x} ({address:#010x})"
        self._warnings.once(where, f"{place}: {verb}: {why}")
