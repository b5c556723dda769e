"""What a virtual board ran as, and what it counted: lines for people."""

from __future__ import annotations

from host.base.boards import CLOCK_HZ
from host.virtual import words
from host.virtual.board import VirtualBoard

UNPRICED_NAMED = 3


def conditions(board: VirtualBoard) -> str:
    """What its figures hold for: `core load off, ideal silicon`."""
    load = "on" if board.core_load.on else "off"
    return f"core load {load}, {board.options.silicon.text()} silicon"


def tally(board: VirtualBoard) -> list[str]:
    """Guest time, interrupts and what they stole, cache misses, instructions without a price."""
    seconds = board.cycles / CLOCK_HZ
    lines = [
        f"{seconds:.2f} s of guest time, {board.instructions:,} instructions, "
        f"{board.slept_cycles / max(board.cycles, 1):.1%} asleep; {conditions(board)}",
        f"the firmware's own exceptions: {board.exceptions.taken:,}",
    ]
    if board.core_load.on:
        lines.append(_core_load(board))
    state = board.memory.state
    misses, hits = int(state[words.CACHE_MISSES]), int(state[words.CACHE_HITS])
    if state[words.FLASH_WAIT]:
        lines.append(f"lines of flash fetched: {hits + misses:,}, missed by the cache: {misses:,}")
    return lines + doubts(board)


def doubts(board: VirtualBoard) -> list[str]:
    """What makes a run's figures doubtful: instructions without a price, bytes of the host that nobody took."""
    lines = []
    unpriced = list(dict.fromkeys(board.cpu.unpriced))
    if unpriced:
        named = "; ".join(unpriced[:UNPRICED_NAMED])
        lines.append(f"instructions without a price, taken as 1 cycle: {len(unpriced)} ({named})")
    if board.uarte.bytes_lost:
        lines.append(f"bytes of the host that came when nobody took them: {board.uarte.bytes_lost}")
    return lines


def _core_load(board: VirtualBoard) -> str:
    counts = board.core_load.counts()
    stolen = sum(count.cycles for count in counts)
    each = ", ".join(f"{c.name} {c.taken:,} ({c.cycles:,} cycles)" for c in counts)
    return f"the core's interrupts: {each}: {stolen / max(board.cycles, 1):.1%} of the time"
