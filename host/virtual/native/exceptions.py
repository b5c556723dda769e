"""Exception entry and return: what a Cortex-M4 does in hardware and Unicorn does not (ARM DDI 0403, B1.5.6 to B1.5.8).

FP context is stacked at once, where silicon waits for the handler's first float instruction; LSPACT stays 0.
Entry costs 12 cycles and return 10, as with lazy stacking; 17 more when FPCCR.LSPEN forbids it.
An interrupt waits for the end of the basic block that runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.compiled import (
    ask_python,
    carray,
    inner,
    move_registers,
    pointer,
    write_register,
)
from host.virtual.native.nvic import pend, table_of
from host.virtual.native.timers import timer_line

ENTRY_CYCLES, RETURN_CYCLES, FLOAT_CYCLES = 12, 10, 17
AUTOMATIC_FLOAT, LAZY_FLOAT = 1 << 31, 1 << 30  # FPCCR.ASPEN, LSPEN
ALIGNED = 1 << 9
IN_BLOCK = 0x0600FC00  # XPSR's IT bits
FLOAT_ACTIVE, USES_PSP = 4, 2
BASIC_BYTES, FULL_BYTES = 0x20, 0x68
THREAD_PROCESS, THREAD_MAIN, HANDLER_MAIN = 0xFFFFFFED, 0xFFFFFFE9, 0xFFFFFFE1  # EXC_RETURN
BASIC_FRAME = 0x10  # of EXC_RETURN
FRAME_REGISTERS, FLOAT_REGISTERS = 6, 17  # R0 to R3, R12, LR; S0 to S15, FPSCR


@inner
def group_values(s: Any, group: Any, count: Any) -> Any:
    """The words that a group of registers is read into and written from: uint32 (count,)."""
    table = carray(pointer(s[words.GROUPS]), (words.GROUP_COUNT, words.GROUP_FIELDS), np.int64)
    return carray(pointer(table[group, words.G_VALUES]), (count,), np.uint32)


@inner
def move_group(s: Any, function: Any, group: Any) -> None:
    """Reads or writes all registers of a group."""
    table = carray(pointer(s[words.GROUPS]), (words.GROUP_COUNT, words.GROUP_FIELDS), np.int64)
    ids, places = table[group, words.G_IDS], table[group, words.G_PLACES]
    move_registers(s[function], s[words.ENGINE], ids, places, table[group, words.G_COUNT])


@inner
def ram_words(s: Any) -> Any:
    """RAM as words."""
    return carray(pointer(s[words.RAM]), (words.RAM_BYTES // 4,), np.uint32)


@inner
def word_at(s: Any, address: Any) -> Any:
    """A word of flash or RAM, 0 outside."""
    if 0 <= address <= words.FLASH_BYTES - 4:
        flash = carray(pointer(s[words.FLASH]), (words.FLASH_BYTES // 4,), np.uint32)
        return np.int64(flash[address >> 2])
    offset = address - words.RAM_START
    if 0 <= offset <= words.RAM_BYTES - 4:
        return np.int64(ram_words(s)[offset >> 2])
    return np.int64(0)


@inner
def frame_index(stack: Any, count: Any) -> Any:
    """Index of a frame's first word in RAM, -1 when `count` bytes there are not all in RAM."""
    offset = stack - words.RAM_START
    return offset >> 2 if offset >= 0 and offset + count <= words.RAM_BYTES else -1


@inner
def go_to(s: Any, address: Any) -> None:
    """Leaves the block that would run now and goes on at `address`.

    PC is written by itself because Unicorn 2.1.4 only then keeps it when it leaves the block (skip_sync_pc_on_exit). An
    exception return must not do so: no block runs, and PC would not be exact until the next time one is left.
    """
    function, engine = s[words.WRITE_FUNCTION], s[words.ENGINE]
    write_register(function, engine, words.PC_REGISTER, address | 1)


@inner
def push_stack(s: Any, place: Any, status: Any, back_to: Any, floating: Any) -> None:
    """PushStack() of B1.5.6: the frame, whose first word is RAM's word `place`."""
    ram, old = ram_words(s), group_values(s, words.ENTRY_READ, 10)
    for i in range(FRAME_REGISTERS):
        ram[place + i] = old[i]
    ram[place + 6] = np.uint32(back_to & ~1)
    ram[place + 7] = np.uint32(status | 1 << 24)
    if floating != 0:
        move_group(s, words.READ_BATCH_FUNCTION, words.FLOAT_GROUP)
        floats = group_values(s, words.FLOAT_GROUP, FLOAT_REGISTERS)
        for i in range(FLOAT_REGISTERS):
            ram[place + 8 + i] = floats[i]
        ram[place + 8 + FLOAT_REGISTERS] = 0
        s[words.FLOAT_PLACE] = s[words.FRAME_AT] + BASIC_BYTES


@inner
def pop_stack(s: Any, place: Any, floating: Any) -> None:
    """PopStack() of B1.5.8, but for SP and XPSR: R0 to R3, R12, LR and PC are only put into their group."""
    ram, new = ram_words(s), group_values(s, words.EXIT_WRITE, 13)
    if floating != 0:
        floats = group_values(s, words.FLOAT_GROUP, FLOAT_REGISTERS)
        for i in range(FLOAT_REGISTERS):
            floats[i] = ram[place + 8 + i]
        move_group(s, words.WRITE_BATCH_FUNCTION, words.FLOAT_GROUP)
    for i in range(FRAME_REGISTERS):
        new[6 + i] = ram[place + i]
    new[12] = np.uint32(np.int64(ram[place + 6]) | 1)


@inner
def running(s: Any) -> Any:
    """Number of the exception whose handler runs, 0: none does."""
    if s[words.ACTIVE_COUNT] == 0:
        return np.int64(0)
    return table_of(s)[s[words.ACTIVE_COUNT] - 1, words.ACTIVE]


@inner
def charge_entry(s: Any, exception: Any, floating: Any) -> None:
    """Cycles of an exception's entry."""
    s[words.CYCLES] += ENTRY_CYCLES + table_of(s)[exception, words.DEARER]
    if floating != 0 and s[words.FLOAT_CONTROL] & LAZY_FLOAT == 0:
        s[words.CYCLES] += FLOAT_CYCLES


@inner
def enter(s: Any, exception: Any, back_to: Any) -> Any:
    """Stacks the frame and starts the handler. False: the stack does not lie in RAM, and nothing was done."""
    move_group(s, words.READ_BATCH_FUNCTION, words.ENTRY_READ)
    old = group_values(s, words.ENTRY_READ, 10)
    status, control = np.int64(old[6]), np.int64(old[7])
    main, process = np.int64(old[8]), np.int64(old[9])
    threaded = s[words.ACTIVE_COUNT] == 0
    on_process = threaded and control & USES_PSP != 0
    automatic = s[words.FLOAT_CONTROL] & AUTOMATIC_FLOAT != 0
    floating = control & FLOAT_ACTIVE != 0 and automatic
    stack = (process if on_process else main) - (FULL_BYTES if floating else BASIC_BYTES)
    status = status & ~ALIGNED | (ALIGNED if stack & 4 != 0 else 0)
    stack &= ~7
    s[words.FRAME_AT] = stack
    place = frame_index(stack, FULL_BYTES if floating else BASIC_BYTES)
    if place < 0 or s[words.ACTIVE_COUNT] >= words.EXCEPTIONS:
        return False
    push_stack(s, place, status, back_to, floating)
    table = table_of(s)
    table[exception, words.PENDING] = 0
    table[s[words.ACTIVE_COUNT], words.ACTIVE] = exception
    s[words.ACTIVE_COUNT] += 1
    link = HANDLER_MAIN
    if threaded:
        link = THREAD_PROCESS if on_process else THREAD_MAIN
    target = word_at(s, s[words.VECTORS] + 4 * exception) & ~1
    new = group_values(s, words.ENTRY_WRITE, 6)
    new[0] = np.uint32(status & ~IN_BLOCK & ~0x1FF | exception | 1 << 24)
    new[1] = np.uint32(exception)
    new[2] = np.uint32(control & ~0xE)
    new[3] = np.uint32(main if on_process else stack)
    new[4] = np.uint32(stack if on_process else process)
    new[5] = np.uint32(link if floating else link | BASIC_FRAME)
    move_group(s, words.WRITE_BATCH_FUNCTION, words.ENTRY_WRITE)
    go_to(s, target)
    s[words.FALL] = target  # as if it followed the last block: no branch is charged
    charge_entry(s, exception, floating)
    s[words.EXCEPTIONS_TAKEN] += 1
    s[words.EVENT_SET] = 1
    return True


@inner
def leave(s: Any, link: Any) -> Any:
    """Unstacks the frame that EXC_RETURN `link` names and goes on there. False: it cannot, and nothing was done."""
    low = link & 0xF
    s[words.FRAME_AT] = 0
    if s[words.ACTIVE_COUNT] == 0 or (low != 1 and low != 9 and low != 13):
        return False
    on_process, floating = low == 13, link & BASIC_FRAME == 0
    move_group(s, words.READ_BATCH_FUNCTION, words.EXIT_READ)
    old = group_values(s, words.EXIT_READ, 3)
    main, process, control = np.int64(old[0]), np.int64(old[1]), np.int64(old[2])
    stack = process if on_process else main
    count = FULL_BYTES if floating else BASIC_BYTES
    s[words.FRAME_AT] = stack
    place = frame_index(stack, count)
    if place < 0:
        return False
    ended = running(s)
    s[words.ACTIVE_COUNT] -= 1
    number, ram = running(s), ram_words(s)
    address, status = np.int64(ram[place + 6]) & ~1, np.int64(ram[place + 7])
    stack += count + (4 if status & ALIGNED != 0 else 0)
    pop_stack(s, place, floating)
    control = control & 1 | (USES_PSP if on_process else 0) | (FLOAT_ACTIVE if floating else 0)
    new = group_values(s, words.EXIT_WRITE, 13)
    new[0] = np.uint32(status & ~ALIGNED & ~0x1FF | number | 1 << 24)
    new[1] = np.uint32(number)
    new[2] = np.uint32(control)
    new[3] = np.uint32(main if on_process else stack)
    new[4] = np.uint32(stack if on_process else process)
    new[5] = 0  # FAULTMASK
    move_group(s, words.WRITE_BATCH_FUNCTION, words.EXIT_WRITE)
    s[words.FALL] = address
    s[words.CYCLES] += RETURN_CYCLES
    s[words.EVENT_SET] = 1
    s[words.WAITS_FOR_EVENT] = 0
    look_at_line(s, ended)
    return True


@inner
def look_at_line(s: Any, exception: Any) -> None:
    """A handler ended: an interrupt line that is still high makes its exception pending again."""
    row = table_of(s)[exception]
    if row[words.HAS_LINE] != 0:
        if row[words.LINE_OF_TIMER] != 0:
            high = timer_line(s, row[words.LINE_OF_TIMER] - 1)
        else:
            high = ask_python(s[words.LINE_FUNCTION], exception, 0) != 0
        if high:
            pend(s, exception)
