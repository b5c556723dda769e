"""Prices of drawn machine code, in numbers: no cycle of any program changes unnoticed. test_cycles.py has the rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from host.virtual.cycles import CycleModel, new_disassembler, price_block
from tests.goldens import check_golden

BLOCKS, INSTRUCTIONS = 240, 4
HEADS = (  # loads and stores of every form, multiples, branches, IT, hints, floats, divisions, masks, arithmetic
    0x4800, 0x6800, 0x6000, 0x5800, 0x5000, 0x9800, 0xB500, 0xBD00, 0xC800, 0xC000, 0x4400, 0x4700, 0xD000, 0xE000,
    0xBF00, 0xB660, 0xE900, 0xE800, 0xE8D0, 0xE850, 0xF850, 0xF840, 0xFB90, 0xFBB0, 0xED90, 0xED80, 0xEC80, 0xEC90,
    0xEE00, 0xEE30, 0xEE80, 0xEEA0, 0xEEB0, 0xEC50, 0xF3EF, 0xF380, 0xF3BF, 0x1800, 0x2000,
)  # fmt: skip
WIDE = (0x1D, 0x1E, 0x1F)  # the upper five bits of an instruction of four bytes
SLOW = CycleModel(2, 4, 3, 5, 4, 7, 8, 9, 11, 17)  # each number another one


def drawn(random: np.random.Generator) -> bytes:
    code = b""
    for _ in range(INSTRUCTIONS):
        half = int(random.choice(HEADS)) | int(
            random.integers(256 if random.random() < 0.7 else 16)
        )
        code += half.to_bytes(2, "little")
        if half >> 11 in WIDE:  # mostly one that uses single registers of the float unit
            more = int(random.integers(1 << 16))
            code += (more if random.random() < 0.4 else more & 0xF0FF | 0x0A00).to_bytes(
                2, "little"
            )
    return code


def prices() -> Iterator[str]:
    random, machine = np.random.default_rng(3), new_disassembler()
    for number in range(BLOCKS):
        code = drawn(random)
        usual, slow = (
            price_block(code, 0x1000 + 2 * (number % 2), machine, model)
            for model in (CycleModel(), SLOW)
        )
        yield (
            f"{code.hex()}: {usual.cycles} cycles of {usual.instructions}, taken {usual.taken_penalty} entry "
            f"{usual.entry_penalty}, {' '.join(map(str, usual.prefix))}; slow {slow.cycles} {slow.taken_penalty} "
            f"{slow.entry_penalty}; aligned {usual.aligned} reaching {usual.reaching} fpu {usual.uses_fpu:d} masks "
            f"{usual.masks:d} unknown {len(usual.unknown)}"
        )


def test_prices_of_drawn_blocks() -> None:
    check_golden("prices_of_blocks", "\n".join(prices()))
