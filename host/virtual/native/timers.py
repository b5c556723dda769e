"""TIMER0..4: counters at 16 MHz / 2^prescaler, or of tasks (nRF52840 Product Specification 1.7, 6.30).

A compare event comes when the counter is incremented to its channel's value, so not for a value that it holds already.
CLEAR and START begin a whole tick; the phase that silicon's prescaler has then is not documented.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.clock import device_time
from host.virtual.native.compiled import ask_python, carray, inner, pointer
from host.virtual.native.nvic import pend

START, STOP, COUNT, CLEAR, SHUTDOWN, CAPTURE = 0x000, 0x004, 0x008, 0x00C, 0x010, 0x040
COMPARE, SHORTS, INTENSET, INTENCLR = 0x140, 0x200, 0x304, 0x308
MODE, BITMODE, PRESCALER, CC = 0x504, 0x508, 0x510, 0x540
COMPARE_BIT = 16  # of COMPARE[0] in INTEN
BITS = (16, 8, 24, 32)
STOP_SHORT = 8  # SHORTS: bits 0..5 clear at a match, bits 8..13 stop
CYCLES_PER_TICK = 4  # 64 MHz / 16 MHz
PRESCALER_BITS, MOST_PRESCALER = 15, 9
PAGE = 0x1000


@inner
def rows_of(s: Any) -> Any:
    """All timers."""
    return carray(pointer(s[words.TIMERS]), (words.TIMER_COUNT, words.TIMER_FIELDS), np.int64)


@inner
def timer_at(s: Any, address: Any) -> Any:
    """Which timer has its registers at the page of this address, -1: none."""
    rows = rows_of(s)
    for index in range(words.TIMER_COUNT):
        if rows[index, words.T_ADDRESS] == address & ~(PAGE - 1):
            return index
    return -1


@inner
def channel_of(row: Any, offset: Any, first: Any) -> Any:
    """The channel whose register of an array lies at `offset`, -1: it is no register of that array."""
    place = offset - first
    inside = 0 <= place < 4 * row[words.T_CHANNELS] and place & 3 == 0
    return place >> 2 if inside else -1


@inner
def counts_tasks(row: Any) -> Any:
    """Counter mode instead of timer mode."""
    return row[words.T_MODE] & 3 != 0


@inner
def tick_cycles(row: Any) -> Any:
    """Cycles of a tick."""
    return CYCLES_PER_TICK << min(MOST_PRESCALER, row[words.T_PRESCALER] & PRESCALER_BITS)


@inner
def size_of(row: Any) -> Any:
    """How many counts there are: 16, 8, 24 or 32 bits."""
    return np.int64(1) << BITS[row[words.T_BITMODE] & 3]


@inner
def counter_of(s: Any, row: Any) -> Any:
    """The count now."""
    ticks = np.int64(0)
    if row[words.T_RUNNING] != 0 and not counts_tasks(row):
        ticks = (device_time(s) - row[words.T_SINCE]) // tick_cycles(row)
    return (row[words.T_BASE] + ticks) % size_of(row)


@inner
def aim(s: Any) -> None:
    """Keeps the next match of any timer, and the deadline no later than it."""
    rows, first = rows_of(s), np.int64(words.NEVER)
    for index in range(words.TIMER_COUNT):
        first = min(first, rows[index, words.T_AT])
    s[words.TIMERS_AT] = first
    if first < s[words.EVENT]:
        s[words.EVENT] = first
        s[words.DEADLINE] = min(first, s[words.DEADLINE])


@inner
def plan(s: Any, row: Any) -> None:
    """Works out the next match of any channel."""
    row[words.T_AT] = words.NEVER
    if row[words.T_RUNNING] != 0 and not counts_tasks(row):
        count, size, tick = counter_of(s, row), size_of(row), tick_cycles(row)
        least = np.int64(words.NEVER)
        for channel in range(row[words.T_CHANNELS]):
            value = row[words.T_CC + channel]
            if value < size:
                ahead = (value - count) % size
                least = min(least, ahead if ahead != 0 else size)
        if least != words.NEVER:
            since = row[words.T_SINCE]
            whole = (device_time(s) - since) // tick * tick + since
            row[words.T_TARGET] = (count + least) % size
            row[words.T_AT] = whole + least * tick
    aim(s)


@inner
def signal_match(s: Any, row: Any, channel: Any) -> None:
    """The compare event of a channel happened: for the interrupt and for the PPI."""
    row[words.T_EVENTS + channel] = 1
    if row[words.T_INTEN] >> (COMPARE_BIT + channel) & 1 != 0:
        pend(s, row[words.T_EXCEPTION])
    address = row[words.T_ADDRESS] + COMPARE + 4 * channel
    listening = carray(pointer(s[words.PPI_EVENTS]), (words.PPI_CHANNELS,), np.int64)
    for number in range(words.PPI_CHANNELS):
        if listening[number] == address:
            ask_python(s[words.PPI_FUNCTION], address, 0)
            return


@inner
def match(s: Any, row: Any, count: Any) -> None:
    """The counter became `count`: events and short-cuts of every channel that holds it."""
    shorts, clears, stops = row[words.T_SHORTS], False, False
    matched = np.int64(0)
    for channel in range(row[words.T_CHANNELS]):
        if row[words.T_CC + channel] == count:
            matched |= 1 << channel
            clears = clears or shorts >> channel & 1 != 0
            stops = stops or shorts >> (STOP_SHORT + channel) & 1 != 0
    if clears:
        row[words.T_BASE], row[words.T_SINCE] = 0, device_time(s)
    if stops:
        row[words.T_BASE], row[words.T_RUNNING] = counter_of(s, row), 0
    plan(s, row)
    for channel in range(row[words.T_CHANNELS]):
        if matched >> channel & 1 != 0:
            signal_match(s, row, channel)


@inner
def timer_due(s: Any) -> Any:
    """The timer whose match comes next."""
    rows = rows_of(s)
    for index in range(words.TIMER_COUNT):
        if rows[index, words.T_AT] == s[words.TIMERS_AT]:
            return index
    return -1


@inner
def run_timer(s: Any, index: Any) -> None:
    """The match of a timer happens, at its cycle."""
    row = rows_of(s)[index]
    nested, before = s[words.HAPPENS], s[words.HAPPENED_AT]
    s[words.HAPPENS], s[words.HAPPENED_AT] = 1, row[words.T_AT]
    row[words.T_AT] = words.NEVER
    match(s, row, row[words.T_TARGET])
    s[words.HAPPENS], s[words.HAPPENED_AT] = nested, before


@inner
def run_timers(s: Any, now: Any) -> None:
    """The matches that are due by `now` happen, in their order, up to the first event that Python has to run."""
    while s[words.TIMERS_AT] <= now and s[words.TIMERS_AT] < s[words.PYTHON_EVENT]:
        run_timer(s, timer_due(s))


@inner
def timer_line(s: Any, index: Any) -> Any:
    """Level of a timer's interrupt line."""
    row = rows_of(s)[index]
    for channel in range(row[words.T_CHANNELS]):
        enabled = row[words.T_INTEN] >> (COMPARE_BIT + channel) & 1 != 0
        if enabled and row[words.T_EVENTS + channel] != 0:
            return True
    return False


@inner
def timer_knows(s: Any, index: Any, offset: Any) -> Any:
    """Whether a timer has a register there."""
    row = rows_of(s)[index]
    for first in (CAPTURE, COMPARE, CC):
        if channel_of(row, offset, first) >= 0:
            return True
    if offset in (START, STOP, COUNT, CLEAR, SHUTDOWN):
        return True
    return offset in (SHORTS, INTENSET, INTENCLR, MODE, BITMODE, PRESCALER)


@inner
def read_timer(s: Any, index: Any, offset: Any) -> Any:
    """The value of a register that timer_knows(); tasks read as 0."""
    row = rows_of(s)[index]
    channel = channel_of(row, offset, COMPARE)
    if channel >= 0:
        return row[words.T_EVENTS + channel]
    channel = channel_of(row, offset, CC)
    if channel >= 0:
        return row[words.T_CC + channel]
    if offset == SHORTS:
        return row[words.T_SHORTS]
    if offset in (INTENSET, INTENCLR):
        return row[words.T_INTEN]
    if offset == MODE:
        return row[words.T_MODE]
    if offset == BITMODE:
        return row[words.T_BITMODE]
    return row[words.T_PRESCALER] if offset == PRESCALER else np.int64(0)


@inner
def write_plain(s: Any, index: Any, offset: Any, value: Any) -> Any:
    """A register that starts nothing; whether it is one."""
    row = rows_of(s)[index]
    channel = channel_of(row, offset, COMPARE)
    if channel >= 0:
        row[words.T_EVENTS + channel] = value
    elif offset == SHORTS:
        row[words.T_SHORTS] = value
    elif offset == MODE:
        row[words.T_MODE] = value
    elif offset == BITMODE:
        row[words.T_BITMODE] = value
    elif offset == PRESCALER:
        row[words.T_PRESCALER] = value
    elif offset in (INTENSET, INTENCLR):
        on = row[words.T_INTEN]
        row[words.T_INTEN] = on | value if offset == INTENSET else on & ~value
        if timer_line(s, index):
            pend(s, row[words.T_EXCEPTION])
    else:
        return False
    return True


@inner
def write_timer(s: Any, index: Any, offset: Any, value: Any) -> None:
    """A write to a register that timer_knows()."""
    row = rows_of(s)[index]
    if write_plain(s, index, offset, value):
        return
    channel = channel_of(row, offset, CC)
    if channel >= 0:
        row[words.T_CC + channel] = value & 0xFFFFFFFF
        plan(s, row)
    elif value & 1 != 0:
        run_task(s, row, offset)


@inner
def run_task(s: Any, row: Any, offset: Any) -> None:
    """TASKS_START, STOP, COUNT, CLEAR, SHUTDOWN and CAPTURE[n]."""
    channel = channel_of(row, offset, CAPTURE)
    if channel >= 0:
        row[words.T_CC + channel] = counter_of(s, row)
        plan(s, row)
    elif offset == START:
        if row[words.T_RUNNING] == 0:
            row[words.T_RUNNING], row[words.T_SINCE] = 1, device_time(s)
            plan(s, row)
    elif offset == CLEAR:
        row[words.T_BASE], row[words.T_SINCE] = 0, device_time(s)
        plan(s, row)
    elif offset == COUNT:
        if row[words.T_RUNNING] != 0 and counts_tasks(row):
            row[words.T_BASE] = (row[words.T_BASE] + 1) % size_of(row)
            match(s, row, row[words.T_BASE])
    else:  # SHUTDOWN is deprecated; it stops and clears (nrfx_timer.c: the same as STOP on newer chips)
        row[words.T_BASE] = counter_of(s, row)
        row[words.T_RUNNING] = 0
        plan(s, row)
        if offset == SHUTDOWN:
            row[words.T_BASE] = 0
