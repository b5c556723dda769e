"""Traces and figures as rows of a run: means of a millisecond, the first inferences at full rate, a row a state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.bench.power.tables import Rows, binned
from host.link.messages import PowerState
from host.power.meter import MarkerInput, MeterInfo
from host.power.trace import Trace


def rows() -> tuple[Rows, list[Any]]:
    """And what is written."""
    found: list[Any] = []
    run = SimpleNamespace(
        append=lambda name, *row: found.append((name, row)),
        extend=lambda name, columns: found.append((name, columns)),
    )
    return Rows(cast(Any, run), MeterInfo("m", "1", 1000.0, MarkerInput.LEVEL), 0), found


def test_a_bin_is_a_millisecond() -> None:
    current = np.array([1, 2, 3, 5, 9], np.float32)
    trace = Trace(2000.0, current, np.zeros(5, np.uint8), 3.0)
    found = binned(trace, np.array([0, 0, 0, 1, 0], bool))
    assert {name: values.tolist() for name, values in found.items()} == {
        "time_s": [0.0, 0.001, 0.002],
        "current_a": [1.5, 4.0, 9.0],
        "current_min_a": [1.0, 3.0, 9.0],
        "current_max_a": [2.0, 5.0, 9.0],
        "marker": [False, True, False],
    }


def test_a_state_is_a_row() -> None:
    to, found = rows()
    figure = SimpleNamespace(
        state=PowerState.CAMERA_ON, seconds=1.0, mean_current_a=2.0, mean_power_w=3.0, energy_each_j=4.0,
        seconds_each=5.0, repetitions=6, awake_s=1.0, hold_s=4.0, lost=7, refused="why",
    )  # fmt: skip
    to.add_state(cast(Any, figure))
    assert found == [("states", ("camera_on", 1.0, 2.0, 3.0, 4.0, 5.0, 6, 0.25, 7, "why"))]


def test_the_first_three_inferences_are_kept_at_full_rate_with_some_room() -> None:
    """Each is 0.2 s long; a tenth of the first before it and behind the third."""
    to, found = rows()
    starts = np.array([1.0, 1.5, 2.0, 2.5])
    window = SimpleNamespace(
        number=1, energies_j=np.ones(4), starts_s=starts, seconds_each=np.full(4, 0.2), seconds=1.7,
        inferences=4, energy_j=4.0, gross_j=1.0, mean_current_a=2.0, mean_voltage_v=3.0, lost=0, refused="",
    )  # fmt: skip
    trace = Trace(1000.0, np.arange(4000, dtype=np.float32), np.ones(4000, np.uint8), 3.0)
    to.add_window(cast(Any, window), 10.0, trace, None)
    to.add_window(cast(Any, window), 20.0, trace, None)
    (columns,) = [row for name, row in found if name == "detail"]
    assert columns["current_a"].tolist() == list(range(980, 2220)) and columns["marker"].all()
    assert columns["time_s"] == pytest.approx(10 + np.arange(980, 2220) / 1000)
    assert [row[:3] for name, row in found if name == "inferences"][:4] == [
        (1, n, 10 + start) for n, start in enumerate(starts, start=1)
    ]
    assert [row[1] for name, row in found if name == "windows"] == [11.0, 21.0]
