"""Thresholds: the best by brute force, and honest about pictures they were not chosen on."""

from __future__ import annotations

import numpy as np
import pytest

from host.evaluate.metrics import curve
from host.evaluate.threshold import at_most, choose, most_accurate, outcome, youden
from tests.evaluate.drawn import binary

SEEDS = range(5)
GRID = np.arange(0, 1.004, 1 / 512)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_way_is_as_good_as_the_best_of_a_fine_grid(seed: int) -> None:
    scored = binary(150, seed)
    chance, positive = scored.chance, scored.is_positive
    found = curve(chance, positive)
    assert found is not None
    tried = [outcome(chance, positive, t) for t in GRID]
    best = outcome(chance, positive, most_accurate(found))
    assert best.accuracy == max(o.accuracy for o in tried)
    best = outcome(chance, positive, youden(found))
    gain = max(o.true_positive_rate - o.false_positive_rate for o in tried)
    assert best.true_positive_rate - best.false_positive_rate == pytest.approx(gain)
    best = outcome(chance, positive, at_most(found, 0.1))
    assert best.false_positive_rate <= 0.1
    allowed = max(o.true_positive_rate for o in tried if o.false_positive_rate <= 0.1)
    assert best.true_positive_rate == allowed


def test_half_stays_where_it_is_as_good_as_any() -> None:
    chance, positive = np.array([0.1, 0.2, 0.7, 0.9]), np.array([False, False, True, True])
    assert {c.threshold for c in choose(chance, positive, 0.0)} == {0.5}


def test_a_threshold_lies_between_the_scores_it_parts() -> None:
    chance, positive = np.array([0.6, 0.7, 0.8, 0.9]), np.array([False, False, True, True])
    assert choose(chance, positive, 0.0)[0].threshold == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("scores", "threshold"),
    [
        ((0.1, 0.5), 0.5),  # the threshold itself is positive
        ((0.5, 0.9), 0.7),  # so 0.5 would flag the first one
        ((0.49, 0.9), 0.5),
        ((0.1, 0.3), 0.2),
        ((0.9, 0.1), 0.05),  # flags both; none, from 0.952 on, is as accurate and farther from 0.5
    ],
)
def test_a_threshold_of_two_pictures(scores: tuple[float, float], threshold: float) -> None:
    found = choose(np.array(scores), np.array([False, True]), 0.0)
    assert found[0].threshold == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("positives", "negatives", "known"), [(5, 5, True), (4, 9, False), (9, 4, False)]
)
def test_five_pictures_of_each_class_are_enough_for_five_folds(
    positives: int, negatives: int, known: bool
) -> None:
    """They are parted by 0.5 in every fold."""
    chance = np.array([0.9] * positives + [0.1] * negatives)
    for choice in choose(chance, chance > 0.5, 0.0):
        assert (choice.expected is not None) == known
        if choice.expected is not None:
            assert choice.expected.accuracy == choice.expected.true_positive_rate == 1.0
            assert choice.expected.false_positive_rate == 0.0


def test_no_false_positives_can_mean_that_nothing_is_flagged() -> None:
    chance, positive = np.array([1.0, 0.9, 0.8, 0.1]), np.array([False, True, True, False])
    choice = choose(chance, positive, 0.0)[2]
    assert choice.threshold == 1 + 1 / 512, "above every score"
    assert choice.here.true_positive_rate == 0.0


def test_what_is_expected_elsewhere_is_worse_on_average_where_there_is_nothing_to_learn() -> None:
    here, elsewhere = [], []
    for seed in range(30):
        scored = binary(60, seed, skill=0.0)
        choice = choose(scored.chance, scored.is_positive, 0.05)[1]
        assert choice.expected is not None
        here.append(choice.here.true_positive_rate - choice.here.false_positive_rate)
        elsewhere.append(choice.expected.true_positive_rate - choice.expected.false_positive_rate)
    assert np.mean(here) > 0.1
    assert abs(np.mean(elsewhere)) < 0.06


def test_one_class_gives_no_choice_and_few_pictures_no_expectation() -> None:
    assert choose(np.array([0.1, 0.2]), np.array([True, True]), 0.05) == []
    few = choose(np.array([0.1, 0.2, 0.8]), np.array([False, False, True]), 0.05)
    assert [c.expected for c in few] == [None, None, None]
