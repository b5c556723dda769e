"""Headers as meters' programs and people write them: which column is what, and in which unit."""

from __future__ import annotations

import pytest

from host.base.errors import HostError
from host.power.columns import (
    Columns,
    Quantity,
    default_columns,
    header_names,
    is_header,
    parse_header,
)

NAMES = (
    ("time", 1.0, ("time_s", "time", "t (sec)", "Zeit [seconds]", "seconds")),
    ("time", 1e-3, ("time_ms", "Timestamp(ms)", "t [msec]", "elapsed time (milliseconds)", "millis")),
    ("time", 1e-6, ("time_us", "t (μs)", "t (µs)", "temps (microseconds)", "micros")),
    ("time", 1e-9, ("time ns",)),
    ("current", 1.0, ("current_a", "current", "I (amps)", "Strom")),
    ("current", 1e-3, ("Main (mA)", "current_ma")),
    ("current", 1e-6, ("Current(uA)", "i [µA]")),
    ("current", 1e-9, ("Current (nA)",)),
    ("voltage", 1.0, ("voltage_v", "voltage", "U (volts)", "busVoltage_V")),
    ("voltage", 1e-3, ("supply voltage mV",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "scale", "name"),
    [(kind, scale, name) for kind, scale, names in NAMES for name in names],
)
def test_a_name_has_its_unit(kind: str, scale: float, name: str) -> None:
    found = parse_header([name] if kind == "current" else [name, "current"], "x")
    quantity = getattr(found, kind)
    assert (quantity.column, quantity.scale) == (0, scale)


def test_each_input_has_its_place() -> None:
    header = "Timestamp(ms),Current(uA),D7,D0,d3"
    assert parse_header(header_names(header), "x").bits == {7: 2, 0: 3, 3: 4}
    assert parse_header(["current", "D0-D7"], "x").bit_string == 1
    for name in ("marker", "GPI0", "gpi[0]", "IN0", "trigger"):
        assert parse_header(["current", name], "x").bits == {0: 1}
    assert parse_header(["current", "D8", "watts"], "x") == Columns(3, Quantity(0, 1.0, False))


def test_a_name_with_a_unit_is_meant_before_one_without() -> None:
    found = parse_header(["time", "time_ms", "time_us", "current_ma", "v", "voltage_mv"], "x")
    assert found.time == Quantity(1, 1e-3) and found.voltage == Quantity(5, 1e-3)
    assert found.current == Quantity(3, 1e-3) and found.count == 6


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["time", "voltage"], "no column of current in the header 'time,voltage'"),
        (["current_a", "current_ma"], "'current_a' and 'current_ma' are both a current"),
        (["current"] + ["x"] * 64, "65 columns, at most 64"),
    ],
)
def test_what_is_no_header_of_a_meter_is_said(names: list[str], why: str) -> None:
    with pytest.raises(HostError, match=why):
        parse_header(names, "x")
    assert parse_header(["current"] + ["x"] * 63, "x").count == 64


def test_without_a_header_the_columns_are_the_usual_ones() -> None:
    milli = [Quantity(column, 1e-3) for column in range(3)]
    assert default_columns(1, "x") == Columns(1, milli[0])
    assert default_columns(2, "x") == Columns(2, milli[1], milli[0])
    assert default_columns(3, "x") == Columns(3, milli[2], milli[0], Quantity(1, 1.0))
    for count in (0, 4):
        with pytest.raises(HostError, match=f"{count} columns and no header"):
            default_columns(count, "x")
    assert is_header('0,"time"') and not is_header("0,1.5e3,-2")
