"""Spreads, ratios and their intervals, against what is known."""

from __future__ import annotations

import io
import json
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from host.base.console import Console as SafeConsole
from host.base.errors import HostError
from host.base.places import ABOVE
from host.bench.latency.bootstrap import FEWEST, Ratio, Verdict, beyond_runs, mean, ratio
from host.bench.latency.compare import RUN_TO_RUN, compare_runs, latency_run, verdict_words
from host.bench.latency.figures import CAMERA, INJECTED, lost_between
from host.bench.latency.page import latency_tiles
from host.bench.latency.progress import Progress
from host.bench.latency.show import comparison_table, notes, summary_table
from host.bench.latency.spread import spread_of
from host.bench.latency.tables import ADDED, INFERENCES, KIND, LAYERS, LAYOUTS
from host.link.sequence import Losses
from host.runs.read import read_run
from host.runs.write import RunWriter
from tests.bench.latency_rows import CLOCK_HZ, inferences, summary, written
from tests.runs.made import conditions as made_conditions


def test_a_spread_is_numpys_and_the_standard_librarys() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    spread = spread_of(values)
    assert (spread.count, spread.minimum, spread.maximum) == (8, 1.0, 9.0)
    assert spread.p50 == statistics.median(values) == 3.5
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    assert spread.iqr == pytest.approx(quartiles[2] - quartiles[0])
    assert spread.p95 == pytest.approx(np.percentile(values, 95))
    assert spread.p99 == pytest.approx(np.percentile(values, 99))
    assert spread.mean == pytest.approx(statistics.mean(values))
    assert spread.deviation == pytest.approx(statistics.stdev(values))
    assert spread.scaled(2).p95 == pytest.approx(2 * spread.p95)
    assert spread.scaled(2).count == 8
    assert spread_of([7]).deviation == 0.0
    with pytest.raises(ValueError, match="no values"):
        spread_of([])


@pytest.mark.parametrize("seed", [1, 2])
def test_an_interval_holds_the_true_ratio_as_often_as_it_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 pairs of skewed samples with the true ratio 1.1; 95 % of 200 is 190, and 3 deviations are 9."""
    monkeypatch.setattr("host.bench.latency.bootstrap.RESAMPLES", 400)
    random = np.random.default_rng(seed)
    held = 0
    for number in range(200):
        a = 100 + random.gamma(2.0, 3.0, 100)
        b = 1.1 * (100 + random.gamma(2.0, 3.0, 100))
        found = ratio(a, b, seed=number)
        held += found.low <= 1.1 <= found.high
    assert 178 <= held <= 199


def test_noise_is_called_noise_and_a_difference_is_not() -> None:
    random = np.random.default_rng(3)
    a, again = random.normal(100, 2, 80), random.normal(100, 2, 80)
    slower = random.normal(103, 2, 80)
    assert ratio(a, again).verdict is Verdict.NOISE
    assert ratio(a, slower).verdict is Verdict.SLOWER
    assert ratio(slower, a).verdict is Verdict.FASTER
    assert ratio(a, slower, mean).value == pytest.approx(slower.mean() / a.mean())
    assert ratio(a, slower) == ratio(a, slower), "seeded"
    same = np.full(20, 5.0)
    assert ratio(same, same).verdict is Verdict.EQUAL
    assert ratio(same, 2 * same).verdict is Verdict.SLOWER
    assert FEWEST == 10
    for one, other in ((a[:10], slower), (slower, a[:10])):
        assert ratio(one, other).verdict is not Verdict.TOO_FEW
    assert ratio(slower, a[:9]).verdict is Verdict.TOO_FEW
    few = ratio(a[: FEWEST - 1], slower)
    assert few.verdict is Verdict.TOO_FEW and np.isnan(few.low)
    assert "too few" in verdict_words(few)
    assert "B is 3" in verdict_words(ratio(a, slower)) and "slower than A" in verdict_words(
        ratio(a, slower)
    )


def test_resembling_neighbours_widen_the_interval() -> None:
    """A slow wave is no independent noise: shuffled, the same values look better known than they are."""
    random = np.random.default_rng(4)
    wave = 100 + 5 * np.sin(np.arange(200) / 12) + random.normal(0, 0.1, 200)
    flat = np.full(200, 100.0)
    ordered, shuffled = ratio(flat, wave, mean), ratio(flat, random.permutation(wave), mean)
    assert ordered.high - ordered.low > 1.5 * (shuffled.high - shuffled.low)


def test_a_summary_is_of_its_rows() -> None:
    rows = inferences(120)
    found = summary(rows)
    inference = found.stage("inference")
    assert inference is not None and inference.cycles is not None
    cycles = [row.inference_cycles for row in rows]
    assert inference.cycles.p50 == statistics.median(cycles)
    assert inference.ms.p50 == pytest.approx(1000 * statistics.median(cycles) / CLOCK_HZ)
    assert found.frames_per_second == pytest.approx(
        CLOCK_HZ / statistics.mean(row.period_cycles for row in rows)
    )
    assert found.results_per_second_host == pytest.approx(119 / rows[-1].arrived_s)
    host = found.stages[-1]
    assert host.cycles is None and "emulator" in host.meaning
    assert host.ms.p50 == pytest.approx(statistics.median(row.host_ms for row in rows))
    assert [layer.share for layer in found.layers] == pytest.approx([0.75, 0.25], rel=1e-5)
    assert "emulator" not in summary(rows, estimated=False).stages[-1].meaning


def test_an_injected_image_has_an_inference_and_a_round_trip_alone() -> None:
    found = summary(inferences(3), source=INJECTED)
    assert [stage.name for stage in found.stages] == ["inference", "end to end (host)"]
    assert found.frames_per_second == 0.0


def test_what_capture_means_here_is_said_where_the_camera_was() -> None:
    conditions = made_conditions()
    for source, said in ((CAMERA, True), (INJECTED, False)):
        found = summary(inferences(3), source=source)
        assert (
            any(line.startswith("capture, send: beside") for line in notes(found, conditions))
            == said
        )
    page = (ABOVE / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    for stage in summary(inferences(3)).stages:
        assert f"| {stage.name}" in page or stage.name == "age", "the glossary has every stage"


def test_missing_frames_and_messages_are_counted_from_the_first_inference_on() -> None:
    rows = inferences(10)
    holes = [row for row in rows if row.frame not in (103, 104)]
    lost = lost_between(
        Losses(wire_lost=5, device_dropped=1), Losses(wire_lost=7, device_dropped=4), holes
    )
    assert (lost.frames, lost.wire, lost.by_board, lost.total) == (2, 2, 3, 5)


def shown(group: object) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(group)
    return captured.get()


def test_the_table_says_estimated_and_interrupted(tmp_path: Path) -> None:
    virtual = written(tmp_path / "a", inferences(40))
    text = shown(summary_table(latency_run(virtual).summary, virtual.conditions, "Ctrl-C"))
    assert "est. cycles p50" in text and "ESTIMATED" in text
    assert "INTERRUPTED after 40 inferences: Ctrl-C" in text
    assert "LOSSES" in text and "p99 of 40 values" in text and "CONV 0 48x48x8" in text
    real = written(tmp_path / "b", inferences(120), "nano33ble")
    text = shown(summary_table(latency_run(real).summary, real.conditions))
    assert "est" not in text.split("date")[0].lower() and "p99 of" not in text


def test_what_two_runs_of_one_build_differ_by_is_no_verdict(tmp_path: Path) -> None:
    """Three runs of one build on the virtual board had capture medians of 34.14, 34.31 and 34.30 ms."""
    spread = RUN_TO_RUN["capture"]
    for value, verdict in ((34.31 / 34.14, Verdict.RUNS), (34.14 / 34.31, Verdict.RUNS),
                           (1 + 1.1 * spread, Verdict.SLOWER), (1 / (1 + 1.1 * spread), Verdict.FASTER)):  # fmt: skip
        sure = Ratio(value, value, value, Verdict.SLOWER if value > 1 else Verdict.FASTER)
        assert beyond_runs(sure, spread).verdict is verdict
    noise = Ratio(1.001, 0.999, 1.003, Verdict.NOISE)
    assert beyond_runs(noise, spread) == noise
    assert "no verdict: 1.0050" in verdict_words(Ratio(1.005, 1.0048, 1.0052, Verdict.RUNS))
    a, b = (
        written(tmp_path / n, inferences(100, pace, seed))
        for n, pace, seed in (("a", 1, 1), ("b", 1.2, 2))
    )
    host = next(stage for stage in compare_runs(a, b).stages if stage.name == "host")
    assert host.p50.verdict is Verdict.RUNS, "the emulator's speed is nobody's"
    assert "no verdict below 1 % (capture), 0.04 % (inference)" in shown(
        comparison_table(compare_runs(a, b))
    )


def test_two_runs_are_compared_stage_by_stage(tmp_path: Path) -> None:
    a = written(tmp_path / "a", inferences(100), clock_divider=2)
    b = written(tmp_path / "b", inferences(100, 1.05, seed=2), clock_divider=12)
    found = compare_runs(a, b)
    by_name = {stage.name: stage for stage in found.stages}
    own = ["capture", "preprocess", "inference", "send", "period", "overlapped", "age"]
    assert list(by_name) == [*own, "host"]
    for name in ("inference", "period"):
        assert by_name[name].p50.verdict is Verdict.SLOWER
        assert by_name[name].p50.value == pytest.approx(1.05, abs=0.005)
    assert found.differences == ("clock divider: 2 / 12",)
    text = shown(comparison_table(found))
    assert "DIFFERENT CONDITIONS: clock divider: 2 / 12" in text and "slower than A" in text
    assert "ESTIMATED" in text and "not another day's" in text
    again = compare_runs(a, written(tmp_path / "c", inferences(100, seed=9)))
    verdicts = [stage.p50.verdict for stage in again.stages]
    assert verdicts.count(Verdict.NOISE) >= 4, "each errs once in 20"


def test_a_run_of_before_pictures_had_an_age_is_compared_by_what_it_has(tmp_path: Path) -> None:
    columns = tuple(column for column in INFERENCES.columns if column.name not in ADDED)
    rows = [replace(row, overlapped_cycles=0, age_cycles=0) for row in inferences(40)]
    old = written(tmp_path / "a", rows, layouts=(replace(INFERENCES, columns=columns), LAYERS))
    found = compare_runs(old, written(tmp_path / "b", inferences(40)))
    names = [stage.name for stage in found.stages]
    assert names == ["capture", "preprocess", "inference", "send", "period", "host"]
    header = json.loads((tmp_path / "a" / "run.json").read_text())
    header |= {"state": "running", "summary": {}, "rows": {}}
    (tmp_path / "a" / "run.json").write_text(json.dumps(header))
    assert latency_run(read_run(tmp_path / "a")).summary.stage("age") is None


def test_the_age_of_a_picture_is_a_figure_of_its_own(tmp_path: Path) -> None:
    rows = inferences(40)
    age = summary(rows).stage("age")
    assert age is not None and age.cycles is not None
    assert age.cycles.p50 == statistics.median(row.age_cycles for row in rows)
    tiles = latency_tiles(latency_run(written(tmp_path, rows)))
    tile = next(tile for tile in tiles if tile.label.startswith("picture's age p50"))
    assert tile.value == f"{age.ms.p50:.1f}" and f"p95 {age.ms.p95:.1f}" in tile.note


@pytest.mark.parametrize("width", [80, 100, 112, 160])
def test_no_figure_is_cut_in_a_narrow_terminal(tmp_path: Path, width: int) -> None:
    run = written(tmp_path, inferences(20))
    found = latency_run(run).summary
    console = Console(width=width)
    with console.capture() as captured:
        console.print(summary_table(found, run.conditions, width=width))
    text = captured.get()
    assert "…" not in text
    for stage in found.stages:
        assert f"{stage.ms.p50:,.3f}" in text and f"{stage.ms.p99:,.3f}" in text


def test_a_killed_run_has_the_figures_of_its_rows(tmp_path: Path) -> None:
    """Its run.json still says running; losses were never counted, and that is said."""
    whole = latency_run(written(tmp_path, inferences(40))).summary
    header = json.loads((tmp_path / "run.json").read_text())
    header |= {"state": "running", "summary": {}, "rows": {}}
    (tmp_path / "run.json").write_text(json.dumps(header))
    killed = latency_run(read_run(tmp_path))
    assert killed.run.interrupted
    assert killed.summary.stages == whole.stages
    assert [layer.cycles for layer in killed.summary.layers] == [la.cycles for la in whole.layers]
    assert not killed.summary.lost.known
    text = shown(summary_table(killed.summary, killed.run.conditions, killed.run.reason))
    assert "lost messages: NOT KNOWN" in text and "INTERRUPTED" in text


def test_a_run_killed_before_its_first_inference_is_one_line(tmp_path: Path) -> None:
    conditions = written(tmp_path / "a", inferences(20)).conditions
    RunWriter(tmp_path / "b", KIND, conditions, LAYOUTS)
    with pytest.raises(HostError, match="ended before its first inference"):
        latency_run(read_run(tmp_path / "b"))


def test_a_killed_run_of_a_board_without_a_clock_has_no_figures(tmp_path: Path) -> None:
    """Cycles become milliseconds by the clock that its conditions say."""
    written(tmp_path, inferences(20))
    header = json.loads((tmp_path / "run.json").read_text())
    header |= {"state": "running", "summary": {}, "rows": {}}
    header["conditions"]["board"]["clock_hz"] = 0
    (tmp_path / "run.json").write_text(json.dumps(header))
    with pytest.raises(HostError, match="ended before its first inference"):
        latency_run(read_run(tmp_path))


@pytest.mark.parametrize("spoiled", [{"stages": []}, {"clock_hz": 0}, {"count": 0}])
def test_a_damaged_summary_is_one_line(tmp_path: Path, spoiled: dict[str, object]) -> None:
    written(tmp_path, inferences(1))
    assert latency_run(read_run(tmp_path)).summary.count == 1, "one inference is a run"
    header = json.loads((tmp_path / "run.json").read_text())
    header["summary"] |= spoiled
    (tmp_path / "run.json").write_text(json.dumps(header))
    with pytest.raises(HostError, match="its summary has no inferences: the file is damaged"):
        latency_run(read_run(tmp_path))


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    virtual = written(tmp_path / "a", inferences(20))
    real = written(tmp_path / "b", inferences(20), "nano33ble")
    injected = written(tmp_path / "c", inferences(20), injected=True)
    with pytest.raises(HostError, match=r"a is estimated .* was measured on hardware"):
        compare_runs(virtual, real)
    with pytest.raises(HostError, match="of the source camera"):
        compare_runs(virtual, injected)


def test_what_did_not_happen_enters_no_figure(tmp_path: Path) -> None:
    """The first result has no period, and a lost frame no time on the host: 0 stands for both."""
    rows = inferences(40)
    holes = [
        replace(row, period_cycles=0, host_ms=0.0) if k < 10 else row for k, row in enumerate(rows)
    ]
    found = summary(holes)
    period, host = found.stage("period"), found.stages[-1]
    assert period is not None and period.cycles is not None
    assert period.cycles.p50 == statistics.median(row.period_cycles for row in rows[10:])
    assert host.ms.p50 == pytest.approx(statistics.median(row.host_ms for row in rows[10:]))
    compared = compare_runs(written(tmp_path / "a", holes), written(tmp_path / "b", rows))
    by_name = {stage.name: stage for stage in compared.stages}
    for name, values in (
        ("period", [1000 * row.period_cycles / CLOCK_HZ for row in rows[10:]]),
        ("host", [row.host_ms for row in rows[10:]]),
    ):
        assert by_name[name].a_ms == pytest.approx(statistics.median(values))


@pytest.mark.parametrize(("estimated", "word"), [(True, "est. "), (False, "")])
def test_what_is_seen_meanwhile_is_this_one_the_median_and_the_rate(
    estimated: bool, word: str
) -> None:
    console = SafeConsole(file=io.StringIO(), width=100, force_terminal=True)
    with Progress(console, 64_000_000, estimated) as seen:
        seen.begin("measuring", 2)
        for cycles in (6_400_000, 12_800_000):
            seen.advance(
                replace(inferences(1)[0], inference_cycles=cycles, period_cycles=32_000_000)
            )
        (task,) = seen._bars.tasks
        assert task.fields["figures"] == f"{word}200.00 ms, p50 150.00, 2.0/s"
        assert (task.completed, task.total) == (2, 2)
        seen.begin("layers", 1)
        seen.advance(replace(inferences(1)[0], inference_cycles=640_000, period_cycles=0))
        assert seen._bars.tasks[1].fields["figures"] == f"{word}10.00 ms, p50 10.00, 0.0/s"
