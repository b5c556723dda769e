"""GPIO register by register (nRF52840 PS 1.7, 6.9), without a CPU: what is read, driven and reported."""

from __future__ import annotations

import numpy as np
import pytest

from host.virtual import words
from host.virtual.gpio import Gpio

OUT, OUTSET, OUTCLR, IN_OFF = 0x504, 0x508, 0x50C, 2
DIR, DIRSET, DIRCLR, LATCH, DETECTMODE, PIN_CNF = 0x514, 0x518, 0x51C, 0x520, 0x524, 0x700
P1 = 0x300  # from a register of P0 to the same of P1
OUTPUT, PULL_UP, CONNECTED = 1, 3 << 2, 0
S0D1, D0S1, H0D1 = 6 << 8, 4 << 8, 7 << 8
SENSE_HIGH, SENSE_LOW = 2 << 16, 3 << 16


class Chip:
    """Both ports; `changes` is each pair of levels that a listener received."""

    def __init__(self) -> None:
        self.changes: list[tuple[int, int]] = []
        self.sensing = 0
        self.state = np.zeros(1 << 14, np.int64)
        self.gpio = Gpio(self.state, lambda p0, p1: self.changes.append((p0, p1)))
        self.gpio.sensing_changed = self._sensed

    def _sensed(self) -> None:
        self.sensing += 1

    @property
    def levels(self) -> tuple[int, int]:
        return int(self.state[words.LEVELS_P0]), int(self.state[words.LEVELS_P0 + 1])


@pytest.fixture
def chip() -> Chip:
    return Chip()


@pytest.mark.parametrize(("port", "base"), [(0, 0), (1, P1)])
def test_outputs_are_set_cleared_and_reported(chip: Chip, port: int, base: int) -> None:
    gpio = chip.gpio

    def drives(offset: int, value: int, out: int, direction: int) -> None:
        changes = len(chip.changes)
        gpio.write(base + offset, value)
        level = out & direction
        assert chip.levels == ((level, 0), (0, level))[port] and chip.changes[changes:] == [
            chip.levels
        ]
        assert {gpio.read(base + each) for each in (OUT, OUTSET, OUTCLR)} == {out}
        assert {gpio.read(base + each) for each in (DIR, DIRSET, DIRCLR)} == {direction}

    drives(OUT, 0xF0, 0xF0, 0)
    drives(DIR, 0x3C, 0xF0, 0x3C)
    drives(OUTSET, 0x05, 0xF5, 0x3C)
    drives(OUTCLR, 0x31, 0xC4, 0x3C)
    drives(DIRSET, 0x81, 0xC4, 0xBD)
    drives(DIRCLR, 0x0C, 0xC4, 0xB1)
    drives(OUT, 1 << 31, 1 << 31, 0xB1)
    drives(DIR, 1 << 31, 1 << 31, 1 << 31)


@pytest.mark.parametrize(
    ("configured", "out", "outside_low", "level"),
    [
        (OUTPUT, 1, False, 1), (OUTPUT, 0, False, 0), (CONNECTED, 1, False, 0),
        (PULL_UP, 0, False, 1), (PULL_UP, 0, True, 0), (1 << 2, 0, False, 0),
        (OUTPUT | S0D1, 1, False, 0), (OUTPUT | S0D1 | PULL_UP, 1, False, 1),
        (OUTPUT | S0D1 | PULL_UP, 0, False, 0), (OUTPUT | H0D1 | PULL_UP, 1, True, 0),
        (OUTPUT | D0S1, 1, False, 1), (OUTPUT | D0S1 | PULL_UP, 0, False, 1),
        (OUTPUT | 5 << 8 | PULL_UP, 0, False, 1), (OUTPUT | 3 << 8 | PULL_UP, 0, False, 0),
        (OUTPUT | H0D1, 1, False, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pin", [0, 5, 31])
def test_a_pins_level(
    chip: Chip, pin: int, configured: int, out: int, outside_low: bool, level: int
) -> None:
    chip.gpio.write(OUT, out << pin)
    chip.gpio.hold_low(0, pin, outside_low)
    chip.gpio.write(PIN_CNF + 4 * pin, configured)
    assert chip.levels == (level << pin, 0) == chip.changes[-1]
    chip.gpio.hold_low(0, pin, True)
    assert chip.levels[0] == 0
    chip.gpio.hold_low(0, pin, False)
    assert (
        chip.levels[0] == (1 if outside_low and configured & PULL_UP == PULL_UP else level) << pin
    )


def test_a_resistor_outside_pulls_what_floats(chip: Chip) -> None:
    chip.gpio.pull_up(1, 2, 4)
    chip.gpio.update()
    assert chip.levels == (0, 0b10100)
    chip.gpio.write(P1 + DIR, 0b00100)
    assert chip.levels == (0, 0b10000)
    chip.gpio.reset()
    assert chip.levels == (0, 0b10100), "it is outside, and stays"


def test_configurations_are_read_back_and_input_buffers_are_off(chip: Chip) -> None:
    gpio = chip.gpio
    gpio.reset()
    assert gpio.read(PIN_CNF) == gpio.read(P1 + PIN_CNF + 4 * 31) == IN_OFF
    assert chip.state[words.INPUTS_P0] == chip.state[words.INPUTS_P0 + 1] == 0
    gpio.write(P1 + PIN_CNF + 4 * 9, CONNECTED | SENSE_LOW | PULL_UP)
    assert gpio.read(P1 + PIN_CNF + 4 * 9) == SENSE_LOW | PULL_UP
    assert chip.state[words.INPUTS_P0 + 1] == 1 << 9
    gpio.write(P1 + DIRSET, 1 << 9)
    assert gpio.read(P1 + PIN_CNF + 4 * 9) == SENSE_LOW | PULL_UP | OUTPUT, "DIR is its lowest bit"
    gpio.write(P1 + PIN_CNF + 4 * 9, OUTPUT | IN_OFF)
    assert gpio.read(P1 + DIR) == 1 << 9 and chip.state[words.INPUTS_P0 + 1] == 0


def test_a_sensed_level_is_latched_until_it_is_cleared(chip: Chip) -> None:
    gpio = chip.gpio
    gpio.write(PIN_CNF + 4 * 3, SENSE_HIGH)
    gpio.write(PIN_CNF + 4 * 4, SENSE_LOW)
    gpio.write(PIN_CNF + 4 * 5, SENSE_HIGH | IN_OFF)  # its input buffer is off
    assert chip.sensing == 3
    gpio.write(PIN_CNF + 4 * 3, SENSE_HIGH | PULL_UP)
    assert chip.sensing == 3, "what it senses is the same"
    assert not gpio.sense(0, 1 << 4 | 1 << 5) and gpio.read(LATCH) == 0
    assert gpio.sense(0, 1 << 4 | 1 << 3) and gpio.read(LATCH) == 1 << 3
    assert gpio.sense(0, 0) and gpio.read(LATCH) == 0b11000
    assert not gpio.sense(0, 1 << 4), "DETECT follows the level"
    gpio.write(DETECTMODE, 1)
    assert gpio.sense(0, 1 << 4), "LDETECT follows the latch"
    gpio.write(LATCH, 1 << 3)
    assert gpio.read(LATCH) == 1 << 4 and chip.sensing == 4
    gpio.write(LATCH, 1 << 4)
    assert not gpio.sense(0, 1 << 4) and not gpio.sense(1, 0)
    gpio.sense(0, 0)
    gpio.reset()
    assert gpio.read(LATCH) == 0 and not gpio.sense(0, 0)


def test_a_task_moves_its_pin_and_an_event_takes_its_own(chip: Chip) -> None:
    port = chip.gpio.ports[0]
    port.task_pins = 0b11
    port.drive_task_pin(0b01, True)
    chip.gpio.update()
    assert chip.levels[0] == 0b01, "with no DIR, and whatever OUT says"
    chip.gpio.write(OUT, 0b10)
    assert chip.levels[0] == 0b01
    port.drive_task_pin(0b01, False)
    port.drive_task_pin(0b10, True)
    port.event_pins = 0b100
    chip.gpio.write(OUT, 0b100)
    chip.gpio.write(DIR, 0b100)
    assert chip.levels[0] == 0b10, "an input drives nothing"
    chip.gpio.reset()
    assert chip.levels == (0, 0) and port.task_pins == port.event_pins == 0
