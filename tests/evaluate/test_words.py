"""The lines that people read: what int8 changed, with its sign."""

from __future__ import annotations

import re

import numpy as np
import pytest

from host.evaluate.drop import compare
from host.evaluate.evaluation import Thresholds, evaluate
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
