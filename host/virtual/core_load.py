"""What Arduino's core does beside the firmware: interrupts that take time from it, charged without running their code.

Our prebuilt image is bare metal; the image that is flashed shares the CPU with mbed OS and its USB stack. Rates and
costs were counted on that image (ArduinoCore-mbed 4.5.0) on an emulated USB device while it streamed: USBD 2,268 a
second, 696 cycles on average, 4,832 at most; RTC1 993 a second, 937; SysTick 980 a second, 200: 6.1 % of the CPU.
Assumed beyond that, because only these figures are known:
- of USBD's interrupts 1,000 a second are starts of frame, each 450 cycles; the others come at random and cost 450 to
  4,832, most of them little.
- RTC1 comes every 33 ticks of 32,768 Hz and costs 640 to 1,234; its handler makes SysTick pending, as mbed's
  platform/source/SysTimer.cpp does, all but every 76th time.
- an interrupt that comes while the same one is pending adds an eighth of its cost: after 3.2 ms of masked interrupts
  3,400 cycles were counted.
Priorities are mbed OS 6's for this chip: RTC1 2 (APP_IRQ_PRIORITY_HIGH, common_rtc.c), USBD 7
(USBD_CONFIG_IRQ_PRIORITY, sdk_config.h), SysTick 7 (0xFF, mbed_rtx_idle.cpp). What takes the CPU is decided when a
basic block begins, by PRIMASK, BASEPRI, FAULTMASK and the handlers that run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from host.base.boards import CLOCK_HZ
from host.virtual import words
from host.virtual.nvic import FIRST_INTERRUPT, SYSTICK

SECOND = CLOCK_HZ
# The core's serial port: send_nb takes a packet of full-speed USB at a call, and the next when that one is gone.
# Writes that wait reached 650 KB/s on an emulated USB device.
CALL_BYTES, SEND_CYCLES = 64, SECOND // 650_000
LOW, HIGH = 0xE0, 0x40  # priorities 7 and 2
USBD_NUMBER, RTC1_NUMBER = FIRST_INTERRUPT + 39, FIRST_INTERRUPT + 17
SOF_CYCLES, USBD_MOST = 450, 4_832
TRANSFERS = 1_268  # a second
TRANSFER_MEAN = (2_268 * 696 - 1_000 * SOF_CYCLES) / TRANSFERS
RTC1_MEAN, RTC1_SPREAD, RTC1_MOST = 937, 297, 2_500
SYSTICK_CYCLES, SYSTICK_MOST = 200, 1_000
# Odd, so that (draw * stride) % LOAD_DRAWS visits every draw once.
COST_STRIDE, GAP_STRIDE = 167, 89


@dataclass(frozen=True)
class Counts:
    """What one interrupt of the core took since power on. taken: handlers that ran; cycles: what they stole."""

    name: str
    taken: int
    cycles: int


@dataclass(frozen=True)
class _Source:
    """One cause. gaps: int64 (LOAD_DRAWS,), cycles to the next, None when another handler makes it pending."""

    name: str
    exception: int
    priority: int
    gaps: npt.NDArray[np.int64] | None
    costs: npt.NDArray[np.int64]
    most: int
    follower: int = -1
    skipped: int = 1


class CoreLoad:
    """The core's interrupts of one board; the hooks serve them. dearer: cycles that each handler costs more."""

    def __init__(self, state: npt.NDArray[np.int64], dearer: int = 0) -> None:
        self._state = state
        self._sources = _sources()
        self._rows = np.zeros((words.LOAD_SOURCES, words.LOAD_FIELDS), np.int64)
        self._tables = np.zeros((words.LOAD_SOURCES, 2, words.LOAD_DRAWS), np.int64)
        for row, source in enumerate(self._sources):
            if source.gaps is not None:
                self._tables[row, 0] = source.gaps
            self._tables[row, 1] = source.costs
        state[words.LOAD_TABLES] = self._tables.ctypes.data
        state[words.LOAD_EXTRA] = dearer
        self.on = False

    def switch(self, on: bool) -> None:
        """With a firmware that brings the core along, nothing is charged beside it."""
        self.on = on
        self._state[words.LOAD] = self._rows.ctypes.data if on else 0
        self._state[words.LOAD_AT] = words.NEVER

    def reset(self) -> None:
        """After a reset nothing is pending; the counts stay."""
        now = int(self._state[words.CYCLES])
        for row, source in zip(self._rows, self._sources, strict=True):
            counts = row[[words.TAKEN, words.STOLEN]]
            row[:] = 0
            row[[words.TAKEN, words.STOLEN]] = counts
            row[words.PRIORITY], row[words.MOST] = source.priority, source.most
            row[words.NUMBER] = source.exception
            row[words.FOLLOWER], row[words.SKIPPED] = source.follower, source.skipped
            first = words.NEVER if source.gaps is None else now + int(source.gaps[-1])
            row[words.ARRIVES] = first
        self._state[words.LOAD_HELD] = 0

    def next(self) -> int:
        """The cycle at which an interrupt of the core wakes a sleeping CPU, 0 when one is pending already."""
        if not self.on:
            return words.NEVER
        return 0 if self._rows[:, words.OWED].any() else int(self._rows[:, words.ARRIVES].min())

    def counts(self) -> list[Counts]:
        """What each interrupt of the core took."""
        names = dict.fromkeys(source.name for source in self._sources)
        return [self._count(name) for name in names]

    def _count(self, name: str) -> Counts:
        rows = [r for r, s in zip(self._rows, self._sources, strict=True) if s.name == name]
        taken, stolen = (sum(int(row[f]) for row in rows) for f in (words.TAKEN, words.STOLEN))
        return Counts(name, taken, stolen)


def _sources() -> tuple[_Source, ...]:
    even = (np.arange(words.LOAD_DRAWS) + 0.5) / words.LOAD_DRAWS
    costs, gaps = _visited(even, COST_STRIDE), _visited(even, GAP_STRIDE)
    rare = (USBD_MOST - SOF_CYCLES) / (
        TRANSFER_MEAN - SOF_CYCLES
    ) - 1  # exponent that gives the mean
    transfers = SOF_CYCLES + (USBD_MOST - SOF_CYCLES) * costs**rare
    transfers[np.argmax(transfers)] = USBD_MOST
    waits = -np.log1p(-gaps) * SECOND / TRANSFERS
    frames = np.full(words.LOAD_DRAWS, SECOND / 1000)
    ticks = np.full(words.LOAD_DRAWS, 33 * SECOND / 32_768)
    rtc = RTC1_MEAN + RTC1_SPREAD * (2 * costs - 1)
    fixed = np.full(words.LOAD_DRAWS, SYSTICK_CYCLES, np.int64)
    frame_costs = np.full(words.LOAD_DRAWS, SOF_CYCLES, np.int64)
    return (
        _Source("SysTick", SYSTICK, LOW, None, fixed, SYSTICK_MOST),
        _Source("RTC1", RTC1_NUMBER, HIGH, _whole(ticks), _whole(rtc), RTC1_MOST, 0, 76),
        _Source("USBD", USBD_NUMBER, LOW, _whole(frames), frame_costs, USBD_MOST),
        _Source("USBD", USBD_NUMBER, LOW, _whole(waits), _whole(transfers), USBD_MOST),
    )


def _visited(values: npt.NDArray[np.float64], stride: int) -> npt.NDArray[np.float64]:
    """Every value once, in an order without a pattern that matters."""
    return values[np.arange(len(values)) * stride % len(values)]


def _whole(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Rounded so that the sum stays."""
    return np.diff(np.round(np.cumsum(values)), prepend=0).astype(np.int64)
