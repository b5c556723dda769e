"""The lines that people read: what int8 changed, with its sign."""

from __future__ import annotations

import re

import numpy as np
import pytest

from host.evaluate.drop import compare
from host.evaluate.evaluation import Thresholds, as_json, evaluate
from host.evaluate.loop import Looped
from host.evaluate.scored import Scored
from host.evaluate.words import drop_line

ALL, BUT_ONE = [0.9] * 50 + [0.1] * 50, [0.1] + [0.9] * 49 + [0.1] * 50


def scored(chances: list[float]) -> Scored:
    chance = np.array(chances)
    truth = np.array([1] * 50 + [0] * 50, np.int64)
    return Scored(("no_person", "person"), truth, np.stack([1 - chance, chance], 1), 1)


@pytest.mark.parametrize(
    ("real", "quantised", "says"),
    [
        (ALL, BUT_ONE, r": -1\.00 points of accuracy, 95 % -3\.00 \.\. \+0\.00; 1 verdicts"),
        (BUT_ONE, ALL, r": \+1\.00 points of accuracy, 95 % \+0\.00 \.\. \+3\.00; 1 verdicts"),
        (ALL, ALL, r": \+0\.00 points of accuracy, 95 % \+0\.00 \.\. \+0\.00; 0 verdicts"),
    ],
)
def test_what_int8_costs_is_said_with_its_sign(
    real: list[float], quantised: list[float], says: str
) -> None:
    drop = compare("m.keras", scored(real), scored(quantised), 0.5)
    found = evaluate("m", "d", scored(quantised), [], Thresholds(0.5, 0.05), drop, None)
    line = drop_line(found)
    assert line is not None and re.search(says, line), line


@pytest.mark.parametrize(
    ("threshold", "most", "worst"),
    [(0.5, 24, (1, 4, 2)), (0.5, 2, (1, 4)), (0.15, 24, (1, 4, 0)), (0.95, 24, (1, 2, 3))],
)
def test_the_worst_are_wrong_ones_by_how_little_of_the_truth_they_say(
    threshold: float, most: int, worst: tuple[int, ...]
) -> None:
    """Two labels: `person` is from the threshold on. Equal ones stay in order."""
    chance = np.array([0.4, 0.1, 0.3, 0.9, 0.8, 0.1])
    truth = np.array([0, 1, 1, 1, 0, 0], np.int64)
    some = Scored(("no_person", "person"), truth, np.stack([1 - chance, chance], 1), 1)
    assert evaluate("m", "d", some, [], Thresholds(threshold, worst=most)).worst == worst


def test_a_board_is_summed_up_by_its_median_cycles() -> None:
    raw = np.zeros((3, 2), np.int8)
    looped = Looped(raw, np.array([500, 100, 130]), (2,), 1)
    found = as_json(evaluate("m", "d", scored(ALL), [], Thresholds(), None, looped))["board"]
    assert found == {"count": 3, "different": 1, "equal": False, "median_cycles": 130}
