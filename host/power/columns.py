"""The header of somebody's CSV -> which column is time, current, voltage, which are digital inputs, in which units.

nRF Connect: `Timestamp(ms),Current(uA),D0-D7` or `...,D0,D1,...`. Joulescope: `time,current,voltage`. Ours and those of
a second board: `time_s,current_a,marker`, `time_ms,voltage_v,current_ma`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from host.base.errors import HostError

SECONDS = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "μs": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "": 1.0,
}  # fmt: skip
AMPERES = {"a": 1.0, "amps": 1.0, "ma": 1e-3, "ua": 1e-6, "μa": 1e-6, "na": 1e-9, "": 1.0}
VOLTS = {"v": 1.0, "volts": 1.0, "mv": 1e-3, "": 1.0}
UNITS = {*SECONDS, *AMPERES, *VOLTS, "w", "mw", "μw", "uw", "j", "c", "mah", "wh"} - {""}
TIME = "time ?stamp|elapsed time|time|t|zeit|tiempo|temps"
CURRENT = "current|i|strom|corriente|courant|main"  # Monsoon: Main (mA)
VOLTAGE = "voltage|v|u|spannung|voltaje|tensión|tension"
NAME = re.compile(
    rf"(?:arc )?(?:main |bus |supply |load )?({TIME}|{CURRENT}|{VOLTAGE})"
    r"\s*[(\[ ]?\s*([a-zμ]{0,12})\s*[)\]]?"
)
CLOCKS = {"millis": "time ms", "micros": "time us", "seconds": "time s", "milliseconds": "time ms"}
KINDS = (
    ("current", CURRENT, AMPERES), ("voltage", VOLTAGE, VOLTS), ("time", TIME, SECONDS)
)  # fmt: skip
MARKERS = ("marker", "gpi0", "gpi[0]", "in0", "trigger")
MOST_COLUMNS = 64


@dataclass(frozen=True)
class Quantity:
    """A column and what its numbers are multiplied by to be in SI units."""

    column: int
    scale: float
    has_unit: bool = True


@dataclass(frozen=True)
class Columns:
    """count: how many there are. bit_string: the column with eight digits, D0 first; bits: column of each input."""

    count: int
    current: Quantity
    time: Quantity | None = None
    voltage: Quantity | None = None
    bit_string: int | None = None
    bits: dict[int, int] = field(default_factory=dict)

    def wider(self, count: int) -> Columns:
        """The same in rows of so many cells."""
        return replace(self, count=count)


def header_names(line: str, separator: str = ",") -> list[str]:
    """As parse_header takes them."""
    try:
        cells = next(csv.reader([" ".join(line.split("\r")).strip()], delimiter=separator), [])
    except csv.Error:  # a cell without end
        return [line]
    return [name.strip() for name in cells]


def _quantity(name: str, column: int) -> tuple[str, Quantity] | None:
    """Its kind, and how its numbers become SI units; None for a name that is no quantity with a unit of its own."""
    named = NAME.fullmatch(CLOCKS.get(name, name))
    if named is None:
        return None
    kind, units = _kind(named[1])
    if named[2] not in units:
        return None
    return kind, Quantity(column, units[named[2]], bool(named[2]))


def parse_header(names: Sequence[str], where: str) -> Columns:
    """Raises HostError for one without a current, or with two."""
    if len(names) > MOST_COLUMNS:
        raise HostError(
            f"{where}: {len(names)} columns, at most {MOST_COLUMNS}: is it a meter's CSV?"
        )
    found: dict[str, Quantity] = {}
    bit_string: int | None = None
    bits: dict[int, int] = {}
    for column, name in enumerate(map(_plain, names)):
        if name == "d0-d7":
            bit_string = column
        elif re.fullmatch("d[0-7]", name):
            bits[int(name[1])] = column
        elif name in MARKERS:
            bits[0] = column
        elif quantity := _quantity(name, column):
            kind, this = quantity
            if kind == "current" and kind in found:
                first = names[found[kind].column]
                raise HostError(
                    f"{where}: {first!r} and {names[column]!r} are both a current",
                    "rename the one that is not meant",
                )
            if kind not in found or (this.has_unit and not found[kind].has_unit):
                found[kind] = this
    if "current" not in found:
        raise HostError(
            f"{where}: no column of current in the header {','.join(names)[:60]!r}",
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


def _plain(name: str) -> str:
    """`busVoltage_V` -> `bus voltage v`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name.strip())
    return apart.replace("_", " ").casefold()  # which has one micro sign


def _kind(name: str) -> tuple[str, dict[str, float]]:
    for kind, words, units in KINDS:
        if re.fullmatch(words, name):
            return kind, units
    raise AssertionError(name)
