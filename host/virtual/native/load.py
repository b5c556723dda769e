"""The core's interrupts: handlers that take guest time and do nothing else; see core_load.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.clock import masks_now
from host.virtual.native.compiled import carray, inner, pointer


@inner
def interrupt_comes(load: Any, tables: Any, row: Any) -> None:
    """An interrupt of this row becomes pending, or gathers with the one that is."""
    draw = load[row, words.DRAWN] % words.LOAD_DRAWS
    load[row, words.DRAWN] += 1
    cost = tables[row, 1, draw]
    if load[row, words.OWED] != 0:
        cost = min(load[row, words.OWED] + (cost >> words.GATHERED_SHIFT), load[row, words.MOST])
    load[row, words.OWED] = cost
    if load[row, words.ARRIVES] != words.NEVER:
        load[row, words.ARRIVES] += tables[row, 0, draw]


@inner
def handler_ends(load: Any, tables: Any, row: Any) -> None:
    """A handler of the core returned; it may have made another interrupt pending."""
    follower = load[row, words.FOLLOWER]
    if follower >= 0 and load[row, words.TAKEN] % load[row, words.SKIPPED] != 0:
        interrupt_comes(load, tables, follower)


@inner
def most_urgent(load: Any, field: Any, limit: Any) -> Any:
    """The row with the least priority value below `limit` among those where `field` is not 0, else -1."""
    found = -1
    for row in range(words.LOAD_SOURCES):
        if load[row, field] != 0 and load[row, words.PRIORITY] < limit:
            found = row
            limit = load[row, words.PRIORITY]
    return found


@inner
def first_arrival(load: Any) -> Any:
    """When the next interrupt of the core comes."""
    first = words.NEVER
    for row in range(words.LOAD_SOURCES):
        first = min(first, load[row, words.ARRIVES])
    return first


@inner
def priority_limit(s: Any) -> Any:
    """The execution priority: what the guest's handlers and its mask registers hold back lies at or above it."""
    masks = masks_now(s)
    limit = s[words.LOAD_STOPS]
    base = masks >> 8 & words.PRIORITY_BITS
    if base != 0:
        limit = min(limit, base)
    return limit if masks & 3 == 0 else min(limit, 0)


@inner
def serve_load(s: Any) -> None:
    """Handlers of the core that may run now do: guest time passes, nothing else. Up to the next event at most."""
    load = carray(pointer(s[words.LOAD]), (words.LOAD_SOURCES, words.LOAD_FIELDS), np.int64)
    tables = carray(
        pointer(s[words.LOAD_TABLES]), (words.LOAD_SOURCES, 2, words.LOAD_DRAWS), np.int64
    )
    limit = priority_limit(s)
    while True:
        for row in range(words.LOAD_SOURCES):
            while load[row, words.ARRIVES] <= s[words.CYCLES]:
                interrupt_comes(load, tables, row)
        running = most_urgent(load, words.LEFT, s[words.LOAD_STOPS])
        bar = limit if running < 0 else min(limit, load[running, words.PRIORITY])
        starting = most_urgent(load, words.OWED, bar)
        if starting >= 0:
            load[starting, words.LEFT] = load[starting, words.OWED] + s[words.LOAD_EXTRA]
            load[starting, words.OWED] = 0
            load[starting, words.TAKEN] += 1
        elif running < 0 or s[words.CYCLES] >= s[words.EVENT]:
            s[words.LOAD_AT] = first_arrival(load) if running < 0 else 0
            return
        else:
            room = min(s[words.EVENT], first_arrival(load)) - s[words.CYCLES]
            step = min(load[running, words.LEFT], room)
            s[words.CYCLES] += step
            load[running, words.LEFT] -= step
            load[running, words.STOLEN] += step
            if load[running, words.LEFT] == 0:
                handler_ends(load, tables, running)


@inner
def load_goes_first(s: Any, priority: Any, exception: Any, limit: Any) -> Any:
    """Whether the core has a handler to run before the guest's `exception`; if so the CPU stops when it ended.

    priority: group priority of the exception. limit: the execution priority with masks, which holds back the core's
    pending handlers.
    """
    s[words.LOAD_HELD] = 0
    if s[words.LOAD] == 0:
        return False
    load = carray(pointer(s[words.LOAD]), (words.LOAD_SOURCES, words.LOAD_FIELDS), np.int64)
    for row in range(words.LOAD_SOURCES):
        own, number = load[row, words.PRIORITY], load[row, words.NUMBER]
        before = own < priority or (own == priority and number < exception)
        runs = load[row, words.LEFT] != 0 and own <= priority
        if runs or (load[row, words.OWED] != 0 and own < limit and before):
            s[words.LOAD_HELD] = 1
    return s[words.LOAD_HELD] != 0
