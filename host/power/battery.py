"""How long a battery lasts: average power of a duty cycle, then hours. Plain arithmetic, no meter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from host.base.errors import HostError

MINUTE_S = 60.0
HOURS_A_MONTH = 730.5
CONVERTER_EFFICIENCY = 0.9  # of one that raises the battery's voltage, assumed
USABLE_SHARE = 0.8  # of a lithium cell's rated charge: it is not emptied, and it ages


@dataclass(frozen=True)
class Battery:
    """A battery. usable: share of the rated charge that reaches the load before the battery counts as empty.

    efficiency: of the converter between battery and load, 1.0 when the meter sat at the battery itself.
    """

    capacity_mah: float
    volts: float
    usable: float = USABLE_SHARE
    efficiency: float = 1.0
    self_discharge_percent_a_month: float = 0.0

    @property
    def usable_wh(self) -> float:
        """Energy for the load, watt-hours."""
        return self.capacity_mah / 1000 * self.volts * self.usable * self.efficiency

    @property
    def own_loss_w(self) -> float:
        """What the battery loses by itself, as a load beside the load, watts."""
        share_an_hour = self.self_discharge_percent_a_month / 100 / HOURS_A_MONTH
        return self.capacity_mah / 1000 * self.volts * share_an_hour * self.efficiency


def battery_for(capacity_mah: float, volts: float, supply_volt: float) -> Battery:
    """One that feeds a supply: between it and a lower one sits a linear regulator, else a converter."""
    linear = volts >= supply_volt
    return Battery(
        capacity_mah, volts, efficiency=supply_volt / volts if linear else CONVERTER_EFFICIENCY
    )


@dataclass(frozen=True)
class Look:
    """One look of a board that sleeps between looks: all energy from waking to sleeping again, and its length."""

    energy_j: float
    seconds: float
    uncertainty: float = 0.0  # of an estimate's energy, as a share


def duty_cycle_power_w(sleep_w: float, look: Look, looks_per_minute: float) -> float:
    """Average power of a board that sleeps but for its looks. Raises HostError when they do not fit into a minute."""
    awake_s = looks_per_minute * look.seconds
    if looks_per_minute < 0 or awake_s > MINUTE_S:
        raise HostError(
            f"{looks_per_minute:g} looks of {look.seconds:.2f} s do not fit into a minute: "
            f"at most {int(MINUTE_S / look.seconds)} do"
        )
    return (sleep_w * (MINUTE_S - awake_s) + looks_per_minute * look.energy_j) / MINUTE_S


def mixed_uncertainty(parts: Iterable[tuple[float, float]]) -> float:
    """Of a sum of (amount, its uncertainty as a share): estimates from data sheets may all be wrong the same way."""
    amounts = list(parts)
    total = sum(amount for amount, _ in amounts)
    return sum(amount * share for amount, share in amounts) / total if total > 0 else 0.0


def battery_life_hours(battery: Battery, average_power_w: float) -> float:
    """Hours until `battery` is empty at this average power of the load."""
    if min(battery.capacity_mah, battery.volts) <= 0 or average_power_w <= 0:
        raise HostError("a battery needs a capacity and a voltage above 0, and a load to empty it")
    if not 0 < battery.usable <= 1 or not 0 < battery.efficiency <= 1:
        raise HostError("a battery's usable share and the efficiency lie between 0 and 1")
    return battery.usable_wh / (average_power_w + battery.own_loss_w)


def life_in_words(hours: float, uncertainty: float = 0.0) -> str:
    """For people: hours below two days, days below two years. uncertainty: of the power, below 1; 0: measured."""
    if uncertainty:
        return f"{life_in_words(hours)} ({range_in_words(hours, uncertainty)})"
    if hours < 48:
        return f"{hours:.1f} hours"
    days = hours / 24
    return f"{days:.0f} days" if days < 730 else f"{days / 365.25:.1f} years"


def range_in_words(hours: float, uncertainty: float) -> str:
    """`28 to 75 days`: from the largest power that the uncertainty leaves to the least."""
    low = life_in_words(hours / (1 + uncertainty))
    if uncertainty >= 1:
        return f"{low} or more"
    high = life_in_words(hours / (1 - uncertainty))
    amount, _, unit = low.partition(" ")
    return f"{amount if high.endswith(unit) else low} to {high}"
