"""What a study may draw, whole, and how a draw is narrowed to a budget: a study goes on with the same space."""

from __future__ import annotations

from typing import Any

import pytest

from host.train.architecture import Architecture
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point, front
from host.train.search.space import Draw, Space, fitted
from tests.goldens import check_golden


class RecordingTrial:
    """A trial that takes one end of everything, and writes down each request."""

    def __init__(self, highest: bool) -> None:
        self.highest, self.questions = highest, list[str]()

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1) -> int:
        self.questions.append(f"{name}: {low}..{high} by {step}")
        return high if self.highest else low

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        self.questions.append(f"{name}: {choices}")
        return choices[-1 if self.highest else 0]


def test_what_may_be_drawn() -> None:
    lines = []
    for space in (Space(), Space((88, 72), (3,)), Space((96, 64), (1,))):
        for highest in (False, True):
            trial = RecordingTrial(highest)
            draw = space.ask(trial)
            lines += [*trial.questions, f"{draw.shape.text}, spends {draw.spend}"]
        lines += [f"cheapest {space.cheapest().text}", *map(str, space.known())]
    check_golden("search_space", "\n".join(lines))


SHAPE = Architecture(96, 1, (16, 24, 48, 96, 192, 320), (1, 1, 2, 4, 1))


def price(architecture: Architecture) -> Cost | None:
    total = sum(architecture.widths)
    return Cost(1000 * total, total, 10 * total) if total % 2 == 0 else None


STEPS = (
    (4, 4),
    (8, 4),
    (12, 4),
    (24, 8),
    (32, 16),
    (64, 32),
)  # least width of a stage, and by what it grows
TOTALS = [  # of all widths, from the least to those drawn in sixteen steps
    sum(low + (widest - low) * part // (16 * step) * step
        for widest, (low, step) in zip(SHAPE.widths, STEPS, strict=True))
    for part in range(17)
]  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "spend", "most"),
    [
        (Budget(10_000_000), 1.0, 696), (Budget(696_000), 1.0, 696), (Budget(695_000), 1.0, 695),
        (Budget(10_000_000, 400), 1.0, 400), (Budget(10_000_000, None, 4_000), 1.0, 400),
        (Budget(696_000), 0.5, 348), (Budget(694_000), 0.5, 347), (Budget(144_000), 1.0, 144),
        (Budget(143_000), 1.0, 143),
    ],
)  # fmt: skip
def test_a_draw_is_as_wide_as_it_may_be(budget: Budget, spend: float, most: int) -> None:
    assert (TOTALS[0], TOTALS[-1]) == (144, 696) and 348 in TOTALS
    found = fitted(Draw(SHAPE, spend), budget, price)
    wanted = max((total for total in TOTALS if total <= most), default=None)
    assert (None if found is None else sum(found[0].widths)) == wanted
    if found is not None:
        assert found[1] == price(found[0]) and found[0].depths == SHAPE.depths


def test_a_budget_counts_what_it_names() -> None:
    cost = Cost(64_000, 200, 3_000)
    assert (cost.mcycles, cost.milliseconds) == (0.064, 1.0)
    assert Budget(32_000, 100, 6_000).excess(cost) == [1.0, 1.0, -0.5]
    assert Budget(64_000).excess(cost) == [0.0, -1.0, -1.0] and Budget(64_000).allows(cost)
    for budget in (Budget(63_999), Budget(64_000, 199), Budget(64_000, 200, 2_999)):
        assert not budget.allows(cost)
    assert Budget(64_000, 200, 3_000).allows(cost)


def test_of_equal_networks_all_stay() -> None:
    def point(number: int, cycles: int, ram: int, accuracy: float) -> Point:
        return Point(number, SHAPE, Cost(cycles, ram, 0), accuracy)

    points = [point(4, 10, 10, 0.5), point(3, 10, 10, 0.5), point(2, 5, 10, 0.5), point(1, 20, 9, 0.5),
              point(0, 30, 30, 0.6), point(5, 31, 30, 0.6), point(6, 30, 30, 0.6)]  # fmt: skip
    assert [each.number for each in front(points)] == [2, 1, 0, 6]
    assert not points[0].beats(points[1]) and points[2].beats(points[0])
