"""Which engine runs: the exact one while code is new, and while the program looks at the sensor's pins from places that
the fast one does not time, see sites.py; else the fast one."""

from __future__ import annotations

from host.virtual import words
from host.virtual.cpu import Cpu
from host.virtual.engines import Flavour
from host.virtual.schedule import Schedule

QUIET_CYCLES = 50_000  # this long without a look at the pins: back to the fast engine
NEW_CYCLES = 4_000  # this long without a block that is new
# this long, more than a frame, without a new place that looks: back as well
LEARNED_CYCLES = 32_000_000


class Exactness:
    """Changes the engine between two runs of the CPU. always: keeps the exact one."""

    def __init__(self, cpu: Cpu, schedule: Schedule, always: bool) -> None:
        self._cpu, self._schedule, self._always = cpu, schedule, always
        self._due = False
        if always:
            cpu.use(Flavour.EXACT)

    def reset(self) -> None:
        """Fast again."""
        self._due = False
        if self._cpu.flavour is Flavour.EXACT and not self._always:
            self._cpu.use(Flavour.FAST)

    def wanted(self) -> None:
        """The CPU stopped, perhaps at a block that is new, or because it looked at a pin."""
        stopped = self._cpu.state[words.STOPPED] & words.STOP_EXACT
        if self._cpu.flavour is Flavour.FAST and stopped:
            self._cpu.use(Flavour.EXACT)
            self._plan()

    def settle(self) -> None:
        """Back to the fast engine when the pins were left alone, or all places are known.

        Not called from an event, which may come inside a block.
        """
        if self._cpu.sites.grows and self._cpu.flavour is Flavour.FAST:
            self._cpu.hook_sites()
        due, self._due = self._due, False
        if not due or self._cpu.flavour is not Flavour.EXACT:
            return
        if self._leaves_at() <= self._cpu.cycles:
            self._cpu.use(Flavour.FAST)
        else:
            self._plan()

    def _leaves_at(self) -> int:
        """When the exact engine is left, should nothing new come."""
        times = self._cpu.state[[words.INPUT_READ, words.WANTED_AT, words.NEW_AT]]
        read, wanted, new = (int(time) for time in times)
        return max(min(read + QUIET_CYCLES, wanted + LEARNED_CYCLES), new + NEW_CYCLES)

    def _plan(self) -> None:
        self._schedule.at("quiet", max(self._leaves_at(), self._cpu.cycles + 1), self._look)

    def _look(self) -> None:
        self._due = True
