"""The wire of full-speed USB: one transaction at a time, within frames of a millisecond (USB 2.0, 5.8 and 5.11.3).

A bulk transaction costs its data and 13 bytes around it at 12 Mbit/s: at most 19 of 64 bytes fit into a frame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from host.virtual.chip import Chip

FRAME_CYCLES = 64_000
OVERHEAD_BYTES, FRAME_START_BYTES = 13, 6
BIT_CYCLES_TIMES_3 = 16  # 64 MHz / 12 MHz, times 3


def transaction_cycles(count: int) -> int:
    """CPU cycles that a transaction with so many bytes of data keeps the wire busy."""
    return -(-(OVERHEAD_BYTES + count) * 8 * BIT_CYCLES_TIMES_3 // 3)


class UsbBus:
    """Carries transactions in the order in which they became possible. `frame_started` is called each millisecond."""

    def __init__(self, chip: Chip, frame_started: Callable[[int], None]) -> None:
        self._chip, self._frame_started = chip, frame_started
        self.running = False
        self.frame = 0
        self._frame_end = self._free_from = 0
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()

    def start(self) -> None:
        """Frames begin."""
        if not self.running:
            self.running = True
            self._chip.schedule.at("usb frame", self._chip.now() + 1, self._start_frame)

    def stop(self) -> None:
        """No more frames; what waits is forgotten."""
        self.running = False
        self._waiting.clear()
        for key in ("usb frame", "usb wire"):
            self._chip.schedule.cancel(key)

    def request(self, count: int, action: Callable[[], None]) -> None:
        """`action` at the end of a transaction with `count` bytes, when the wire is free for it."""
        self._waiting.append((count, action))
        if self.running and len(self._waiting) == 1:
            self._plan()

    def _start_frame(self) -> None:
        now = self._chip.now()
        self.frame = (self.frame + 1) & 0x7FF
        self._frame_end = now + FRAME_CYCLES
        self._free_from = now + FRAME_START_BYTES * 8 * BIT_CYCLES_TIMES_3 // 3
        self._chip.schedule.at("usb frame", self._frame_end, self._start_frame)
        self._frame_started(self.frame)
        if self._waiting:
            self._plan()

    def _plan(self) -> None:
        """The next transaction in this frame; else the next frame's start plans again."""
        end = max(self._chip.now(), self._free_from) + transaction_cycles(self._waiting[0][0])
        if end < self._frame_end:
            self._chip.schedule.at("usb wire", end, self._finish)

    def _finish(self) -> None:
        self._free_from = self._chip.now()
        _, action = self._waiting.popleft()
        action()
        if self._waiting and self.running:
            self._plan()
