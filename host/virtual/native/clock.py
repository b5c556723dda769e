"""When the CPU accesses a device, in guest time, and what mask registers hold.

For the fast engine see sites.py: it tells the time of an access where a block leaves no choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.compiled import carray, inner, pointer, read_register, write_register


@inner
def table_row(address: Any) -> Any:
    """The row of the tables for a code address."""
    if address < words.FLASH_BYTES:
        return address >> 1
    return words.RAM_SLOT + ((address & (words.RAM_BYTES - 1)) >> 1)


@inner
def forget_it_state(s: Any) -> None:
    """To be called in every hook of memory. For such a hook Unicorn restores the CPU's state as it is at the very
    access, the IT state with it; a block that was translated with its IT inside never clears that, and the next block
    that is looked up would take its first instruction for a conditional one.
    """
    engine = s[words.ENGINE]
    status = read_register(s[words.READ_FUNCTION], engine, words.CPSR_REGISTER)
    if status & words.IT_STATE != 0:
        kept = status & ~words.IT_STATE
        write_register(s[words.WRITE_FUNCTION], engine, words.CPSR_REGISTER, kept)


@inner
def masks_now(s: Any) -> Any:
    """PRIMASK, FAULTMASK and BASEPRI as one word: bit 0, bit 1, bits 8 to 15."""
    read, engine = s[words.READ_FUNCTION], s[words.ENGINE]
    single = read_register(read, engine, words.PRIMASK_REGISTER) & 1
    single |= (read_register(read, engine, words.FAULTMASK_REGISTER) & 1) << 1
    return single | (read_register(read, engine, words.BASEPRI_REGISTER) & 0xFF) << 8


@inner
def access_time(s: Any, column: Any) -> Any:
    """Cycles from the block's start to the access of a device that it makes; -1: not known without PC.

    column: LOADS or STORES.
    """
    accesses = carray(pointer(s[words.ACCESSES]), (words.SLOTS, 2), np.uint16)
    access = np.int64(accesses[table_row(s[words.BLOCK]), column])
    if access == words.ACCESS_HOOKED:
        return s[words.SITE_AT] if s[words.SITE_BASE] == s[words.BASE] else np.int64(-1)
    return access - 1


@inner
def want_site(s: Any) -> Any:
    """The block that runs shall have a site hook when the fast engine takes over; whether that is new."""
    wanted = carray(pointer(s[words.WANTED]), (words.SLOTS,), np.uint8)
    row = table_row(s[words.BLOCK])
    moved = words.CODE_RAM_START <= s[words.BLOCK] < words.RAM_START
    if wanted[row] != 0 and (s[words.IN_ALIAS] != 0 or not moved):
        return False
    if moved:
        s[words.IN_ALIAS] = 1
    wanted[row] = 1
    s[words.WANTED_AT] = s[words.CYCLES]
    return True


@inner
def prefix_at(s: Any, address: Any) -> Any:
    """Cycles from the block's start to the instruction at this address."""
    prefixes = carray(pointer(s[words.PREFIXES]), (words.POOL_HALFWORDS,), np.uint16)
    return np.int64(prefixes[s[words.BLOCK_PREFIX] + ((address - s[words.BLOCK]) >> 1)])


@inner
def prefix_now(s: Any) -> Any:
    """Cycles from the block's start to the instruction that runs, where PC is exact."""
    return prefix_at(s, read_register(s[words.READ_FUNCTION], s[words.ENGINE], words.PC_REGISTER))


@inner
def cycle_now(s: Any) -> Any:
    """Guest time of the load being made: exact, or the end of the block when that is not known."""
    at = access_time(s, words.LOADS)
    if s[words.EXACT] != 0:
        if at < 0:
            want_site(s)
        at = prefix_now(s)
    elif at < 0:
        return s[words.CYCLES]
    return s[words.CYCLES] - s[words.BLOCK_COST] + at


@inner
def access_cycle(s: Any) -> Any:
    """The same for any access of a device, as ACCESS names it; without one the end of the block."""
    if s[words.ACCESS] == words.NO_ACCESS:
        return s[words.CYCLES]
    at = access_time(s, s[words.ACCESS])
    if s[words.EXACT] != 0:
        counter = read_register(s[words.READ_FUNCTION], s[words.ENGINE], words.PC_REGISTER)
        if not 0 <= counter - s[words.BLOCK] <= s[words.BLOCK_BYTES]:
            return s[words.CYCLES]  # nothing is accessed: a branch out of memory
        if at < 0:
            want_site(s)
        at = prefix_at(s, counter)
    elif at < 0:
        if s[words.SENSOR_RUNS] != 0 and want_site(s):
            s[words.SITES_GROW] = 1
        return s[words.CYCLES]
    return s[words.CYCLES] - s[words.BLOCK_COST] + at


@inner
def device_time(s: Any) -> Any:
    """Guest time for a peripheral: the cycle of the event that happens, else that of the access."""
    if s[words.HAPPENS] != 0:
        return s[words.HAPPENED_AT]
    return access_cycle(s)
