"""A power run of known states and windows, whole: as a table and as the JSON that is stored."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from host.bench.power.figures import PowerResult, summary_of
from host.bench.power.show import power_tables
from host.link.messages import PowerState
from host.power.battery import Battery
from host.power.figures import InferenceWindow, StateFigure
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from tests.goldens import check_golden, check_rows_are_lines, json_text, screen_text

BATTERY = Battery(1000, 3.7, efficiency=0.89)
METER = MeterInfo("meter", "42", 1e5, MarkerInput.LEVEL, settings={"range": "auto"})
STATES = (
    StateFigure(PowerState.SLEEP, 10.5, 3.1e-7, 1.0e-6, 3.3, 0, 0, 10.0, 0.0, 0.1, ""),
    StateFigure(PowerState.IDLE, 11.5, 9.1e-4, 3.0e-3, 3.3, 1, 0, 10.0, 1.0, 0.2, ""),
    StateFigure(PowerState.CAMERA_ON, 12.5, 1.27e-2, 4.19e-2, 3.3, 2, 0, 10.0, 2.5, 0.3, ""),
    StateFigure(PowerState.CAPTURE, 13.5, 1.8e-2, 5.9e-2, 3.3, 3, 60, 9.3, 3.5, 0.4, ""),
    StateFigure(PowerState.INFERENCE, 0.0, math.nan, math.nan, 3.3, 4, 0, 0.0, 0.0, 0.5, "lost"),
)


def window(number: int, refused: str = "") -> InferenceWindow:
    energies = 3e-3 + 1e-6 * np.arange(10.0) * number
    seconds, starts = np.full(10, 0.154), 0.154 * np.arange(10.0)
    return InferenceWindow(
        number, 10.01, 65, 0.21 + number / 1000, 6.5e-3, 3.3, number, starts, seconds, energies,
        0.1 * number, refused,
    )  # fmt: skip


@pytest.mark.parametrize("estimated", [True, False])
def test_a_power_run(estimated: bool) -> None:
    shown = []
    for count, refused in ((5, ""), (2, ""), (3, "7 samples lost")):
        result = PowerResult(replace(METER, estimated=estimated), Method(windows=count), 3.3)
        result.states = list(STATES[: 5 if count > 2 else 2])
        result.windows = [window(number, refused) for number in range(1, count + 1)]
        result.notes = ["LEDs are not in it", "another"]
        looks = [1.0, 30.0, 500.0]
        tables = power_tables(result, BATTERY, looks)
        check_rows_are_lines(tables)
        shown.append(screen_text(tables, width=160, styles=True))
        shown.append(json_text(summary_of(result, BATTERY, looks)))
    check_golden(f"screen_power_{'estimated' if estimated else 'measured'}", "\n".join(shown))
