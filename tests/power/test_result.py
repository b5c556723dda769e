"""What a run says of a battery, from states that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.bench.power.figures import SETTLE_FRAMES, PowerResult, lives, summary_of
from host.bench.power.show import in_units
from host.link.messages import PowerState
from host.power.battery import Battery, battery_life_hours
from host.power.figures import InferenceWindow, StateFigure
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method

BATTERY = Battery(1000, 3.7, usable=1.0)
POWER_W = {
    PowerState.SLEEP: 0.001,
    PowerState.IDLE: 0.003,
    PowerState.CAMERA_ON: 0.043,
    PowerState.CAPTURE: 0.060,
}
CAPTURE_S, INFERENCE_S, INFERENCE_J = 0.15, 0.2, 0.004


def result_of(*missing: PowerState) -> PowerResult:
    """One window, four states less those that are missing."""
    info = MeterInfo("meter", "1", 1000, MarkerInput.LEVEL)
    result = PowerResult(info, Method(windows=1), 3.3)
    for state, power in POWER_W.items():
        if state not in missing:
            repetitions = 100 if state is PowerState.CAPTURE else 0
            hold_s = repetitions * CAPTURE_S or 10.0
            result.states.append(
                StateFigure(state, 10, power / 3.3, power, 3.3, 0, repetitions, hold_s, 0, 0, "")
            )
    none = np.empty(0)
    result.windows.append(
        InferenceWindow(
            1, 100 * INFERENCE_S, 100, 100 * INFERENCE_J, 0, 3.3, 0, none, none, none, 0, ""
        )
    )
    return result


def test_a_look_settles_captures_and_infers() -> None:
    look = result_of().look()
    assert look is not None
    settle_s = SETTLE_FRAMES * CAPTURE_S
    assert look.seconds == pytest.approx(settle_s + CAPTURE_S + INFERENCE_S)
    assert look.energy_j == pytest.approx(0.043 * settle_s + 0.060 * CAPTURE_S + INFERENCE_J)


def test_lives_of_looks_that_fit_and_without_a_pause() -> None:
    result = result_of()
    look = result.look()
    assert look is not None
    found = lives(result, BATTERY, [6.0, 1000.0])
    assert [life.looks_per_minute for life in found] == [6.0, None]
    average = (0.001 * (60 - 6 * look.seconds) + 6 * look.energy_j) / 60
    assert found[0].average_power_w == pytest.approx(average)
    assert found[0].hours == pytest.approx(battery_life_hours(BATTERY, average))
    energy = 0.060 * CAPTURE_S + INFERENCE_J + 0.040 * INFERENCE_S
    assert found[1].average_power_w == pytest.approx(energy / (CAPTURE_S + INFERENCE_S))


def test_lives_are_as_unsure_as_the_states_and_inferences_that_they_are_of() -> None:
    result = result_of()
    assert {life.uncertainty for life in lives(result, BATTERY, [6.0])} == {0.0}, "measured"
    result.states = [replace(state, uncertainty=0.5) for state in result.states]
    result.windows = [replace(window, uncertainty=0.5) for window in result.windows]
    found = lives(result, BATTERY, [6.0])
    assert [life.uncertainty for life in found] == pytest.approx([0.5, 0.5])
    result.windows = [replace(window, uncertainty=0.1) for window in result.windows]
    assert all(0.1 < life.uncertainty < 0.5 for life in lives(result, BATTERY, [6.0]))


@pytest.mark.parametrize("missing", [PowerState.SLEEP, PowerState.CAMERA_ON, PowerState.CAPTURE])
def test_no_life_without_the_states_that_it_needs(missing: PowerState) -> None:
    assert lives(result_of(missing), BATTERY, [6.0]) == []


def test_net_energy_is_unknown_without_an_idle_state() -> None:
    summary = summary_of(result_of(PowerState.IDLE), BATTERY, [6.0])
    assert summary["measured_gross_energy_per_inference_j"] == pytest.approx(INFERENCE_J)
    assert summary["measured_net_energy_per_inference_j"] is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00334, "3.34 mJ"),
        (2.5, "2.50 J"),
        (0.011, "11.0 mJ"),
        (0.000263, "263 µJ"),
        (3.16e-6, "3.16 µJ"),
        (4e-10, "0.4 nJ"),
        (None, "-"),
    ],
)
def test_units(value: float | None, words: str) -> None:
    assert in_units(value, "J") == words
