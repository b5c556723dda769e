"""PPI: events of one peripheral start tasks of another without the CPU (nRF52840 Product Specification 1.7, 6.16).

Each channel is synchronised to the 16 MHz clock: an event on that clock starts its task one period later, any other
one at the clock's next edge.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank
from host.virtual.chip import Chip

GROUPS, CHANNELS, FREE_CHANNELS = 6, 32, 20
CHEN, CHENSET, CHENCLR, CHANNEL, GROUP, FORK = 0x500, 0x504, 0x508, 0x510, 0x800, 0x910
PERIOD_CYCLES = 4  # 64 MHz / 16 MHz
# Channels 20..31 are wired in hardware: event, task.
FIXED = (
    (0x40008140, 0x40001000),  # TIMER0 COMPARE[0] -> RADIO TXEN
    (0x40008140, 0x40001004),  # TIMER0 COMPARE[0] -> RADIO RXEN
    (0x40008144, 0x40001010),  # TIMER0 COMPARE[1] -> RADIO DISABLE
    (0x40001128, 0x4000F000),  # RADIO BCMATCH -> AAR START
    (0x40001100, 0x4000F000),  # RADIO READY -> CCM KSGEN
    (0x40001104, 0x4000F004),  # RADIO ADDRESS -> CCM CRYPT
    (0x40001104, 0x40008044),  # RADIO ADDRESS -> TIMER0 CAPTURE[1]
    (0x4000110C, 0x40008048),  # RADIO END -> TIMER0 CAPTURE[2]
    (0x4000B140, 0x40001000),  # RTC0 COMPARE[0] -> RADIO TXEN
    (0x4000B140, 0x40001004),  # RTC0 COMPARE[0] -> RADIO RXEN
    (0x4000B140, 0x4000800C),  # RTC0 COMPARE[0] -> TIMER0 CLEAR
    (0x4000B140, 0x40008000),  # RTC0 COMPARE[0] -> TIMER0 START
)


class Ppi(RegisterBank):
    """The channels. `trigger` writes 1 to the task register at an address."""

    def __init__(self, chip: Chip, trigger: Callable[[int], None]) -> None:
        super().__init__("PPI", 0x4001F000)
        self._schedule, self._now, self._trigger = chip.schedule, chip.now, trigger
        self._listening = chip.memory.ppi_events
        self.bits(CHENSET, CHENCLR, self._listen, CHEN)
        for group in range(GROUPS):
            self.plain(GROUP + 4 * group)
            self.task(8 * group, self._switch(group, True))
            self.task(8 * group + 4, self._switch(group, False))
        for channel in range(CHANNELS):
            self.plain(FORK + 4 * channel)
        for channel in range(FREE_CHANNELS):
            self.plain(CHANNEL + 8 * channel + 4)
            self.on_write(CHANNEL + 8 * channel, self._end_writer(CHANNEL + 8 * channel))

    def reset(self) -> None:
        """All channels off."""
        super().reset()
        self._listen()

    def _end_writer(self, place: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[place] = value
            self._listen()

        return write

    def _listen(self) -> None:
        """The hooks call for events of timers only where a channel listens."""
        enabled = self.values[CHENSET]
        for channel in range(CHANNELS):
            on = enabled >> channel & 1
            self._listening[channel] = self._ends(channel)[0] if on else 0

    def happened(self, address: int) -> None:
        """The event with its register at `address` happened."""
        enabled, channel = self.values[CHENSET], 0
        while enabled >> channel:
            if enabled >> channel & 1 and self._ends(channel)[0] == address:
                self._start(channel)
            channel += 1

    def on_event(self, address: int) -> int:
        """The same, for the hooks."""
        self.happened(address)
        return 0

    def _ends(self, channel: int) -> tuple[int, int]:
        """Addresses of a channel's event and task."""
        if channel >= FREE_CHANNELS:
            return FIXED[channel - FREE_CHANNELS]
        place = CHANNEL + 8 * channel
        return self.values[place], self.values[place + 4]

    def _start(self, channel: int) -> None:
        tasks = [task for task in (self._ends(channel)[1], self.values[FORK + 4 * channel]) if task]

        def run() -> None:
            for task in tasks:
                self._trigger(task)

        cycle = (self._now() // PERIOD_CYCLES + 1) * PERIOD_CYCLES
        self._schedule.at(f"PPI {channel}", cycle, run)

    def _switch(self, group: int, on: bool) -> Callable[[], None]:
        def switch() -> None:
            members, enabled = self.values[GROUP + 4 * group], self.values[CHENSET]
            self.values[CHENSET] = enabled | members if on else enabled & ~members
            self._listen()

        return switch
