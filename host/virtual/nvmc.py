"""NVMC: writing and erasing flash, and the instruction cache's switch (nRF52840 Product Specification 1.1, 4.3)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank, Warnings
from host.virtual.memory import Memory

READY, READYNEXT, CONFIG, ERASEPAGE, ERASEALL, ICACHECNF = 0x400, 0x408, 0x504, 0x508, 0x50C, 0x540
WRITE_ENABLE, ERASE_ENABLE, PAGE_BYTES = 1, 2, 0x1000
WRITE_CYCLES, ERASE_CYCLES = 64 * 41, 64 * 85_000


class Nvmc(RegisterBank):
    """The CPU stands still while flash is busy: code runs from flash. So READY always reads 1."""

    def __init__(
        self,
        memory: Memory,
        warnings: Warnings,
        spend: Callable[[int], None],
        changed: Callable[[int, int], None],
    ) -> None:
        super().__init__("NVMC", 0x4001E000)
        self._memory, self._warnings = memory, warnings
        self._spend, self._changed = spend, changed
        self.constant(READY, 1)
        self.constant(READYNEXT, 1)
        self.plain(CONFIG, 0x548, 0x54C)
        self.on_write(ICACHECNF, self._switch_cache)
        memory.switch_cache(False)
        self.on_write(ERASEPAGE, self._erase_page)
        self.on_write(ERASEALL, self._refuse_all)
        self._written: list[tuple[int, bytes]] = []

    @property
    def instruction_cache(self) -> bool:
        """Whether the cache is on. It costs and saves nothing unless flash waits, see silicon.py."""
        return bool(self.values[ICACHECNF] & 1)

    @property
    def writes(self) -> bool:
        """CONFIG.WEN: stores to flash and UICR are let through."""
        return self.values[CONFIG] == WRITE_ENABLE

    def reset(self) -> None:
        """The cache is off."""
        super().reset()
        self._memory.switch_cache(False)

    def _switch_cache(self, value: int) -> None:
        if (value ^ self.values[ICACHECNF]) & 1:
            self._memory.switch_cache(bool(value & 1))
        self.values[ICACHECNF] = value

    def store(self, address: int, size: int, value: int) -> bool:
        """A store to flash by the CPU; false is a bus fault. Bits can only go from 1 to 0."""
        if not self.writes:
            self._warnings.once(
                "flash store", f"flash store at {address:#010x} while CONFIG.WEN is off"
            )
            return False
        if size != 4 or address & 3:
            self._warnings.once(
                "flash size", f"flash store of {size} bytes at {address:#010x}: words only"
            )
            return False
        old = int.from_bytes(self._memory.flash[address : address + 4].tobytes(), "little")
        for place, data in self._written:
            if place == address:
                old = int.from_bytes(data, "little")
        self._written.append((address, (old & value).to_bytes(4, "little")))
        self._spend(WRITE_CYCLES)
        return True

    def settle(self) -> None:
        """After the block that stored: flash gets what silicon would hold."""
        written, self._written = self._written, []
        for address, data in written:
            self._memory.flash[address : address + 4] = list(data)
            self._changed(address, 4)

    @property
    def unsettled(self) -> bool:
        """Whether settle has work."""
        return bool(self._written)

    def _erase_page(self, address: int) -> None:
        page = address & ~(PAGE_BYTES - 1)
        if self.values[CONFIG] != ERASE_ENABLE or page >= len(self._memory.flash):
            self._warnings.once(
                "erase", f"NVMC register ERASEPAGE: {address:#010x} while CONFIG.EEN is off"
            )
            return
        self._memory.flash[page : page + PAGE_BYTES] = 0xFF
        self._changed(page, PAGE_BYTES)
        self._spend(ERASE_CYCLES)

    def _refuse_all(self, _: int) -> None:
        self._warnings.once(
            "erase all", "NVMC register ERASEALL: refused, it would erase the firmware"
        )
