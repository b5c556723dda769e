"""Flash and RAM of engine and model, from the firmware's symbols, the packed model's header and a painted stack.

Flash: the engine's code and constants lie between the linker script's marks engine_start and engine_end (unused
operators are in it, as the firmware takes any model); of what lies outside it calls CRC-32 only, whose code and table
the link uses, too, and which are counted in full (tests/engine/test_symbols.py: it calls nothing else); the packed
model is as long as its header says. RAM: the image, the arena, what the engine initialises or zeroes at start (between
the marks engine_data_* and engine_bss_*), and the deepest stack below the caller of engine_run, interrupts included.
Not counted: the caller's struct engine, 28 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from host.compiler.pack import PackedModel

SHARED_CODE = "crc32_add"
SHARED_TABLE = "byte_crc"
MARKS = (
    "engine_start",
    "engine_end",
    "engine_data_start",
    "engine_data_end",
    "engine_bss_start",
    "engine_bss_end",
)
NEEDED = (*MARKS, SHARED_CODE, SHARED_TABLE)


@dataclass(frozen=True)
class Footprint:
    """Bytes. code: with constants. shared: code that it calls outside. data, bss: its own, and CRC-32's table."""

    code: int
    shared: int
    model: int
    image: int
    arena: int
    data: int
    bss: int
    stack: int

    @property
    def flash(self) -> int:
        """Everything in flash."""
        return self.code + self.shared + self.data + self.model

    @property
    def ram(self) -> int:
        """Everything in RAM."""
        return self.image + self.arena + self.data + self.bss + self.stack


def footprint(
    symbols: Mapping[str, tuple[int, int]], model: PackedModel, stack_bytes: int
) -> Footprint:
    """symbols: name -> address, bytes; they must hold NEEDED."""

    def between(name: str) -> int:
        return symbols[f"{name}_end"][0] - symbols[f"{name}_start"][0]

    header = model.header
    return Footprint(
        code=between("engine"),
        shared=symbols[SHARED_CODE][1],
        model=header.total_bytes,
        image=header.input_height * header.input_width * header.input_channels,
        arena=header.arena_bytes,
        data=between("engine_data"),
        bss=between("engine_bss") + symbols[SHARED_TABLE][1],
        stack=stack_bytes,
    )
