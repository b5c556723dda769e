"""Flash and RAM of engine and model, from the firmware's symbols, the packed model's header and a painted stack.

Flash: the engine's code and constants lie between the linker script's marks engine_start and engine_end (unused
operators are in it, as the firmware takes any model); the C library's block copies, which the rest of the firmware
uses, too, are counted in full; the packed model is as long as its header says. RAM: the image, the arena, what the
engine initialises or zeroes at start (between the marks engine_data_* and engine_bss_*), and the deepest stack below
the caller of engine_run, interrupts included. Not counted: the caller's struct engine, 28 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from host.compiler.pack import PackedModel

LIBRARY = ("memcpy", "memmove", "memset")
MARKS = (
    "engine_start",
    "engine_end",
    "engine_data_start",
    "engine_data_end",
    "engine_bss_start",
    "engine_bss_end",
)


@dataclass(frozen=True)
class Footprint:
    """Bytes. code: with constants. data, bss: the engine's own."""

    code: int
    library: int
    model: int
    image: int
    arena: int
    data: int
    bss: int
    stack: int

    @property
    def flash(self) -> int:
        """Everything in flash."""
        return self.code + self.library + self.data + self.model

    @property
    def ram(self) -> int:
        """Everything in RAM."""
        return self.image + self.arena + self.data + self.bss + self.stack


def footprint(
    symbols: Mapping[str, tuple[int, int]], model: PackedModel, stack_bytes: int
) -> Footprint:
    """symbols: name -> address, bytes; they must hold MARKS."""

    def between(name: str) -> int:
        return symbols[f"{name}_end"][0] - symbols[f"{name}_start"][0]

    header = model.header
    return Footprint(
        code=between("engine"),
        library=sum(symbols[name][1] for name in LIBRARY if name in symbols),
        model=header.total_bytes,
        image=header.input_height * header.input_width * header.input_channels,
        arena=header.arena_bytes,
        data=between("engine_data"),
        bss=between("engine_bss"),
        stack=stack_bytes,
    )
