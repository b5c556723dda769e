"""The front of known trials: as a table and as a picture's curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from host.report.figure import new_figure
from host.train.architecture import Architecture
from host.train.search import screen
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point, front
from tests.goldens import check_golden, check_rows_are_lines, figure_lines, screen_text


def points(network: Architecture) -> list[Point]:
    rows = [
        (0, 3_000_000, 30_000, 0.80),
        (1, 2_000_000, 20_000, 0.70),
        (2, 2_500_000, 20_000, 0.70),  # beaten by 1
        (3, 2_000_000, 20_000, 0.70),  # equal to 1: stays
        (4, 5_000_000, 9_000, 0.75),
        (5, 6_000_000, 40_000, 0.80),  # beaten by 0
        (6, 2_000_000, 19_999, 0.60),
    ]
    return [
        Point(number, network, Cost(cycles, ram, 5 * ram), accuracy)
        for number, cycles, ram, accuracy in rows
    ]


def test_the_front(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    network: Any = type("Network", (), {"text": "a network"})()
    found = points(network)
    assert [point.number for point in front(found)] == [1, 3, 6, 0, 4]
    drawn: list[Any] = []

    def figure(*size: float) -> object:
        drawn.append(new_figure(*size))
        return drawn[-1]

    monkeypatch.setattr(screen, "new_figure", figure)
    for ram in (25_000, None):
        screen.draw_front(tmp_path / "a.png", found, Budget(3_000_000, ram, None), 200)
    check_rows_are_lines(screen.front_table(found, 200))
    shown = [screen_text(screen.front_table(found, 200), styles=True)]
    shown += [line for each in drawn for line in figure_lines(each)]
    check_golden("search_front", "\n".join(shown))
