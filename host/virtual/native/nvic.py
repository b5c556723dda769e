"""Which exception comes next: pending, enabled and active ones, and their priorities (ARM DDI 0403, B1.5 and B3.4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.compiled import carray, inner, pointer


@inner
def table_of(s: Any) -> Any:
    """The rows of all exceptions."""
    return carray(pointer(s[words.NVIC]), (words.EXCEPTIONS, words.NVIC_FIELDS), np.int64)


@inner
def pend(s: Any, exception: Any) -> None:
    """Makes an exception pending; the block that runs is the last before somebody looks."""
    table = table_of(s)
    if table[exception, words.PENDING] == 0:
        table[exception, words.PENDING] = 1
        s[words.ARRIVED] = 1
    s[words.DEADLINE] = 0


@inner
def most_urgent_pending(s: Any) -> Any:
    """The most urgent exception that is pending and enabled, -1: none."""
    table, found, best = table_of(s), -1, np.int64(words.NEVER)
    for exception in range(words.EXCEPTIONS):
        if table[exception, words.PENDING] != 0 and table[exception, words.ENABLED] != 0:
            priority = table[exception, words.FULL_PRIORITY]
            if priority < best:
                found, best = exception, priority
    return found


@inner
def group_mask(s: Any) -> Any:
    """The bits of a priority that decide preemption."""
    return (0xFF << (s[words.GROUP_SHIFT] + 1)) & 0xFF


@inner
def group_priority(s: Any, exception: Any) -> Any:
    """The part of the priority that decides preemption."""
    priority = table_of(s)[exception, words.FULL_PRIORITY]
    return priority if priority < 0 else priority & group_mask(s)


@inner
def execution_priority(s: Any) -> Any:
    """Priority of what runs now, masks left aside."""
    table, least = table_of(s), np.int64(words.THREAD_PRIORITY)
    for depth in range(s[words.ACTIVE_COUNT]):
        least = min(least, group_priority(s, table[depth, words.ACTIVE]))
    return least


@inner
def masked_priority(s: Any, masks: Any) -> Any:
    """Priority of what runs now with mask registers applied, as clock.masks_now() packs them."""
    priority = execution_priority(s)
    base = masks >> 8 & words.PRIORITY_BITS
    if base != 0:
        priority = min(priority, base & group_mask(s))
    if masks & 1 != 0:
        priority = min(priority, 0)
    return min(priority, -1) if masks & 2 != 0 else priority
