"""GPIO ports P0 and P1 (nRF52840 Product Specification 1.7, 6.9): outputs, open drain, pulls, input buffers, sensing.

IN is read by a hook, which needs the levels of all pins that the sensor's data path does not drive. The ports sit
on the AHB: reads take no extra cycles by default.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from host.virtual import words
from host.virtual.bus import RegisterBank

OUT, OUTSET, OUTCLR, DIR, DIRSET, DIRCLR = 0x504, 0x508, 0x50C, 0x514, 0x518, 0x51C
LATCH, DETECTMODE, PIN_CNF, PORT_STEP = 0x520, 0x524, 0x700, 0x300
INPUT_OFF, OUTPUT = 2, 1
SENSE_HIGH, SENSE_LOW = 2, 3
WORD = 0xFFFFFFFF


class Port:
    """One port's registers as masks of 32 pins."""

    def __init__(self) -> None:
        self.out = self.dir = 0
        self.connected = 0  # input buffers that are on
        self.pull_up = 0
        self.never_high = 0  # drive settings D in "S0D1": 1 lets go
        self.never_low = 0
        self.sense_high = self.sense_low = 0
        self.event_pins = self.task_pins = self.task_levels = 0  # what GPIOTE took
        self.latch = 0
        self.configurations = [INPUT_OFF] * 32
        self.outside_low = 0  # pins that something outside holds low
        self.outside_up = (
            0  # pins with a pull-up outside, or something outside that drives them high
        )

    def configure(self, pin: int, value: int) -> None:
        """PIN_CNF."""
        self.configurations[pin] = value
        bit, drive = 1 << pin, value >> 8 & 7
        self.dir = _set(self.dir, bit, value & OUTPUT)
        self.connected = _set(self.connected, bit, not value & INPUT_OFF)
        self.pull_up = _set(self.pull_up, bit, value >> 2 & 3 == 3)
        self.never_high = _set(self.never_high, bit, drive >= 6)
        self.never_low = _set(self.never_low, bit, drive in (4, 5))
        self.sense_high = _set(self.sense_high, bit, value >> 16 & 3 == SENSE_HIGH)
        self.sense_low = _set(self.sense_low, bit, value >> 16 & 3 == SENSE_LOW)

    def drive_task_pin(self, bit: int, high: bool) -> None:
        """The level of a pin that a task of GPIOTE moves."""
        self.task_levels = _set(self.task_levels, bit, high)

    def levels(self) -> int:
        """The 32 pins' levels."""
        direction = (self.dir | self.task_pins) & ~self.event_pins
        out = self.out & ~self.task_pins | self.task_levels & self.task_pins
        high = direction & out & ~self.never_high
        low = direction & ~out & ~self.never_low | self.outside_low
        floating = ~(high | low)
        return (high | floating & (self.pull_up | self.outside_up)) & ~low & WORD


class Gpio(RegisterBank):
    """Both ports. `changed` is called with the levels of P0 and P1 after every change of an output."""

    def __init__(self, state: npt.NDArray[np.int64], changed: Callable[[int, int], None]) -> None:
        super().__init__("GPIO", 0x50000000)
        self._state, self._changed = state, changed
        self.ports = (Port(), Port())
        self.sensing_changed: Callable[[], None] = lambda: None
        for index in range(2):
            self._add_port(index)

    def reset(self) -> None:
        """All pins let go; what is outside stays."""
        super().reset()
        for port in self.ports:
            port.out = port.latch = 0
            port.event_pins = port.task_pins = port.task_levels = 0
            for pin in range(32):
                port.configure(pin, INPUT_OFF)
        self.update()

    def update(self) -> None:
        """Levels for the hook, then for whoever listens."""
        for index, port in enumerate(self.ports):
            self._state[words.LEVELS_P0 + index] = port.levels()
            self._state[words.INPUTS_P0 + index] = port.connected
        self._changed(int(self._state[words.LEVELS_P0]), int(self._state[words.LEVELS_P1]))

    def sense(self, index: int, levels: int) -> bool:
        """Latches the pins whose SENSE condition holds; the port's DETECT signal, or LDETECT by DETECTMODE."""
        port = self.ports[index]
        met = (levels & port.sense_high | ~levels & port.sense_low) & port.connected & WORD
        port.latch |= met
        latched = self.values[DETECTMODE + index * PORT_STEP] & 1
        return bool(port.latch if latched else met)

    def hold_low(self, port: int, pin: int, held: bool) -> None:
        """Something outside pulls an open-drain line low, or lets go."""
        self.ports[port].outside_low = _set(self.ports[port].outside_low, 1 << pin, held)
        self._state[words.LEVELS_P0 + port] = self.ports[port].levels()

    def pull_up(self, port: int, *pins: int) -> None:
        """Pull-up resistors on the shield."""
        for pin in pins:
            self.ports[port].outside_up |= 1 << pin

    def _add_port(self, index: int) -> None:
        port, shift = self.ports[index], index * PORT_STEP

        def writer(change: Callable[[int], None]) -> Callable[[int], None]:
            def write(value: int) -> None:
                change(value)
                self.update()

            return write

        def set_out(value: int) -> None:
            port.out = value & WORD

        def set_direction(value: int) -> None:
            port.dir = value & WORD

        for offset, change in (
            (OUT, set_out),
            (OUTSET, lambda value: set_out(port.out | value)),
            (OUTCLR, lambda value: set_out(port.out & ~value)),
            (DIR, set_direction),
            (DIRSET, lambda value: set_direction(port.dir | value)),
            (DIRCLR, lambda value: set_direction(port.dir & ~value)),
        ):
            self.on_write(offset + shift, writer(change))
        for offset in (OUT, OUTSET, OUTCLR):
            self.on_read(offset + shift, lambda: port.out)
        for offset in (DIR, DIRSET, DIRCLR):
            self.on_read(offset + shift, lambda: port.dir)
        self.plain(DETECTMODE + shift)
        self.on_write(LATCH + shift, self._latch_clearer(port))
        self.on_read(LATCH + shift, lambda: port.latch)
        for pin in range(32):
            self._add_pin(port, PIN_CNF + shift + 4 * pin, pin)

    def _latch_clearer(self, port: Port) -> Callable[[int], None]:
        def write(value: int) -> None:
            port.latch &= ~value
            self.sensing_changed()

        return write

    def _add_pin(self, port: Port, offset: int, pin: int) -> None:
        def write(value: int) -> None:
            sensed = (port.configurations[pin] ^ value) >> 16 & 3
            port.configure(pin, value)
            self.update()
            if sensed:
                self.sensing_changed()

        self.on_write(offset, write)
        self.on_read(offset, lambda: port.configurations[pin] & ~OUTPUT | port.dir >> pin & 1)


def _set(mask: int, bits: int, on: object) -> int:
    return mask | bits if on else mask & ~bits
