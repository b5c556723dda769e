"""Metrics equal scikit-learn's, and what one counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from host.evaluate.calibration import calibrate
from host.evaluate.drop import compare
from host.evaluate.metrics import area, auc, average_precision, confusion, curve, rates
from host.evaluate.scored import Scored
from tests.evaluate.drawn import LABELS, binary, several

SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steps", [4, 256, 1 << 30])
def test_curves_equal_scikit_learn(seed: int, steps: int) -> None:
    scored = binary(300, seed, steps=steps)
    found = curve(scored.chance, scored.is_positive)
    assert found is not None
    assert area(found) == pytest.approx(sklearn_metrics.roc_auc_score(scored.truth, scored.chance))
    expected = sklearn_metrics.average_precision_score(scored.truth, scored.chance)
    assert average_precision(found) == pytest.approx(expected)
    false, true, cuts = sklearn_metrics.roc_curve(
        scored.truth, scored.chance, drop_intermediate=False
    )
    assert np.allclose(found.false_positive_rate, false)
    assert np.allclose(found.true_positive_rate, true)
    assert np.array_equal(found.threshold, cuts)


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_equal_scikit_learn(seed: int) -> None:
    scored, threshold = binary(200, seed), 0.41
    output = (scored.chance >= threshold).astype(int)
    found = rates(scored, threshold)
    assert found.accuracy == pytest.approx(sklearn_metrics.accuracy_score(scored.truth, output))
    assert found.true_positive_rate == pytest.approx(
        sklearn_metrics.recall_score(scored.truth, output)
    )
    assert found.precision == pytest.approx(sklearn_metrics.precision_score(scored.truth, output))
    assert found.f1 == pytest.approx(sklearn_metrics.f1_score(scored.truth, output))
    negatives = sklearn_metrics.recall_score(scored.truth, output, pos_label=0)
    assert found.true_negative_rate == pytest.approx(negatives)
    table = sklearn_metrics.confusion_matrix(scored.truth, output)
    assert np.array_equal(confusion(scored.truth, scored.predicted(threshold), 2), table)


@pytest.mark.parametrize("seed", SEEDS)
def test_several_classes_equal_scikit_learn(seed: int) -> None:
    scored = several(300, 5, seed)
    output = scored.scores.argmax(1)
    assert rates(scored, 0.5).accuracy == pytest.approx(
        sklearn_metrics.accuracy_score(scored.truth, output)
    )
    expected = sklearn_metrics.roc_auc_score(
        scored.truth, scored.scores, multi_class="ovr", average="macro"
    )
    assert auc(scored) == pytest.approx(expected)
    table = sklearn_metrics.confusion_matrix(scored.truth, output, labels=range(5))
    assert np.array_equal(confusion(scored.truth, scored.predicted(0.5), 5), table)


def test_threshold_itself_counts_as_positive_and_either_class_may_be_it() -> None:
    scores = np.array([[0.5, 0.5], [0.6, 0.4], [0.2, 0.8]])
    truth = np.array([1, 0, 1])
    assert rates(Scored(LABELS, truth, scores, 1), 0.5).right == 3
    other_way = Scored(LABELS, truth, scores, 0)
    assert other_way.predicted(0.5).tolist() == [0, 0, 1]
    assert auc(other_way) == 1.0


def test_of_more_than_two_labels_one_may_be_looked_for() -> None:
    """It is taken for one when its score is the highest, whatever the threshold."""
    scores = np.array([[0.4, 0.35, 0.25], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1], [0.2, 0.1, 0.7]])
    found = rates(Scored(("a", "b", "c"), np.array([1, 1, 0, 2]), scores, 1), 0.9)
    assert (found.right, found.positives, found.accuracy) == (2, 2, 0.5)
    assert (found.true_positive_rate, found.true_negative_rate) == (0.5, 0.5)
    assert (found.precision, found.f1) == (0.5, 0.5)


def test_what_the_pictures_do_not_define_is_none() -> None:
    only = Scored(LABELS, np.array([0, 0]), np.array([[0.9, 0.1], [0.3, 0.7]]), 1)
    found = rates(only, 0.5)
    assert (found.true_positive_rate, found.true_negative_rate) == (None, 0.5)
    assert auc(only) is None
    quiet = Scored(LABELS, np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]), 1)
    assert rates(quiet, 0.5).precision is None


def test_calibration_by_hand() -> None:
    chance = np.array([0.1, 0.1, 0.92, 0.98, 1.0])
    truth = np.array([0, 1, 1, 1, 0])
    found = calibrate(Scored(LABELS, truth, np.stack([1 - chance, chance], 1), 1))
    assert [(b.low, b.count) for b in found.bins] == [(0.1, 2), (0.9, 3)]
    first, last = abs(0.1 - 0.5), abs((0.92 + 0.98 + 1) / 3 - 2 / 3)
    assert found.error == pytest.approx((2 * first + 3 * last) / 5)
    assert found.brier == pytest.approx(sklearn_metrics.brier_score_loss(truth, chance))


@pytest.mark.parametrize("seed", SEEDS)
def test_reliability_curve_equals_scikit_learn(seed: int) -> None:
    from sklearn.calibration import calibration_curve

    scored = binary(500, seed, steps=1 << 30)
    came, predicted = calibration_curve(scored.truth, scored.chance, n_bins=10)
    bins = calibrate(scored).bins
    assert np.allclose([b.happened for b in bins], came)
    assert np.allclose([b.predicted for b in bins], predicted)


def test_highest_score_is_calibrated_where_no_class_is_positive() -> None:
    scored = Scored(
        ("a", "b", "c"), np.array([0, 1]), np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1]]), None
    )
    found = calibrate(scored)
    assert found.of == "highest score"
    assert found.error == pytest.approx((abs(0.8 - 1) + abs(0.6 - 0)) / 2)


def test_drop_counts_points_and_changed_verdicts() -> None:
    truth = np.array([0, 0, 1, 1])
    real = np.array([0.1, 0.2, 0.8, 0.9])
    rough = np.array([0.1, 0.6, 0.7, 0.9])
    pair = [Scored(LABELS, truth, np.stack([1 - c, c], 1), 1) for c in (real, rough)]
    found = compare("m.keras", pair[0], pair[1], 0.5)
    assert (found.accuracy, found.points, found.changed) == (1.0, 25.0, 1)
    assert found.largest == pytest.approx(0.4) and found.mean == pytest.approx((0.4 + 0.1) / 4)
    assert found.auc == 1.0 and found.model == "m.keras"
    assert found.interval.low <= 25.0 <= found.interval.high
