"""A Cortex-M4 with nothing on its pins: builds C and assembly of the firmware, calls functions, counts their cost.

Counts are those of host/virtual/cycles.py's model: estimated, zero-wait-state memory.
"""

from __future__ import annotations

import hashlib
import subprocess
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from unicorn import arm_const as arm
from unicorn.unicorn_const import (
    UC_HOOK_BLOCK,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MEM_READ,
)

from host.virtual.cycles import BlockPrice, CycleModel, new_disassembler, price_block
from host.virtual.engine import new_engine
from tests.native import BUILD, INCLUDES

FLASH, FLASH_BYTES = 0x0, 0x100000
RAM, RAM_BYTES = 0x2000_0000, 0x40000
DATA_IN_FLASH = 0x40000
STACK_TOP = RAM + RAM_BYTES
RETURN = FLASH + FLASH_BYTES - 0x10
CORE = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-ffunction-sections"]
NO_LOADS_IN_IT_BLOCKS = "-fno-if-conversion2"  # platformio.ini says why
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]


@dataclass
class Counts:
    """What calls cost. misaligned: extra cycles of unaligned accesses, not in `cycles`. blocks: cycles by address."""

    instructions: int = 0
    cycles: int = 0
    flash_reads: int = 0
    misaligned: int = 0
    stack_bytes: int = 0
    blocks: Counter[int] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Adds another call's cost."""
        self.instructions += other.instructions
        self.cycles += other.cycles
        self.flash_reads += other.flash_reads
        self.misaligned += other.misaligned
        self.stack_bytes = max(self.stack_bytes, other.stack_bytes)
        self.blocks += other.blocks


def build(
    sources: list[Path], compiler: str, float_abi: str = "hard", optimise: str = "-O2"
) -> Path:
    """An ELF of `sources` linked at FLASH + 0x1000, rebuilt when any of them changed."""
    flags = [
        *CORE,
        f"-mfloat-abi={float_abi}",
        optimise,
        NO_LOADS_IN_IT_BLOCKS,
        *WARNINGS,
        *INCLUDES,
    ]
    link = [
        "-nostartfiles",
        "-specs=nano.specs",
        "-Wl,-Ttext=0x1000,-e,0",
        f"-Wl,-Tdata={RAM + 0x30000:#x}",
    ]
    seen = b"".join(p.read_bytes() for p in sorted({*sources, *_headers(sources)}))
    key = hashlib.sha256(seen + " ".join([compiler, *flags, *link]).encode()).hexdigest()[:16]
    target = BUILD / f"dsp-{key}.elf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [compiler, *flags, *link, *map(str, sources), "-o", str(target)]
        subprocess.run(command, check=True)
    return target


def _headers(sources: list[Path]) -> list[Path]:
    folders = {p.parent for p in sources} | {p.parent.parent for p in sources}
    return [header for folder in folders for header in folder.glob("*.h")]


class Board:
    """One program in flash. Memory stays between calls."""

    def __init__(self, elf: Path, model: CycleModel | None = None) -> None:
        self.model = model or CycleModel()
        self.core: Any = new_engine()
        self.core.mem_map(FLASH, FLASH_BYTES)
        self.core.mem_map(RAM, RAM_BYTES)
        self.core.mem_map(0xE000_E000, 0x1000)
        self.symbols: dict[str, int] = {}
        with elf.open("rb") as file:
            image = ELFFile(file)
            for segment in image.iter_segments("PT_LOAD"):
                self.core.mem_write(segment["p_paddr"], segment.data())
            table = image.get_section_by_name(".symtab")
            assert isinstance(table, SymbolTableSection)
            for symbol in table.iter_symbols():
                self.symbols[symbol.name] = symbol["st_value"]
        self.core.mem_write(0xE000_ED88, (0xF << 20).to_bytes(4, "little"))  # CPACR: FPU on
        self.core.reg_write(arm.UC_ARM_REG_FPEXC, 0x4000_0000)
        self._prices: dict[tuple[int, int], BlockPrice] = {}
        self._disassembler = new_disassembler()

    def write(self, address: int, data: bytes) -> None:
        self.core.mem_write(address, data)

    def read(self, address: int, size: int) -> bytes:
        return bytes(self.core.mem_read(address, size))

    def run(self, name: str, *arguments: int) -> int:
        """Calls `name` without counting, which is much faster: r0."""
        self._start(self.symbols[name], arguments)
        return int(self.core.reg_read(arm.UC_ARM_REG_R0))

    def call(self, name: str, *arguments: int, memory: bool = False) -> tuple[int, Counts]:
        """Calls `name` with up to 4 arguments: r0, and the cost. memory: count accesses too, which is slow."""
        counts = Counts()
        before: list[tuple[int, BlockPrice]] = []

        def block(_core: Any, address: int, size: int, _user: object) -> None:
            price = self._price(address, size)
            if before:
                end, last = before.pop()
                if end != address:
                    counts.cycles += last.taken_penalty + price.entry_penalty
            counts.cycles += price.cycles
            counts.blocks[address] += price.cycles
            counts.instructions += price.instructions
            before.append((address + size, price))

        def access(
            _core: Any, kind: int, address: int, size: int, _value: int, _user: object
        ) -> None:
            if kind == UC_MEM_READ and address < RAM:
                counts.flash_reads += 1
            if size == 4:
                counts.misaligned += (0, 2, 1, 2)[address & 3]
            elif size == 2:
                counts.misaligned += address & 1

        self.core.ctl_flush_tb()  # what `run` translated knows no hooks
        hooks = [self.core.hook_add(UC_HOOK_BLOCK, block)]
        if memory:
            hooks.append(self.core.hook_add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, access))
        self.write(STACK_TOP - 0x2000, b"\xa5" * 0x2000)
        result = self.run(name, *arguments)
        for hook in hooks:
            self.core.hook_del(hook)
        stack = self.read(STACK_TOP - 0x2000, 0x2000)
        counts.stack_bytes = 0x2000 - (len(stack) - len(stack.lstrip(b"\xa5")))
        return result, counts

    def by_function(self, counts: Counts) -> list[tuple[str, int]]:
        """Cycles of each function, most first."""
        starts = sorted(
            (value & ~1, name)
            for name, value in self.symbols.items()
            if value and name[0] not in "$_"
        )
        found: Counter[str] = Counter()
        for address, cycles in counts.blocks.items():
            place = bisect_right(starts, (address, "~")) - 1
            found[starts[place][1]] += cycles
        return found.most_common()

    def _start(self, entry: int, arguments: tuple[int, ...]) -> None:
        registers = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)
        for register, value in zip(registers, arguments, strict=False):
            self.core.reg_write(register, value)
        self.core.reg_write(arm.UC_ARM_REG_SP, STACK_TOP)
        self.core.reg_write(arm.UC_ARM_REG_LR, RETURN | 1)
        self.core.emu_start(entry | 1, RETURN)

    def _price(self, address: int, size: int) -> BlockPrice:
        found = self._prices.get((address, size))
        if found is None:
            code = self.read(address, size)
            found = price_block(code, address, self._disassembler, self.model)
            self._prices[address, size] = found
        return found
