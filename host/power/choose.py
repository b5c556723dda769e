"""`--meter` -> an instrument."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from host.base.errors import HostError
from host.power.joulescope import Joulescope, load_driver
from host.power.lpm01a import Lpm01a
from host.power.meter import PowerMeter
from host.power.ppk2 import Ppk2
from host.power.serial_source import SerialSource

ESTIMATE, RECORDING = "estimate", "csv"
LIVE = ("ppk2", "joulescope", "lpm01a", "serial")
KINDS = (*LIVE, RECORDING, ESTIMATE)
FORMS = "ppk2[:PORT], joulescope[:SERIAL], lpm01a[:PORT], serial:PORT, csv:FILE or estimate"
NEEDS_WHERE = ("serial", RECORDING)
BAUD = 115_200


@dataclass(frozen=True)
class MeterChoice:
    """kind: one of KINDS. where: a port, a file or a serial number; empty: the one that is plugged in."""

    kind: str
    where: str

    @property
    def live(self) -> bool:
        """True for an instrument on a cable."""
        return self.kind in LIVE


def meter_choice(text: str) -> MeterChoice:
    """For argparse."""
    kind, _, where = text.partition(":")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"no meter {kind!r}: give {FORMS}")
    if kind in NEEDS_WHERE and not where:
        raise argparse.ArgumentTypeError(f"{kind} needs more: give {FORMS}")
    if kind == ESTIMATE and where:
        raise argparse.ArgumentTypeError("estimate takes nothing behind it")
    return MeterChoice(kind, where)


def open_meter(
    choice: MeterChoice, *, external_supply: bool = False, rate_hz: int = 0, baud: int = BAUD
) -> PowerMeter:
    """A live instrument. external_supply: the board does not live on it. rate_hz: 0 for the meter's usual one."""
    if choice.kind == "ppk2":
        return Ppk2(choice.where, source=not external_supply)
    if choice.kind == "joulescope":
        return Joulescope(load_driver(), choice.where, rate_hz or 100_000)
    if choice.kind == "lpm01a":
        return Lpm01a(choice.where, rate_hz or 1000, source=not external_supply)
    if choice.kind == "serial":
        return SerialSource(choice.where, baud)
    raise HostError(f"{choice.kind} is no instrument on a cable", f"give {FORMS}")
