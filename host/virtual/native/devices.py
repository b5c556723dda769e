"""Accesses of the CPU to peripherals: timers and the NVIC's enable registers here, all others in Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.clock import access_cycle
from host.virtual.native.compiled import ask_python, inner
from host.virtual.native.nvic import pend, table_of
from host.virtual.native.timers import (
    PAGE,
    read_timer,
    run_timers,
    timer_at,
    timer_knows,
    write_timer,
)

WORD_BYTES, SIZE_SHIFT = 4, 32
PERIPHERALS, SYSTEM = 0x40000000, 0xE000E000
SET_ENABLE, CLEAR_ENABLE, ENABLE_BYTES = 0x100, 0x180, 8
FIRST_INTERRUPT = 16


@inner
def catch_up(s: Any) -> None:
    """What was due before this access happens before it, though the block has not come to its end."""
    if s[words.CYCLES] >= s[words.EVENT]:
        now = access_cycle(s)
        run_timers(s, now)
        if s[words.PYTHON_EVENT] <= now:
            ask_python(s[words.DUE_FUNCTION], now, 0)


@inner
def read_device(s: Any, address: Any, size: Any) -> Any:
    """A register at 0x40000000 and above."""
    index = timer_at(s, address) if size == WORD_BYTES else -1
    if index < 0 or not timer_knows(s, index, address & (PAGE - 1)):
        return ask_python(s[words.BUS_READ_FUNCTION], address | size << SIZE_SHIFT, 0)
    s[words.ACCESS] = words.LOADS
    catch_up(s)
    value = read_timer(s, index, address & (PAGE - 1))
    s[words.ACCESS] = words.NO_ACCESS
    return value


@inner
def write_device(s: Any, address: Any, size: Any, value: Any) -> None:
    """The same."""
    index = timer_at(s, address) if size == WORD_BYTES else -1
    if index < 0 or not timer_knows(s, index, address & (PAGE - 1)):
        ask_python(s[words.BUS_WRITE_FUNCTION], address | size << SIZE_SHIFT, value)
        return
    s[words.ACCESS] = words.STORES
    catch_up(s)
    write_timer(s, index, address & (PAGE - 1), value)
    s[words.ACCESS] = words.NO_ACCESS


@inner
def first_enabled(offset: Any, size: Any) -> Any:
    """The first exception of an ISER or ICER register at this offset in the SCS, -1: another register."""
    for base in (SET_ENABLE, CLEAR_ENABLE):
        if size == WORD_BYTES and base <= offset < base + ENABLE_BYTES and offset & 3 == 0:
            return FIRST_INTERRUPT + 8 * (offset - base)
    return -1


@inner
def read_system(s: Any, offset: Any, size: Any) -> Any:
    """A register of the SCS."""
    first = first_enabled(offset, size)
    if first < 0:
        return ask_python(s[words.BUS_READ_FUNCTION], SYSTEM + offset | size << SIZE_SHIFT, 0)
    s[words.ACCESS] = words.LOADS
    catch_up(s)
    s[words.ACCESS] = words.NO_ACCESS
    table, value = table_of(s), np.int64(0)
    for bit in range(min(32, words.EXCEPTIONS - first)):
        value |= (table[first + bit, words.ENABLED] != 0) << bit
    return value


@inner
def write_system(s: Any, offset: Any, size: Any, value: Any) -> None:
    """The same."""
    first = first_enabled(offset, size)
    if first < 0:
        ask_python(s[words.BUS_WRITE_FUNCTION], SYSTEM + offset | size << SIZE_SHIFT, value)
        return
    s[words.ACCESS] = words.STORES
    catch_up(s)
    s[words.ACCESS] = words.NO_ACCESS
    table, on = table_of(s), offset < CLEAR_ENABLE
    for bit in range(min(32, words.EXCEPTIONS - first)):
        if value >> bit & 1 != 0:
            table[first + bit, words.ENABLED] = 1 if on else 0
            if on and table[first + bit, words.PENDING] != 0:
                pend(s, first + bit)
