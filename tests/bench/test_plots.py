"""What latency's plots draw is the run's numbers: read back from the figures, not from their pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from host.bench.latency.figures import LayerStage, Stage
from host.bench.latency.plots import (
    distribution_plot,
    ecdf_plot,
    layers_plot,
    stages_plot,
    timeline_plot,
)
from host.bench.latency.spread import Spread, spread_of
from host.report.blocks import Plot

VALUES = np.array([10.0, 11.0, 12.0, 13.0, 40.0])


def axes_of(plot: Plot) -> list[Any]:
    return list(plot.figure.axes)


def stage(name: str, milliseconds: float) -> Stage:
    return Stage(name, "", spread_of([milliseconds]))


def legend(plot: Plot) -> list[str]:
    (found,) = plot.figure.legends
    return [text.get_text() for text in found.get_texts()]


@pytest.mark.parametrize(("period", "rest"), [(150.0, 50.0), (100.1, None), (100.5, 0.5)])
def test_stages_stand_one_behind_the_other(period: float, rest: float | None) -> None:
    """What is left of a period is a bar of its own when it can be seen; host stages are not the board's."""
    stages = [stage("capture", 30), stage("inference", 60), stage("send", 10), stage("host", 7)]
    plot = stages_plot("stages", [*stages, stage("period", period)], "note")
    (axes,) = axes_of(plot)
    bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
    wanted = [(0, 30), (30, 60), (90, 10), *([(100, rest)] if rest else [])]
    assert bars == [pytest.approx(each) for each in wanted]
    names = ["capture 30.0 ms", "inference 60.0 ms", "send 10.0 ms"]
    assert legend(plot) == [*names, *([f"rest {rest:.1f} ms"] if rest else [])]
    assert axes.get_xlim() == pytest.approx((0, period * 1.001))
    assert plot.caption.endswith("note")


def test_without_a_period_the_stages_are_the_axis() -> None:
    (axes,) = axes_of(stages_plot("stages", [stage("capture", 30), stage("send", 10)], ""))
    assert len(axes.patches) == 2
    assert axes.get_xlim() == pytest.approx((0, 40.04))


def test_a_distribution_counts_every_value_and_marks_its_percentiles() -> None:
    plot = distribution_plot("inference", VALUES, "inference", "red", "")
    left, right = axes_of(plot)
    assert sum(bar.get_height() for bar in left.patches) == len(VALUES)
    assert len(left.patches) == 40
    steps = right.lines[0]
    assert steps.get_xdata()[1:-1].tolist() == VALUES.tolist()
    assert steps.get_ydata().tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1, 1])
    dots = [line for line in right.lines if line.get_marker() == "o"]
    marks = [(line.get_xdata()[0], line.get_ydata()[0]) for line in dots]
    p50, p95, p99 = np.percentile(VALUES, (50, 95, 99))
    assert marks == [pytest.approx(each) for each in ((p50, 0.5), (p95, 0.95), (p99, 0.99))]
    assert right.get_title(loc="left") == f"p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f} ms"
    assert "n = 5" in plot.caption
    for axes in (left, right):
        low, high = axes.get_xlim()
        assert low < VALUES.min() and high > VALUES.max()
        assert high - low == pytest.approx(1.08 * np.ptp(VALUES))


def test_equal_values_have_an_axis_that_shows_no_noise_as_mountains() -> None:
    left, _ = axes_of(distribution_plot("x", np.full(9, 200.0), "x", "red", ""))
    low, high = left.get_xlim()
    assert (low, high) == pytest.approx((199, 201))


def test_each_run_has_its_line_to_one() -> None:
    (axes,) = axes_of(ecdf_plot("x", [("a", VALUES), ("b", VALUES[::-1] + 5)], "title"))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    for line, more in zip(axes.lines, (0, 5), strict=True):
        assert line.get_xdata()[1:-1].tolist() == (VALUES + more).tolist()
        assert line.get_ydata().tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1, 1])
        assert line.get_xdata()[0] < 10 and line.get_xdata()[-1] > 45
    assert len({line.get_color() for line in axes.lines}) == 2


def test_a_time_line_shows_every_value_but_what_is_missing() -> None:
    seconds = np.arange(5.0)
    some = np.array([10.0, 0.0, 12.0, 13.0, 0.0])
    plot = timeline_plot("x", seconds, [("board", some, "red"), ("host", 0 * some, "blue")], "n")
    (axes,) = axes_of(plot)
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [0, 2, 3]
    assert line.get_ydata().tolist() == [10, 12, 13]
    assert legend(plot) == ["board"]
    assert axes.get_ylim()[0] == 0


def test_points_are_marked_while_there_are_few() -> None:
    for count, marker in ((300, "o"), (301, "None")):
        values = np.full(count, 3.0)
        plot = timeline_plot("x", np.arange(float(count)), [("board", values, "red")], "")
        assert axes_of(plot)[0].lines[0].get_marker() == marker


def test_of_many_points_the_mean_is_a_line_and_the_extremes_a_band() -> None:
    seconds, values = np.arange(20_000.0), np.tile([1.0, 3.0, 5.0, 3.0], 5_000)
    (axes,) = axes_of(timeline_plot("x", seconds, [("board", values, "red")], "n"))
    (line,), (band,) = axes.lines, axes.collections
    assert (
        len(line.get_xdata()) < 4_097 and np.ptp(line.get_ydata()) == 0 and line.get_ydata()[0] == 3
    )
    edges = band.get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == (1.0, 5.0)
    assert band.get_alpha() == 0.2 and line.get_label() == "board"


def test_a_layer_is_a_bar_with_its_most_and_its_share() -> None:
    def spread(low: float, most: float) -> Spread:
        return spread_of([low, low, low, most])

    layers = [
        LayerStage("0 CONV", 9, 0.8, spread(1, 1), spread(10, 12)),
        LayerStage("1 MEAN", 0, 0.2, spread(1, 1), spread(2.5, 2.5)),
    ]
    (axes,) = axes_of(layers_plot("layers", layers, "est. "))
    assert [bar.get_width() for bar in axes.patches] == [10, 2.5]
    assert [text.get_text() for text in axes.texts] == ["10.00 ms  80.0 %", "2.50 ms  20.0 %"]
    assert [text.get_position() for text in axes.texts] == [(12.1, 0.0), (2.6, 1.0)]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["0 CONV", "1 MEAN"]
    assert axes.get_xlim() == pytest.approx((0, 12 * 1.16))
    top, bottom = axes.get_ylim()
    assert top > 1.3 and bottom < -0.3, "the first layer is above"
    segments = axes.collections[0].get_segments()
    assert [segment[:, 0].tolist() for segment in segments] == [[10, 12], [2.5, 2.5]]
