"""What code lies in: the instruction cache and the flash behind it (silicon.py), RAM that changes (ran_code.py)."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.compiled import carray, inner, pointer


@inner
def line_is_there(s: Any, line: Any) -> Any:
    """Whether a line of flash is in the instruction cache; it is from now on."""
    if s[words.CACHE_ON] == 0:
        there = s[words.LINE_AT_HAND] == line
        s[words.LINE_AT_HAND] = line
        return there
    cache = carray(pointer(s[words.CACHE]), (words.CACHE_SETS, 3), np.int64)
    row = line % words.CACHE_SETS
    for way in range(2):
        if cache[row, way] == line:
            cache[row, 2] = 1 - way
            return True
    oldest = cache[row, 2]
    cache[row, oldest] = line
    cache[row, 2] = 1 - oldest
    return False


@inner
def fetch_block(s: Any, start: Any, size: Any) -> Any:
    """Cycles that the lines of a block in flash are waited for."""
    waited = 0
    for line in range(
        start >> words.FLASH_LINE_SHIFT, ((start + size - 1) >> words.FLASH_LINE_SHIFT) + 1
    ):
        if line_is_there(s, line):
            s[words.CACHE_HITS] += 1
        else:
            s[words.CACHE_MISSES] += 1
            waited += s[words.FLASH_WAIT]
    return waited


@inner
def changed_in_ram(s: Any, start: Any, size: Any) -> Any:
    """Whether a block lies in RAM and is not what it was when it was priced."""
    if start < words.FLASH_BYTES:
        return False
    halfwords = words.RAM_BYTES >> 1
    ram = carray(pointer(s[words.RAM]), (halfwords,), np.uint16)
    ran = carray(pointer(s[words.RAN]), (halfwords,), np.uint16)
    place = (start & (words.RAM_BYTES - 1)) >> 1
    behind = place + (size >> 1)
    while place < behind and ram[place] == ran[place]:
        place += 1
    return place < behind
