"""GPIOTE: events from pins, tasks that move pins, and the ports' DETECT signal (nRF52840 PS 1.7, 6.9 and 6.10).

A channel in event mode makes its pin an input, one in task mode makes it an output, whatever the port says (6.10.3).
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.chip import Chip
from host.virtual.gpio import Gpio
from host.virtual.interrupts import EventBank
from host.virtual.pins import Pins

CHANNELS = 8
OUT, SET, CLEAR, IN, PORT, CONFIG = 0x000, 0x030, 0x060, 0x100, 0x17C, 0x510
EVENT_MODE, TASK_MODE = 1, 3
RISING, FALLING, TOGGLE = 1, 2, 3


class Gpiote(EventBank):
    """Eight channels and the PORT event."""

    def __init__(self, chip: Chip, gpio: Gpio, pins: Pins) -> None:
        events = (*(IN + 4 * channel for channel in range(CHANNELS)), PORT)
        super().__init__("GPIOTE", 0x40006000, chip.nvic, 6, events)
        self._gpio, self._pins = gpio, pins
        for channel in range(CHANNELS):
            self.on_write(CONFIG + 4 * channel, self._configurer(channel))
            for offset, polarity in ((OUT, None), (SET, RISING), (CLEAR, FALLING)):
                self.task(offset + 4 * channel, self._mover(channel, polarity))
        pins.listeners.append(self._changed)
        gpio.sensing_changed = self._sense
        self._detected = False
        self._event_pins: tuple[int, ...] = (0, 0)

    def reset(self) -> None:
        """All pins back to their ports."""
        super().reset()
        self._detected = False
        self._pins.reset()
        self._claim()

    def _field(self, channel: int) -> tuple[int, int, int, int]:
        """Mode, port, pin as a bit, and polarity of a channel."""
        value = self.values[CONFIG + 4 * channel]
        return value & 3, value >> 13 & 1, 1 << (value >> 8 & 31), value >> 16 & 3

    def _configurer(self, channel: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[CONFIG + 4 * channel] = value
            mode, port, pin, _ = self._field(channel)
            if mode == TASK_MODE:
                self._gpio.ports[port].drive_task_pin(pin, bool(value >> 20 & 1))  # OUTINIT
            self._claim()

        return write

    def _claim(self) -> None:
        """Tells the ports which pins the channels took, and watches those that make events."""
        taken = {EVENT_MODE: [0, 0], TASK_MODE: [0, 0]}
        for channel in range(CHANNELS):
            mode, port, pin, _ = self._field(channel)
            if mode in taken:
                taken[mode][port] |= pin
        for index, port_pins in enumerate(self._gpio.ports):
            port_pins.event_pins = taken[EVENT_MODE][index]
            port_pins.task_pins = taken[TASK_MODE][index]
        self._gpio.update()
        self._event_pins = tuple(taken[EVENT_MODE])
        self._pins.watch("GPIOTE", (taken[EVENT_MODE][0], taken[EVENT_MODE][1]))

    def _mover(self, channel: int, polarity: int | None) -> Callable[[], None]:
        def move() -> None:
            mode, port, pin, configured = self._field(channel)
            if mode != TASK_MODE:
                return
            how = configured if polarity is None else polarity
            target = self._gpio.ports[port]
            level = not target.task_levels & pin if how == TOGGLE else how == RISING
            if how:
                target.drive_task_pin(pin, bool(level))
                self._gpio.update()

        return move

    def _changed(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        moved = zip(before, after, self._event_pins, strict=True)
        if any((old ^ new) & pins for old, new, pins in moved):
            self._signal_edges(before, after)
        self._sense()

    def _signal_edges(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        for channel in range(CHANNELS):
            mode, port, pin, polarity = self._field(channel)
            changed = (after[port] ^ before[port]) & pin
            direction = RISING if after[port] & pin else FALLING
            if mode == EVENT_MODE and changed and polarity & direction:
                self.signal(IN + 4 * channel)

    def _sense(self) -> None:
        """The ports' DETECT: its rise is the PORT event."""
        p0, p1 = (port.sense_high | port.sense_low for port in self._gpio.ports)
        self._pins.watch("DETECT", (p0, p1))
        sensed = [self._gpio.sense(index, self._pins.levels[index]) for index in range(2)]
        detected = any(sensed)
        if detected and not self._detected:
            self.signal(PORT)
        self._detected = detected
