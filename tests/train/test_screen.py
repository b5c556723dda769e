"""What a training shows: figures, a line for each epoch, curves, the table of the model."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from host.base.console import Console
from host.compiler.report import Report
from host.train.ending import _curves, _speed
from host.train.epoch import ROUND
from host.train.measure import Figures, area_under_curve, measure
from host.train.screen import Screen, result_table, rounds_line, stopped
from tests.goldens import screen_text
from tests.train.parsed import FIRST, LAST


def test_figures_of_scores() -> None:
    one = np.array([0.5, 0.49, 0.9, 0.1], np.float32)
    two = measure(np.stack([1 - one, one], 1), np.array([1, 1, 0, 0]))
    assert two == Figures(4, (2, 2), 0.5, 0.5)
    three = np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.1, 0.3, 0.6]], np.float32)
    assert measure(three, np.array([0, 1, 2])) == Figures(3, (1, 1, 1), 1.0, 1.0)
    assert measure(three, np.array([0, 0, 2])).of_class == (2, 0, 1)
    assert measure(three[:1], np.array([0])).auc == 0.0
    ties = area_under_curve(
        np.array([1, 2, 2, 3], np.float32), np.array([True, False, True, False])
    )
    assert ties == pytest.approx((0 + 0 + 0.5 + 0) / 4)
    for positive in ([True, True], [False, False]):
        assert area_under_curve(np.zeros(2, np.float32), np.array(positive)) is None


def test_the_end_has_curves_and_what_it_costs() -> None:
    assert _curves([FIRST]) == []
    lines = _curves([FIRST, LAST])
    assert [line.rpartition("  ")[2] for line in lines] == ["0.500 -> 0.123", "0.625 -> 0.951"]
    report = cast(Report, SimpleNamespace(predicted_cycles=9_260_000, fits=True, reason="",
                                          frames_per_second=3.1))  # fmt: skip
    speed = "9.3 Mcycles an inference, 3.1 a second at 64 MHz, camera not counted"
    assert _speed(report) == speed
    report = cast(Report, SimpleNamespace(**vars(report) | {"fits": False, "reason": "too big"}))
    assert _speed(report) == f"{speed}; it does not fit the board: too big"


def test_a_line_for_each_epoch_and_bars_for_a_terminal() -> None:
    for terminal in (False, True):
        file = io.StringIO()
        with Screen(Console(file=file, width=100, force_terminal=terminal)) as screen:
            assert screen.epochs == 0
            screen.begin("epoch 1", 10)
            screen.advance(4)
            (task,) = screen.progress.tasks
            assert (task.description, task.total, task.completed) == ("epoch 1", 10, 4)
            screen.begin("reading", 0)
            assert [each.total for each in screen.progress.tasks] == [None]
            screen.epoch(FIRST)
            screen.epoch(LAST)
            assert screen.epochs == 12 and screen.history == [FIRST, LAST]
            screen.epoch(replace(FIRST, unit=ROUND))
        assert screen.progress.disable != terminal
        written = file.getvalue()
        line = "epoch  12  loss 0.3000  validation loss 0.1230  accuracy 0.951  8 s"
        assert "round   1  loss 0.7500" in written
        assert line in written and ("reading" in written) == terminal


def test_the_table_of_a_model() -> None:
    figures = {"pictures": 7, "accuracy": 0.98765, "auc": 0.9}
    made = {
        "name": "n",
        "architecture": "a",
        "accuracy": {"wild": figures, "all": figures, "x": figures},
    }
    rows = [
        line.split("│")[1:6]
        for line in screen_text(result_table(made)).splitlines()
        if "0.988" in line
    ]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["int8", "7", "0.988", "0.630 .. 1.000", "0.900"],
        ["int8, wild", "7", "0.988", "0.630 .. 1.000", "0.900"],
    ]  # fmt: skip


def test_what_an_interrupted_run_leaves() -> None:
    assert stopped(False, 3).startswith("epochs finished: 3;")
    assert stopped(True, 0).startswith("epochs finished: 0;")
    assert "what the trunk saw is on disk" in stopped(True, 17)
    assert "for 5 epochs" in rounds_line(5)
