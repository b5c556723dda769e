"""What a camera that sleeps leaves on the chip: no clock, no pin that floats into an input buffer."""

from __future__ import annotations

import pytest

from host.link.messages import Held, Hold, Mode, PowerState
from host.virtual.i2s import ENABLE, PSEL_MCK, I2s
from tests.system.board import Bench

INPUTS = {0: (4, 5, 21), 1: (2, 3, 10, 11, 12, 13, 14, 15)}  # PCLK, HREF, VSYNC; D0..D7
PSEL_DISCONNECTED = 0xFFFFFFFF


@pytest.fixture(scope="module")
def asleep() -> Bench:
    """A board that looked once; Mode.IDLE lets its camera sleep."""
    bench = Bench("noise:1")
    bench.frames(1)
    bench.board.run(640_000)
    assert bench.board.sensor.timing is None
    return bench


def inputs(bench: Bench) -> list[bool]:
    """Whether each input's buffer is on."""
    ports = bench.board.gpio.ports
    return [bool(ports[port].connected >> pin & 1) for port, pins in INPUTS.items() for pin in pins]


def test_pins_that_float_are_disconnected(asleep: Bench) -> None:
    assert inputs(asleep) == [False] * 11


def test_the_clocks_peripheral_lets_go_of_clock_and_pin(asleep: Bench) -> None:
    """Errata 194 and 196 of the nRF52840: STOP and ENABLE = 0 alone do not."""
    i2s = asleep.board.i2s
    assert not i2s.holds_clock and not i2s.holds_pin
    assert i2s.values[ENABLE] == 0 and i2s.values[PSEL_MCK] == PSEL_DISCONNECTED


def test_stop_alone_keeps_clock_and_pin() -> None:
    i2s = I2s(lambda pin, hz: None)
    i2s.write(0x000, 1)
    i2s.write(0x004, 1)
    i2s.write(ENABLE, 0)
    assert i2s.holds_clock and i2s.holds_pin


def test_waking_listens_again(asleep: Bench) -> None:
    assert asleep.frames(1)[0].std() > 5


LED_AND_SUPPLIES = ((1, 9), (0, 22), (1, 0))  # power LED, the board's own sensors, their pull-ups


def driven(bench: Bench) -> list[int]:
    """The levels of the pins that feed what the camera does not need."""
    return [bench.board.gpio.ports[port].levels() >> pin & 1 for port, pin in LED_AND_SUPPLIES]


def test_led_and_sensors_are_off_while_the_board_is_held_asleep() -> None:
    bench = Bench("noise:1")
    assert driven(bench) == [1, 1, 1]
    bench.ask(Hold(int(PowerState.SLEEP), 300, 0))
    bench.board.run(12_800_000)
    assert driven(bench) == [0, 0, 0]
    bench.wait(Held)
    assert driven(bench) == [1, 1, 1]


def test_led_and_sensors_are_off_while_the_board_watches_and_come_back() -> None:
    bench = Bench("noise:1")
    bench.mode(Mode.WATCH)
    bench.board.run(64_000_000)
    assert bench.board.sensor.timing is None, "between two looks"
    assert driven(bench) == [0, 0, 0]
    bench.mode(Mode.IDLE)
    assert driven(bench) == [1, 1, 1]


def test_a_single_shot_waits_until_exposure_has_settled() -> None:
    """The sensor wakes far from the room's light: its first frame has a mean of 236 here."""
    bench = Bench("image:host/virtual/pictures/02_living_room.jpg?light=2000")
    means = [bench.frames(1, Mode.SINGLE)[0].mean() for _ in range(2)]
    assert 90 < means[0] < 125 and abs(means[0] - means[1]) < 6
