"""Intervals: against known values, and whether they hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.statistics import Interval, bootstrap_auc, bootstrap_difference, wilson
from host.evaluate.metrics import auc
from tests.evaluate.drawn import binary


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_newcombes_table(right: int, count: int, low: float, high: float) -> None:
    found = wilson(right, count)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_more_confidence_is_wider() -> None:
    narrow, wide = wilson(8, 10, 0.8), wilson(8, 10, 0.99)
    assert wide.low < narrow.low < 0.8 < narrow.high < wide.high


def test_wilson_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    for share in (0.5, 0.9, 0.97):
        drawn = random.binomial(60, share, 4000)
        held = np.mean([(i := wilson(int(n), 60)).low <= share <= i.high for n in drawn])
        assert 0.92 < held < 0.985


def test_bootstrap_auc_is_seeded_and_holds_the_truth_as_often_as_it_says() -> None:
    truth = auc(binary(100_000, 99))
    assert truth is not None
    held = 0
    for seed in range(100):
        scored = binary(120, seed)
        found = bootstrap_auc(scored.chance, scored.is_positive)
        assert found is not None
        held += found.low <= truth <= found.high
    assert found == bootstrap_auc(scored.chance, scored.is_positive)
    assert 0.88 <= held / 100 <= 0.99


def test_bootstrap_auc_surrounds_the_auc_for_many_distinct_scores() -> None:
    scored = binary(1500, 5, steps=1 << 30)
    found, middle = bootstrap_auc(scored.chance, scored.is_positive), auc(scored)
    assert found is not None and middle is not None
    assert found.low < middle < found.high
    assert found.high - found.low < 0.06


def test_one_class_has_no_interval() -> None:
    assert bootstrap_auc(np.array([0.1, 0.2, 0.3]), np.array([True, True, True])) is None
    assert bootstrap_auc(np.array([0.1, 0.2, 0.3]), np.array([True, True, False])) is None


def test_difference_of_equal_verdicts_is_nothing() -> None:
    right = np.array([True] * 50 + [False] * 10)
    assert bootstrap_difference(right, right) == Interval(0.0, 0.0)


def test_difference_is_of_pairs() -> None:
    first = np.array([True] * 95 + [False] * 5)
    second = np.array([True] * 90 + [False] * 10)
    found = bootstrap_difference(first, second)
    assert 0.0 <= found.low < 0.05 < found.high < 0.12


@pytest.mark.parametrize("steps", [2, 3, 6])
def test_bootstrap_auc_counts_ties_as_half_a_win(steps: int) -> None:
    """Coarse scores: the interval lies around the AUC, which gives a tie one half."""
    scored = binary(400, 5, steps=steps)
    found, middle = bootstrap_auc(scored.chance, scored.is_positive), auc(scored)
    assert found is not None and middle is not None
    assert (found.low + found.high) / 2 == pytest.approx(middle, abs=0.01)
    assert found.low < middle < found.high


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20, 49, 1000])
def test_a_share_is_never_outside_0_to_1(count: int) -> None:
    assert wilson(count, count).high <= 1.0 and wilson(0, count).low >= 0.0
    assert wilson(count, count).low == pytest.approx(1 - wilson(0, count).high)
