"""What Unicorn calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.attention import ASK_PYTHON, GO_ON, attend, must_stop, python_watches
from host.virtual.native.clock import cycle_now, forget_it_state, prefix_at, table_row
from host.virtual.native.compiled import (
    ask_python,
    carray,
    inner,
    native,
    pointer,
    read_register,
    stop_engine,
    types,
)
from host.virtual.native.devices import (
    PERIPHERALS,
    read_device,
    read_system,
    write_device,
    write_system,
)
from host.virtual.native.exceptions import leave
from host.virtual.native.flash import changed_in_ram, fetch_block
from host.virtual.native.load import serve_load
from host.virtual.native.pins import input_word

NUMBER_RETURN = 8  # Unicorn's number for a branch to EXC_RETURN
EXCEPTION_RETURN = 0xF0000001  # what PC lacks of it then


@inner
def stops_before(s: Any, address: Any) -> Any:
    """What becomes of the block at `address`: see attend()."""
    while True:
        stops = must_stop(s)
        if not stops:
            if s[words.CYCLES] < s[words.LOAD_AT]:
                return GO_ON
            serve_load(s)
            stops = s[words.LOAD_HELD] != 0 or must_stop(s)
            s[words.LOAD_HELD] = 0
            if not stops:
                return GO_ON
        outcome = attend(s, address)
        if outcome != GO_ON:
            return outcome


@native(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr))
def block_hook(engine: Any, address: Any, size: Any, user: Any) -> None:
    """Prices a block when it starts; goes elsewhere, or stops before it, when something is due.

    Unicorn calls again for the same block after such a stop, so that is looked at before anything is charged. An
    exception that is entered has another PC: Unicorn goes on there and does not run this block.
    """
    s = carray(user, (words.STATE_WORDS,), np.int64)
    if s[words.CYCLES] >= s[words.DEADLINE] or s[words.CYCLES] >= s[words.LOAD_AT]:
        outcome = stops_before(s, np.int64(address))
        if outcome == ASK_PYTHON:
            s[words.STOPPED] |= words.STOP_DEADLINE
            stop_engine(s[words.STOP_FUNCTION], s[words.ENGINE])
        if outcome != GO_ON:
            return
    start = np.int64(address)
    slot = table_row(start)
    prices = carray(pointer(s[words.PRICES]), (words.SLOTS, 2), np.int64)
    price = prices[slot, 0]
    if price >> words.SIZE_SHIFT != np.int64(size) or changed_in_ram(s, start, np.int64(size)):
        if ask_python(s[words.PRICE_FUNCTION], start, np.int64(size)) != 0:
            s[words.STOPPED] |= words.STOP_DEADLINE
            stop_engine(s[words.STOP_FUNCTION], s[words.ENGINE])
            return
        price = prices[slot, 0]
    cycles = s[words.CYCLES]
    charged = cycles
    if start != s[words.FALL]:
        cycles += s[words.PENALTY] + (price >> words.ENTRY_SHIFT & 3)
    if s[words.FLASH_WAIT] != 0 and start < words.FLASH_BYTES:
        cycles += fetch_block(s, start, np.int64(size))
    s[words.BASE] = cycles
    cost = price & 0xFFFF
    s[words.CYCLES] = cycles + cost
    s[words.INSTRUCTIONS] += price >> words.COUNT_SHIFT & 0xFFF
    s[words.BLOCK] = start
    s[words.BLOCK_BYTES] = size
    s[words.BLOCK_COST] = cost
    s[words.BLOCK_PREFIX] = prices[slot, 1]
    s[words.FALL] = start + size
    s[words.PENALTY] = price >> words.PENALTY_SHIFT & 15
    if price >> words.MASKS_SHIFT & 1 != 0 and s[words.LOAD] != 0:
        s[words.LOAD_AT] = 0  # the masks may be open behind this block
    if s[words.EXACT] != 0:
        counts = carray(pointer(s[words.COUNTS]), (words.SLOTS, 4), np.int64)
        counts[slot, 0] += 1
        counts[slot, 1] += s[words.CYCLES] - charged


@native(types.void(types.voidptr, types.uint32, types.voidptr))
def interrupt_hook(engine: Any, number: Any, user: Any) -> None:
    """Unicorn met an instruction that it leaves to us: exception returns are made here, the rest in Python."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    if number == NUMBER_RETURN and not python_watches(s):
        counter = read_register(s[words.READ_FUNCTION], s[words.ENGINE], words.PC_REGISTER)
        if leave(s, counter | EXCEPTION_RETURN):
            s[words.DEADLINE] = s[words.WATCH_MASKS] = 0  # who comes next?
            return
    s[words.INTERRUPT_NUMBER] = np.int64(number)
    stop_engine(s[words.STOP_FUNCTION], s[words.ENGINE])


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def device_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of 0x40000000 and above."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    return np.uint64(read_device(s, PERIPHERALS + np.int64(offset), np.int64(size)))


@native(types.void(types.voidptr, types.uint64, types.uint32, types.uint64, types.voidptr))
def device_write(engine: Any, offset: Any, size: Any, value: Any, user: Any) -> None:
    """Writes there."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    write_device(s, PERIPHERALS + np.int64(offset), np.int64(size), np.int64(value))


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def system_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of the SCS."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    return np.uint64(read_system(s, np.int64(offset), np.int64(size)))


@native(types.void(types.voidptr, types.uint64, types.uint32, types.uint64, types.voidptr))
def system_write(engine: Any, offset: Any, size: Any, value: Any, user: Any) -> None:
    """Writes there."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    write_system(s, np.int64(offset), np.int64(size), np.int64(value))


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def gpio_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of 0x50000000..0x50000FFF."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    if offset == 0x510:
        return np.uint64(input_word(s, 0))
    if offset == 0x810:
        return np.uint64(input_word(s, 1))
    return np.uint64(ask_python(s[words.GPIO_FUNCTION], np.int64(offset), 0))


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def dwt_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of the DWT; CYCCNT is the guest's cycle counter."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    if offset == 4:
        value = s[words.CYCCNT_VALUE]
        if s[words.CYCCNT_RUNS] != 0:
            value += cycle_now(s)
        return np.uint64(value & 0xFFFFFFFF)
    return np.uint64(ask_python(s[words.DWT_FUNCTION], np.int64(offset), 0))


@native(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr))
def site_hook(engine: Any, address: Any, size: Any, user: Any) -> None:
    """Called before each instruction of a block that makes several accesses: notes when, should this be the one."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    s[words.SITE_BASE] = s[words.BASE]
    s[words.SITE_AT] = prefix_at(s, np.int64(address))


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def nothing_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Its presence makes Unicorn keep PC exact for the accesses it covers."""
    forget_it_state(carray(user, (words.STATE_WORDS,), np.int64))


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def flash_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Data read from flash waits for it."""
    s = carray(user, (words.STATE_WORDS,), np.int64)
    forget_it_state(s)
    s[words.CYCLES] += s[words.FLASH_WAIT]


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def access_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Profile mode: counts flash data reads and charges misaligned accesses.

    LDM, LDRD, VLDR and their like fault on a misaligned word; Unicorn lets them pass, so they are noted here.
    """
    s = carray(user, (words.STATE_WORDS,), np.int64)
    forget_it_state(s)
    place = np.int64(address)
    wait = 0
    if size == 4 and place & 3 != 0:
        wait = 2 if place & 1 else 1
        counter = read_register(s[words.READ_FUNCTION], s[words.ENGINE], words.PC_REGISTER)
        aligned = carray(pointer(s[words.ALIGNED]), (words.SLOTS,), np.uint8)
        if s[words.MISALIGNED_AT] == 0 and aligned[table_row(counter)] != 0:
            s[words.MISALIGNED_AT] = counter
    elif size == 2 and place & 1 != 0:
        wait = 1
    s[words.CYCLES] += wait
    slot = table_row(s[words.BLOCK])
    counts = carray(pointer(s[words.COUNTS]), (words.SLOTS, 4), np.int64)
    counts[slot, 1] += wait
    counts[slot, 3] += wait
    if place < words.FLASH_BYTES:
        counts[slot, 2] += 1
