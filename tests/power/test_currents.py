"""The datasheets' model: sums, shares of time, labels; and what it makes of a board's own counters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.link.messages import Held, PowerState
from host.power.counter_rig import mean_current
from host.power.currents import (
    BOARD,
    CLOCKS,
    CPU_DCDC,
    CPU_LDO,
    FIGURES,
    PORT,
    POWER_LED,
    REGULATOR_EFFICIENCY,
    REGULATOR_OWN_A,
    RETENTION,
    SENSOR_STANDBY,
    SENSOR_STREAM,
    SENSORS,
    Activity,
    rail_current_a,
    supply_current_a,
    uncertainty_a,
)
from host.power.timeline import Timeline
from tests.power.bench_device import CLOCK_HZ, HELLO

RUNS = Activity.CPU_RUNS | Activity.CRYSTAL | Activity.SENSOR_STANDS_BY


def test_every_figure_has_a_source_and_an_uncertainty() -> None:
    for name, figure in FIGURES.items():
        assert figure.amperes > 0 and 0 < figure.uncertainty <= 1, name
        assert len(figure.source) > 20, name


def test_a_moments_current_is_the_sum_of_its_parts() -> None:
    assert rail_current_a(RUNS) == pytest.approx(
        CPU_LDO.amperes + SENSOR_STANDBY.amperes + BOARD.amperes
    )
    saved = rail_current_a(RUNS) - rail_current_a(RUNS | Activity.DCDC)
    assert saved == pytest.approx(CPU_LDO.amperes - CPU_DCDC.amperes)
    assert rail_current_a(Activity.CRYSTAL) - rail_current_a(Activity(0)) == pytest.approx(
        CLOCKS.amperes - RETENTION.amperes
    )
    assert uncertainty_a(RUNS) < rail_current_a(RUNS)


def test_the_regulator_of_vin_takes_its_share() -> None:
    assert supply_current_a(0.01, 3.3) == 0.01
    at_vin = supply_current_a(0.01, 5.0)
    assert at_vin == pytest.approx(REGULATOR_OWN_A + 0.01 * 3.3 / (5.0 * REGULATOR_EFFICIENCY))


def test_samples_are_means_over_what_happened_in_them() -> None:
    timeline = Timeline()
    timeline.note(0, Activity(0))
    timeline.note(250, RUNS)
    timeline.note(500, RUNS | Activity.MARKER)
    timeline.note(900, Activity(0))
    currents = timeline.rail_currents(0, 1000, 2)
    low, high = rail_current_a(Activity(0)), rail_current_a(RUNS)
    assert currents[0] == pytest.approx((low + high) / 2)
    assert currents[1] == pytest.approx(0.8 * high + 0.2 * low)
    assert timeline.marker(0, 1000, 10).tolist() == [0] * 5 + [1] * 4 + [0]


def test_a_sending_port_is_added_for_as_long_as_it_sends() -> None:
    timeline = Timeline()
    timeline.note(0, Activity(0))
    timeline.note_sent(200, 300)
    timeline.note_sent(300, 350)
    timeline.note_sent(700, 800)
    currents = timeline.rail_currents(0, 1000, 2) - rail_current_a(Activity(0))
    assert currents == pytest.approx(np.array([0.3, 0.2]) * PORT.amperes)


def test_uncertainty_of_a_stretch_lies_between_its_parts() -> None:
    timeline = Timeline()
    timeline.note(0, RUNS)
    assert timeline.uncertainty(0, 1000) == pytest.approx(
        uncertainty_a(RUNS) / rail_current_a(RUNS)
    )


@pytest.mark.parametrize(
    ("state", "awake", "expected"),
    [
        (PowerState.SLEEP, 0.0, RETENTION.amperes + SENSOR_STANDBY.amperes),
        (PowerState.IDLE, 0.0, CLOCKS.amperes + SENSOR_STANDBY.amperes),
        (PowerState.CAMERA_ON, 0.0, CLOCKS.amperes + SENSOR_STREAM.amperes),
        (PowerState.CAPTURE, 1.0, CPU_LDO.amperes + SENSOR_STREAM.amperes),
        (PowerState.INFERENCE, 1.0, CPU_LDO.amperes + SENSOR_STANDBY.amperes),
        (PowerState.SEND, 1.0, CPU_LDO.amperes + SENSOR_STANDBY.amperes + PORT.amperes),
    ],
)
def test_a_boards_counters_give_each_states_current(
    state: PowerState, awake: float, expected: float
) -> None:
    held = Held(int(state), 0, 0, 2_000_000, round(awake * 2 * CLOCK_HZ), 0)
    current, relative_uncertainty = mean_current(held, HELLO)
    lit = 0.0 if state is PowerState.SLEEP else POWER_LED.amperes + SENSORS.amperes
    assert current == pytest.approx(expected + BOARD.amperes + lit)
    assert 0 < relative_uncertainty < 1


def test_half_awake_is_half_the_difference() -> None:
    held = Held(int(PowerState.IDLE), 0, 0, 2_000_000, CLOCK_HZ, 0)
    current, _ = mean_current(held, HELLO)
    awake, _ = mean_current(replace(held, awake_cycles=2 * CLOCK_HZ), HELLO)
    asleep, _ = mean_current(replace(held, awake_cycles=0), HELLO)
    assert current == pytest.approx((awake + asleep) / 2)


def test_the_cpu_is_awake_at_most_all_the_time_and_cheaper_by_the_converter() -> None:
    """By hand: 6.3 mA by LDO and 3.3 mA by DC/DC; two clocks that differ make no more than the whole hold."""
    held = Held(int(PowerState.IDLE), 0, 0, 2_000_000, 2 * CLOCK_HZ, 0)
    linear, _ = mean_current(held, replace(HELLO, dcdc=0))
    longer = replace(held, awake_cycles=round(2.2 * CLOCK_HZ))
    assert mean_current(longer, replace(HELLO, dcdc=0))[0] == pytest.approx(linear)
    assert linear - mean_current(held, replace(HELLO, dcdc=1))[0] == pytest.approx(3.0e-3)


@pytest.mark.parametrize(
    ("state", "awake", "share"),
    [
        # mA +- mA: the board 0.25 +- 0.15, the sensor 0.01 +- 0.01, RAM 0.00316 +- 0.000948
        (PowerState.SLEEP, 0.0, 0.160948 / 0.26316),
        # with the CPU 6.3 +- 0.945, LED 1.2 +- 0.6, sensors 0.5 +- 0.4, port 0.4 +- 0.2
        (PowerState.SEND, 1.0, 2.305 / 8.66),
    ],
)
def test_how_far_off_a_states_current_may_be(state: PowerState, awake: float, share: float) -> None:
    held = Held(int(state), 0, 0, 2_000_000, round(awake * 2 * CLOCK_HZ), 0)
    assert mean_current(held, replace(HELLO, dcdc=0))[1] == pytest.approx(share)


def test_a_port_that_sends_has_its_share_of_the_doubt() -> None:
    """By hand, mA: board 0.25 +- 0.15 and RAM 0.00316 +- 0.000948; half of the port's 0.4 +- 0.2."""
    timeline = Timeline()
    timeline.note(0, Activity(0))
    timeline.note_sent(100, 600)
    assert timeline.uncertainty(0, 1000) == pytest.approx(0.250948 / 0.45316)
    assert timeline.uncertainty(600, 1000) == pytest.approx(0.150948 / 0.25316)


def test_of_two_notes_at_one_cycle_the_last_counts_and_the_past_is_forgotten() -> None:
    timeline = Timeline()
    timeline.note(0, Activity(0))
    timeline.note(0, Activity.MARKER)
    timeline.note(300, Activity.MARKER)
    timeline.note(600, RUNS)
    timeline.note_sent(600, 700)
    assert timeline.marker(0, 1000, 5).tolist() == [1, 1, 1, 0, 0]
    timeline.forget()
    assert timeline.rail_currents(600, 1000, 1) == pytest.approx([rail_current_a(RUNS)])
    timeline.note(1000, Activity.MARKER)
    assert timeline.marker(600, 1400, 4).tolist() == [0, 0, 1, 1]
