"""What the CPU is stopped for and what becomes of it without Python: due matches of timers, and exceptions to be taken.

Python is asked when one of its own events is due, or when it wants to see every stop (see WATCHED and ATTENTION).
"""

from __future__ import annotations

from typing import Any

from host.virtual import words
from host.virtual.native.clock import masks_now
from host.virtual.native.compiled import inner
from host.virtual.native.exceptions import enter
from host.virtual.native.load import load_goes_first
from host.virtual.native.nvic import (
    execution_priority,
    group_priority,
    masked_priority,
    most_urgent_pending,
)
from host.virtual.native.timers import run_timers

GO_ON, ENTERED, ASK_PYTHON = 0, 1, 2


@inner
def must_stop(s: Any) -> Any:
    """Whether the deadline has come, or the masks changed that an exception of the guest waits for."""
    if s[words.CYCLES] < s[words.DEADLINE]:
        return False
    watched = s[words.WATCH_MASKS] != 0 and s[words.CYCLES] < s[words.EVENT]
    return not watched or masks_now(s) != s[words.MASKS]


@inner
def may_enter(s: Any, exception: Any) -> Any:
    """Whether a pending exception is taken now. One held back by masks is watched: every block looks at them."""
    masks = masks_now(s)
    priority, limit = group_priority(s, exception), masked_priority(s, masks)
    if priority < limit:
        return not load_goes_first(s, priority, exception, limit)
    if priority < execution_priority(s):
        s[words.WATCH_MASKS], s[words.MASKS] = 1, masks
        s[words.DEADLINE] = 0
    return False


@inner
def go_on(s: Any) -> None:
    """The deadline for what comes next; handlers of the core that the guest's let through may run."""
    s[words.EVENT] = min(s[words.PYTHON_EVENT], s[words.TIMERS_AT])
    s[words.DEADLINE] = 0 if s[words.WATCH_MASKS] != 0 else s[words.EVENT]
    if s[words.LOAD] != 0:
        s[words.LOAD_STOPS] = execution_priority(s)
        s[words.LOAD_AT] = 0


@inner
def python_watches(s: Any) -> Any:
    """Whether Python wants to see this stop, whatever it is for."""
    asks = s[words.ATTENTION] | s[words.WATCHED] | s[words.SITES_GROW] | s[words.MISALIGNED_AT]
    return asks != 0


@inner
def python_wants(s: Any) -> Any:
    """The same, or an event of Python's is due."""
    return python_watches(s) or s[words.PYTHON_EVENT] <= s[words.CYCLES]


@inner
def attend(s: Any, address: Any) -> Any:
    """The CPU stopped before the block at `address`: GO_ON with it, an exception was ENTERED, or ASK_PYTHON."""
    if python_wants(s):
        return ASK_PYTHON
    run_timers(s, s[words.CYCLES])
    if python_wants(s):
        return ASK_PYTHON
    s[words.WATCH_MASKS] = s[words.ARRIVED] = 0
    exception, entered = most_urgent_pending(s), False
    if exception >= 0 and may_enter(s, exception):
        if not enter(s, exception, address):
            return ASK_PYTHON
        entered = True
    go_on(s)
    return ENTERED if entered else GO_ON
