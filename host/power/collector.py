"""Reads a meter in a thread of its own, and says which of its samples is being taken now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from host.power.meter import Block, PowerMeter

READ_S = 0.1  # the longest that a read may wait
LATE_S = 5.0  # a meter whose samples come later than this has fallen behind


class Collector:
    """Reads a meter in a thread, so that its buffer never overflows; keeps blocks between begin() and end().

    Samples come later than they are taken, by a time that varies with what else this computer does. The least delay of
    all blocks so far tells where on the meter's time line this moment is, though its samples are still on their way.
    """

    def __init__(self, meter: PowerMeter, clock: Callable[[], float] = time.monotonic) -> None:
        self._meter, self._clock, self._rate_hz = meter, clock, meter.info.rate_hz
        self._lock = threading.Lock()
        self._blocks: list[Block] | None = None
        self._total = self._kept_from = 0
        self._started: float | None = None
        self._ahead_s = 0.0
        self._error: Exception | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """Samples since begin() that have arrived or are known to be lost."""
        return self._total - self._kept_from

    def now(self) -> int:
        """The sample since begin() that is being taken at this moment."""
        with self._lock:
            if self._started is None:
                return self.count
            passed_s = self._clock() - self._started + self._ahead_s
            return max(self.count, round(passed_s * self._rate_hz) - self._kept_from)

    def begin(self) -> None:
        """Forgets what it kept. Waits for a meter's very first samples: before them its time line is unknown."""
        end = self._clock() + LATE_S
        while self._started is None and self._error is None and self._clock() < end:
            self._stopped.wait(READ_S)
        self.check()
        with self._lock:
            self._blocks, self._kept_from = [], self._total

    def end(self) -> list[Block]:
        """What came since begin()."""
        self.check()
        with self._lock:
            blocks, self._blocks = self._blocks or [], None
        return blocks

    def check(self) -> None:
        """Raises what ended the thread."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._thread.join(LATE_S)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                block = self._meter.read(READ_S)
                if block is not None:
                    self._take(block)
        except Exception as error:  # raised in the thread that measures, by check()
            self._error = error

    def _take(self, block: Block) -> None:
        with self._lock:
            now = self._clock()
            self._started = now if self._started is None else self._started
            self._total += len(block.current_a) + block.lost
            ahead_s = self._total / self._rate_hz - (now - self._started)
            self._ahead_s = max(self._ahead_s, ahead_s)
            if self._blocks is not None:
                self._blocks.append(block)
