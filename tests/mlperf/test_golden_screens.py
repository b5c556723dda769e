"""Each mode's result of known windows and pictures, whole: as a table and as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from host.bench.mlperf.dialogue import Inference
from host.bench.mlperf.energy import Energy, EnergyWindow, short_of
from host.bench.mlperf.measure import TextModeBoard
from host.bench.mlperf.modes import Accuracy, Graded, Performance
from host.bench.mlperf.show import as_json, result_table
from host.power.meter import MarkerInput, MeterInfo
from host.runs.conditions import gather
from tests.goldens import check_golden, json_text, screen_text
from tests.link.fake_board import HELLO
from tests.runs.made import NOON

FAST = [Inference(61 + k, (2_000_000, 14_000_000 + k * 500_000), (0.5, 0.5)) for k in range(5)]
SPENT = tuple(
    EnergyWindow(100 + k, 10.0 + k, 0.1 + 0.3 * k, 0, uncertainty)
    for k, uncertainty in enumerate((0.1, 0.4, 0.2, 0.3, 0.1))
)
PICTURES = [Graded(f"{k}.jpg", k % 2, 0.17 * k % 1, k % 3 > 0) for k in range(23)]
METER = MeterInfo("meter", "1", 1000.0, MarkerInput.LEVEL)


def energy(windows: tuple[EnergyWindow, ...], estimated: bool) -> Energy:
    return Energy(windows, replace(METER, estimated=estimated), 3.3, short_of(windows))


@pytest.mark.parametrize("board", ["virtual", "nano33ble"])
def test_every_mode(board: str, one_computer: None) -> None:
    dialogue: Any = None
    hello = replace(HELLO, board=board)
    of = TextModeBoard(dialogue, hello, None, "memory", "a board", "firmware 1")
    conditions = gather("mlperf", "python -m host.bench mlperf", NOON, hello, "memory")
    results: list[object] = [
        Performance(tuple(FAST)),
        Performance(tuple(FAST[:4])),
        energy(SPENT, board == "virtual"),
        energy(SPENT[1:3], board == "virtual"),
        Accuracy(tuple(PICTURES)),
        Accuracy(tuple(PICTURES[1::2])),
        Accuracy((PICTURES[0],) * 1000),
    ]
    shown = [
        part
        for result in results
        for part in (
            screen_text(result_table(of, result, conditions), width=180, styles=True),
            json_text(as_json(of, result)),
        )
    ]
    check_golden(f"screen_mlperf_{board}", "\n".join(shown))
