"""The header of somebody's CSV -> which column is time, current, voltage, which are digital inputs, in which units.

nRF Connect: `Timestamp(ms),Current(uA),D0-D7` or `...,D0,D1,...`. Joulescope: `time,current,voltage`. Ours and those of
a second board: `time_s,current_a,marker`, `time_ms,voltage_v,current_ma`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from host.base.errors import HostError

SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "": 1.0}
AMPERES = {"a": 1.0, "ma": 1e-3, "ua": 1e-6, "µa": 1e-6, "na": 1e-9, "": 1.0}
VOLTS = {"v": 1.0, "mv": 1e-3, "": 1.0}
NAME = re.compile(
    r"(time ?stamp|time|t|current|i|(?:bus |supply )?voltage|v|u)\s*[(\[_ ]?\s*([a-zµ]{0,3})\s*[)\]]?"
)
MARKERS = ("marker", "gpi0", "gpi[0]", "in0", "trigger")
MOST_COLUMNS = 64


@dataclass(frozen=True)
class Quantity:
    """A column and what its numbers are multiplied by to be in SI units."""

    column: int
    scale: float


@dataclass(frozen=True)
class Columns:
    """count: how many there are. bit_string: the column with eight digits, D0 first; bits: column of each input."""

    count: int
    current: Quantity
    time: Quantity | None = None
    voltage: Quantity | None = None
    bit_string: int | None = None
    bits: dict[int, int] = field(default_factory=dict)


def parse_header(line: str, where: str) -> Columns:
    """Raises HostError for one without a current."""
    names = [name.strip().strip('"').lower() for name in line.strip().split(",")]
    if len(names) > MOST_COLUMNS:
        raise HostError(
            f"{where}: {len(names)} columns, at most {MOST_COLUMNS}: is it a meter's CSV?"
        )
    found: dict[str, Quantity] = {}
    bit_string: int | None = None
    bits: dict[int, int] = {}
    for column, name in enumerate(names):
        quantity = NAME.fullmatch(name)
        if name == "d0-d7":
            bit_string = column
        elif re.fullmatch("d[0-7]", name):
            bits[int(name[1])] = column
        elif name in MARKERS:
            bits[0] = column
        elif quantity:
            kind, units = _kind(quantity[1])
            if quantity[2] in units and kind not in found:
                found[kind] = Quantity(column, units[quantity[2]])
    if "current" not in found:
        raise HostError(
            f"{where}: no column of current in the header {line.strip()[:60]!r}",
            "name it current_a, current_ma or Current(uA)",
        )
    return Columns(
        len(names), found["current"], found.get("time"), found.get("voltage"), bit_string, bits
    )


def default_columns(count: int, where: str) -> Columns:
    """Of lines without a header: current in mA; time in ms and current; or time, volts and current."""
    milliampere = Quantity(count - 1, 1e-3)
    time = Quantity(0, 1e-3)
    if count == 1:
        return Columns(1, milliampere)
    if count == 2:
        return Columns(2, milliampere, time)
    if count == 3:
        return Columns(3, milliampere, time, Quantity(1, 1.0))
    raise HostError(
        f"{where}: {count} columns and no header",
        "send a line like time_ms,voltage_v,current_ma first",
    )


def is_header(line: str) -> bool:
    """True when a field of it begins with a letter."""
    return any(field.strip().strip('"')[:1].isalpha() for field in line.split(","))


def _kind(name: str) -> tuple[str, dict[str, float]]:
    if name in ("current", "i"):
        return "current", AMPERES
    if name.endswith("voltage") or name in ("v", "u"):
        return "voltage", VOLTS
    return "time", SECONDS
