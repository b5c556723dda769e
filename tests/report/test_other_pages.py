"""Pages of watches and of MLPerf Tiny's modes: their numbers are the runs' rows, interrupted or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.bench.mlperf.dialogue import Inference
from host.bench.mlperf.energy import EnergyWindow
from host.bench.mlperf.measure import TextModeBoard
from host.bench.mlperf.modes import Graded
from host.bench.mlperf.tables import keeper, open_run
from host.bench.report.compose import page_of
from host.bench.watch.figures import Listener, Progress, Supply, WatchPlan
from host.bench.watch.tables import Request, keep_watch
from host.link.messages import Heartbeat, Verdict
from host.report.blocks import Page, Plot, Table
from host.report.page import render_page
from host.runs.read import read_run
from tests.link.fake_board import HELLO
from tests.runs.made import NOON

BOARD = TextModeBoard(None, HELLO, None, "memory", "board", "firmware")  # type: ignore[arg-type]  # says nothing
PLAN = WatchPlan(6, 1)


class Watched:
    """A board that said three heartbeats and that somebody came."""

    port, hello = "memory", HELLO

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        listener.take(Heartbeat(0, 9, 1, 0, 0, 600_000, 30_000_000, 1, 2, 3, 4))
        listener.take(Verdict(1, 90, 2, 10_600_000))
        listener.take(Heartbeat(1, 90, 2, 0, 1, 10_600_000, 50_000_000, 1, 2, 3, 4))
        listener.take(Heartbeat(1, 90, 3, 0, 1, 20_600_000, 70_000_000, 1, 2, 3, 4))

    def supply(self, volts: float) -> Supply | None:
        return Supply(1e-3, 0.4, volts)


def watched(place: Path) -> Page:
    keep_watch(Watched(), Request(PLAN, 3.3, place, "python -m host.bench watch", NOON, {}), print)
    return page_of([read_run(place)])


def graded(place: Path, *rows: object, mode: str) -> Path:
    with open_run(place, mode, BOARD, "python -m host.bench mlperf", NOON, {}, None) as run:
        for row in rows:
            keeper(run)(row)
    return place


def first_table(page: Page) -> Table:
    return next(b for s in page.sections for b in s.blocks if isinstance(b, Table))


def test_a_watch(tmp_path: Path) -> None:
    page = watched(tmp_path)
    share = 100 * 6 * 20e6 / (HELLO.clock_hz * 60)
    assert f"awake {share:.2f} % of the time" in page.verdict and "1 wake messages" in page.verdict
    shown = {tile.label: (tile.value, tile.unit) for tile in page.tiles}
    assert shown["awake a look"] == ("20.00", "M cycles")
    assert shown["mean current, estimated"] == ("1", "mA")
    assert any("no meter measured" in line for line in page.warnings)
    assert first_table(page).rows == (("10.6 s", "2", "yes", "90 %"),)
    (plot,) = (b for s in page.sections for b in s.blocks if isinstance(b, Plot))
    drawn = plot.figure.axes[0].lines[0]
    assert np.allclose(drawn.get_ydata(), [30, 20, 20], rtol=1e-9), "M cycles of each look"
    beats = read_run(tmp_path).columns("heartbeats")
    assert {name: values[1] for name, values in beats.items()} == {
        "elapsed_s": 10.6, "looks": 2, "blind_looks": 0, "verdict": True, "score": 0.9,
        "awake_cycles": 50_000_000, "wake_cycles": 1, "capture_cycles": 2,
        "preprocess_cycles": 3, "inference_cycles": 4,
    }  # fmt: skip
    assert "<svg" in render_page(page)


def test_modes_of_mlperf(tmp_path: Path) -> None:
    windows = [Inference(60, (0, 10_000_000 * k), (0.5, 0.5)) for k in (1, 2, 4)]
    fast = page_of([read_run(graded(tmp_path / "p", *windows, mode="performance"))])
    assert fast.verdict.startswith("3.000 inferences a second")
    spent = [EnergyWindow(100, 10.0, joules, 0, 0.0) for joules in (0.3, 0.4, 0.9)]
    energy = page_of([read_run(graded(tmp_path / "e", *spent, mode="energy"))])
    assert energy.verdict.startswith("4 mJ an inference, gross")
    assert [row[3] for row in first_table(energy).rows] == ["3.0000", "4.0000", "9.0000"]
    shown = [(page.tiles[0].value, page.tiles[0].unit) for page in (fast, energy)]
    assert shown == [("3.000", "/s"), ("4", "mJ")]
    pictures = [Graded("a.jpg", 1, 0.9, True), Graded("b.jpg", 0, 0.7, False)]
    accuracy = page_of([read_run(graded(tmp_path / "a", *pictures, mode="accuracy"))])
    assert accuracy.verdict.startswith("50.0 % of 2 pictures")
    assert first_table(accuracy).rows == (("b.jpg", "no person", "0.700"),)
    assert any("2 pictures: the rules ask" in line for line in accuracy.warnings)
    assert any(line.startswith("SHORT: the rules ask") for line in fast.warnings)
    assert any(line.startswith("SHORT: 3 windows of 10 s") for line in energy.warnings)
    both = page_of([read_run(tmp_path / "a"), read_run(tmp_path / "e"), read_run(tmp_path / "p")])
    assert both.title == "3 runs" and "a: 50.0 %" in both.verdict
    pair = page_of([read_run(tmp_path / "e"), read_run(tmp_path / "p")])
    assert "e: 4 mJ an inference" in pair.verdict and "p: 3.000 inferences" in pair.verdict
    titles = [section.title for section in pair.sections]
    assert [title.partition(" of ")[2][:1] for title in titles] == ["e", "e", "p", "p"]
    assert render_page(both).count("<svg") == 3


def test_an_interrupted_mode_shows_what_there_is_and_an_empty_one_is_refused(
    tmp_path: Path,
) -> None:
    with (
        pytest.raises(HostError),
        open_run(tmp_path / "a", "accuracy", BOARD, "", NOON, {}, None) as run,
    ):
        keeper(run)(Graded("a.jpg", 1, 0.9, True))
        raise HostError("pulled")
    page = page_of([read_run(tmp_path / "a")])
    assert page.verdict.startswith("100.0 % of 1 pictures") and "pulled" in page.warnings[0]
    with pytest.raises(HostError, match="before anything was measured"):
        page_of([read_run(graded(tmp_path / "b", mode="energy"))])


@pytest.mark.parametrize(("changes", "rows"), [(0, 1), (40, 40), (41, 40)])
def test_forty_changes_of_a_verdict_are_shown(tmp_path: Path, changes: int, rows: int) -> None:
    """And how many there were; a row says so where there was none."""

    class Busy(Watched):
        def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
            listener.take(Heartbeat(0, 9, 1, 0, 0, 600_000, 30_000_000, 1, 2, 3, 4))
            for at in range(changes):
                listener.take(Verdict(at % 2, 90, at, 1_000_000 * at))

    keep_watch(Busy(), Request(PLAN, 3.3, tmp_path / "run", "a command", NOON, {}), print)
    table = first_table(page_of([read_run(tmp_path / "run")]))
    assert len(table.rows) == rows and f"one wake message: {changes}, the first 40" in table.caption
    shown = ("–", "–", "no change", "–") if not changes else ("0.0 s", "0", "no", "90 %")
    assert table.rows[0] == shown
