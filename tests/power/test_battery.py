"""Battery life against hand-made sums."""

from __future__ import annotations

import pytest

from host.base.errors import HostError
from host.power.battery import (
    Battery,
    Look,
    battery_life_hours,
    duty_cycle_power_w,
    life_in_words,
    mixed_uncertainty,
    range_in_words,
)


def test_life_is_energy_over_power() -> None:
    battery = Battery(1000, 3.7, usable=1.0)
    assert battery_life_hours(battery, 0.037) == pytest.approx(100.0)


def test_unusable_charge_and_converter_shorten_the_life() -> None:
    battery = Battery(1000, 3.7, usable=0.8, efficiency=0.9)
    assert battery_life_hours(battery, 0.037) == pytest.approx(72.0)


def test_self_discharge_is_a_load_of_its_own() -> None:
    leaking = Battery(1000, 3.7, usable=1.0, self_discharge_percent_a_month=100.0)
    assert battery_life_hours(leaking, 1e-12) == pytest.approx(730.5)


def test_average_power_of_a_duty_cycle() -> None:
    # 6 looks of 0.5 s at 100 mW, 57 s at 1 mW: (57 + 300) mJ a minute
    assert duty_cycle_power_w(0.001, Look(0.05, 0.5), 6) == pytest.approx(0.357 / 60)
    assert duty_cycle_power_w(0.001, Look(0.05, 0.5), 0) == pytest.approx(0.001)


def test_looks_that_overlap_are_refused_with_the_most_that_fit() -> None:
    with pytest.raises(HostError, match="at most 30 do"):
        duty_cycle_power_w(0.001, Look(0.1, 2.0), 31)


@pytest.mark.parametrize(
    "battery",
    [
        Battery(0, 3.7),
        Battery(1000, 0),
        Battery(1000, 3.7, usable=1.5),
        Battery(1000, 3.7, efficiency=1.01),
    ],
)
def test_impossible_batteries_are_refused(battery: Battery) -> None:
    with pytest.raises(HostError):
        battery_life_hours(battery, 0.01)


@pytest.mark.parametrize(
    ("hours", "words"), [(5.04, "5.0 hours"), (240, "10 days"), (26_298, "3.0 years")]
)
def test_life_in_words(hours: float, words: str) -> None:
    assert life_in_words(hours) == words


def test_a_life_is_as_unsure_as_the_power() -> None:
    assert life_in_words(24 * 44, 0.5) == "44 days (29 to 88 days)"
    assert life_in_words(30, 0.5) == "30.0 hours (20.0 hours to 2 days)"
    assert range_in_words(12, 0.5) == "8.0 to 24.0 hours"
    assert range_in_words(60, 1.5) == "24.0 hours or more"
    assert range_in_words(60, 1.0) == "30.0 hours or more", "no power at all may be left"
    assert life_in_words(60, 0.0) == life_in_words(60), "a measurement"


def test_parts_of_an_estimate_may_be_wrong_the_same_way() -> None:
    assert mixed_uncertainty([(3.0, 0.1), (1.0, 0.5)]) == pytest.approx(0.2)
    assert mixed_uncertainty([]) == 0.0
