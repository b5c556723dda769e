"""The pages of runs: their numbers are the runs' numbers, and they say what they are worth."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import EXIT_USER, HostError, run_main
from host.bench.__main__ import main
from host.bench.latency.compare import latency_run
from host.bench.latency.tables import KIND
from host.bench.latency.tables import LAYOUTS as LATENCY_LAYOUTS
from host.bench.power.saved_figures import power_figures
from host.bench.report.compose import _unlike, page_of
from host.report.blocks import Page, Paragraph, Plot, Table
from host.report.envelope import MOST_POINTS, envelope
from host.report.page import render_page
from host.report.units import prefixed
from host.runs.read import Run, read_run
from host.runs.write import RunWriter
from tests.bench.latency_rows import inferences, written
from tests.link.fake_board import HELLO
from tests.report.power_run import LAYOUTS as POWER_LAYOUTS
from tests.report.power_run import power_run
from tests.report.test_other_pages import watched
from tests.report.test_page import Reader
from tests.runs.made import writer


def tables(page: Page) -> dict[str, Table]:
    """The first table of each section, by the section's title."""
    return {
        section.title: next(b for b in section.blocks if isinstance(b, Table))
        for section in page.sections
        if any(isinstance(b, Table) for b in section.blocks)
    }


def figures(page: Page) -> set[str]:
    return {b.name for s in page.sections for b in s.blocks if isinstance(b, Plot)}


def test_every_number_of_a_latency_page_is_the_runs(tmp_path: Path) -> None:
    run = written(tmp_path / "run", inferences(120))
    page = page_of([run])
    found = tables(page)
    rows = run.columns("inferences")
    for row in found["Stages"].rows[:7]:
        cycles = rows[f"{row[0]}_cycles"]
        assert row[1] == f"{np.median(cycles):,.0f}"
        ms = cycles * 1000 / 64e6
        expected = [ms.min(), *np.percentile(ms, (50, 95, 99)), ms.max()]
        expected.append(np.subtract(*np.percentile(ms, (75, 25))))
        assert row[2:] == tuple(f"{value:,.3f}" for value in expected)
    host = found["Stages"].rows[7]
    assert host[3] == f"{np.median(rows['host_ms']):,.3f}" and host[1] == ""
    layers = run.columns("layers")
    for number, row in enumerate(found["Layers"].rows):
        assert row[3] == f"{np.median(layers['cycles'][layers['layer'] == number]):,.0f}"
    p50 = np.median(rows["inference_cycles"]) * 1000 / 64e6
    assert f"{p50:.2f} ms" in page.verdict and page.tiles[0].value == f"{p50:.2f}"
    rate = 64e6 / rows["period_cycles"].mean()
    assert f"{rate:.2f} frames a second" in page.verdict
    assert "n = 120, 1 messages lost" in page.verdict
    assert figures(page) == {"stages", "inference", "end_to_end", "timeline", "layers"}


def test_estimates_are_called_so_and_measurements_are_not(tmp_path: Path) -> None:
    """Words inside figures are paths; their captions and titles are what a reader of text meets."""
    virtual = page_of([written(tmp_path / "a", inferences(20))])
    assert "estimated" in virtual.verdict and "ESTIMATED" in virtual.warnings[0]
    assert "EMULATOR" in virtual.warnings[0]
    real = render_page(page_of([written(tmp_path / "b", inferences(20), "nano33ble")]))
    reader = Reader()
    reader.feed(real)
    assert "estimated" not in reader.text.lower() and "EMULATOR" not in reader.text
    assert "measured on the board" in reader.text


def test_the_page_has_its_conditions_and_the_command(tmp_path: Path) -> None:
    run = written(tmp_path / "run", inferences(20))
    html = render_page(page_of([run]))
    reader = Reader()
    reader.feed(html)
    for _, value in run.conditions.lines():
        assert value in reader.text
    assert "http:" not in html and "https:" not in html


def test_an_interrupted_run_says_so_first(tmp_path: Path) -> None:
    written(tmp_path / "run", inferences(20))
    header = json.loads((tmp_path / "run" / "run.json").read_text())
    header |= {"state": "interrupted", "reason": "stopped with Ctrl-C"}
    (tmp_path / "run" / "run.json").write_text(json.dumps(header))
    page = page_of([read_run(tmp_path / "run")])
    assert "interrupted: stopped with Ctrl-C" in page.warnings[0]


def test_a_power_page_has_its_windows_states_and_lives(tmp_path: Path) -> None:
    page = page_of([power_run(tmp_path / "p")])
    assert "3.34 mJ ± 17% gross, 2.87 mJ net of idling, estimated at 3.3 V" in page.verdict
    assert "ESTIMATED from datasheets" in page.warnings[0]
    found = tables(page)
    assert [row[3] for row in found["Energy"].rows] == ["216.8 mJ", "216.9 mJ"]
    assert "meter 42" in found["Energy"].caption
    assert found["States"].rows[0] == (
        "camera on", "12.7 mA", "50%", "41.9 mW", "–", "–", "25.0%", "10.00", "–",
    )  # fmt: skip
    assert found["Battery"].rows[0] == ("6", "3.46 mW", "32 days (23 to 53 days)")
    assert [tile.note.partition(",")[0] for tile in page.tiles] == [
        "± 17%", "less what idling takes meanwhile", "± 17%", "23 to 53 days",
    ]  # fmt: skip
    assert figures(page) == {"current", "inferences", "states", "energies"}
    measured = page_of([power_run(tmp_path / "m", "measured")])
    assert "± 17%" not in measured.verdict and not measured.warnings
    assert tables(measured)["Battery"].rows[0] == ("6", "3.46 mW", "32 days")
    assert "±" not in tables(measured)["States"].heading
    assert not any("±" in tile.note for tile in measured.tiles)


def test_runs_that_were_charged_unlike_say_so(tmp_path: Path) -> None:
    runs = [power_run(tmp_path / name) for name in ("on", "off", "none")]
    boards = [
        replace(run.conditions, board=replace(run.conditions.board, held_for=held))
        for run, held in zip(runs, ("core load on", "core load off", ""), strict=True)
        if run.conditions.board is not None
    ]
    on, off, none = (replace(run, conditions=c) for run, c in zip(runs, boards, strict=True))
    (line,) = _unlike([on, off, none])
    assert "on: core load on; off: core load off" in line
    assert _unlike([on, on, none]) == _unlike([off]) == []


@pytest.mark.parametrize(
    ("saved", "shown"),
    [(None, 0.0), (-0.1, 0.0), (0.0, 0.0), (0.4, 0.4), (0.99, 0.99), (1.0, 0.99), (7, 0.99)],
)
def test_an_uncertainty_of_a_damaged_run_is_a_share_below_1(
    tmp_path: Path, saved: float | None, shown: float
) -> None:
    """A life is divided by what the power may be at least."""
    summary = power_run(tmp_path / "whole").summary
    lives = [life | {"uncertainty": saved} for life in summary["battery"]["lives"]]
    states = [state | {"uncertainty": saved} for state in summary["states"]]
    changed = {"battery": summary["battery"] | {"lives": lives}, "states": states}
    found = power_figures(power_run(tmp_path / "changed", **changed))
    assert [life.uncertainty for life in found.lives] == [shown]
    assert [state.uncertainty for state in found.states] == [shown]


def test_a_refused_figure_is_not_shown(tmp_path: Path) -> None:
    gone = {"measured_gross_energy_per_inference_j": None, "refused": ["window 1: 7 samples lost"]}
    page = page_of([power_run(tmp_path / "p", "measured", **gone)])
    assert page.verdict.startswith("No figure") and page.tiles[0].value == "–"
    assert "refused: window 1: 7 samples lost" in page.warnings


def test_several_runs_are_compared_and_each_is_shown(tmp_path: Path) -> None:
    a = written(tmp_path / "before", inferences(60), clock_divider=2)
    b = written(tmp_path / "after", inferences(60, 1.2, seed=2), clock_divider=5)
    page = page_of([a, b, power_run(tmp_path / "p")])
    assert page.title == "3 runs compared"
    assert page.sections[0].title == "Comparison of latencies"
    row = next(r for r in tables(page)["Comparison of latencies"].rows if r[0] == "inference")
    assert "after is " in row[1] and "slower than before" in row[1]
    p50 = [latency_run(run).summary.stages[2].ms.p50 for run in (a, b)]
    assert row[4] == f"{p50[1] / p50[0]:.4f}"
    output = [b.text for b in page.sections[0].blocks if isinstance(b, Paragraph)]
    assert output == ["Different conditions: clock divider: 2 / 5"]
    assert {"1_before_inference", "2_after_inference", "comparison", "current"} <= figures(page)
    both = page_of([power_run(tmp_path / "q", "measured"), power_run(tmp_path / "r")])
    rows = tables(both)["Comparison of energies"].rows
    for name in ("q", "r"):
        assert any(s.title.startswith(f"Conditions of {name},") for s in both.sections)
    assert [row[-1] for row in rows] == ["1.0000", "–"], "no ratio of measured to estimated"


@pytest.mark.parametrize("kind", ["latency", "power", "watch"])
def test_two_runs_of_a_kind_are_each_named(tmp_path: Path, kind: str) -> None:
    """And their figures have names of their own, of 24 letters of the directory's at most."""
    runs: list[Run] = []
    for name in ("a" * 30, "a" * 29 + "b"):
        if kind == "latency":
            runs.append(written(tmp_path / name, inferences(20)))
        elif kind == "power":
            runs.append(power_run(tmp_path / name))
        else:
            watched(tmp_path / name)
            runs.append(read_run(tmp_path / name))
    page = page_of(runs)
    assert page.title == ("2 runs" if kind == "watch" else "2 runs compared")
    for run in runs:
        name = run.directory.name
        assert f"{name}: " in page.verdict
        assert sum(s.title.endswith(f" of {name}") for s in page.sections) >= 1, "its figures"
        assert any(s.title.startswith(f"Conditions of {name}") for s in page.sections)
    compared = [s.title for s in page.sections if s.title.startswith("Comparison")]
    assert len(compared) == (kind != "watch")
    own = sorted(figures(page) - {"comparison"})
    stems = {name.rpartition("a" * 24)[0] for name in own}
    before = "watch_" if kind == "watch" else ""
    assert stems == {f"{before}1_", f"{before}2_"} and not any("a" * 25 in name for name in own)


def test_one_latency_and_one_power_run_of_a_board_are_one_page(tmp_path: Path) -> None:
    """Neither is compared with anything: both are of the model that the title names."""
    page = page_of([written(tmp_path / "a", inferences(20)), power_run(tmp_path / "b")])
    assert page.title.startswith("Latency and energy: ") and HELLO.model in page.title
    assert not any(section.title.startswith("Comparison") for section in page.sections)
    assert page.verdict.startswith("An inference takes") and "mJ" in page.verdict


def test_the_command_writes_the_page_and_refuses_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "run", inferences(20))
    assert main(["report", str(tmp_path / "run"), "-o", str(tmp_path / "page.html")]) == 0
    said = capsys.readouterr()
    assert "An inference takes" in said.out
    assert f"wrote {tmp_path / 'page.html'} and 5 figures" in said.err.replace("\n", "")
    names = {path.name for path in tmp_path.glob("page*")}
    assert {"page.html", "page_layers.png", "page_timeline.png"} <= names
    with writer(tmp_path / "other") as run:
        run.summary = {"stages": 1}
    power_run(tmp_path / "damaged", states=[{"seconds": "ten"}])
    for refused, why in (
        ("absent", "is no run"),
        ("other", "summary"),
        ("damaged", "must be a number"),
    ):
        assert run_main(lambda d=refused: main(["report", str(tmp_path / d)])) == EXIT_USER  # type: ignore[misc]  # default argument
        (line,) = capsys.readouterr().err.splitlines()
        assert why in line


def test_summaries_without_rows_are_damaged_or_shown_without_plots(tmp_path: Path) -> None:
    whole = written(tmp_path / "a", inferences(20))
    with RunWriter(tmp_path / "b", KIND, whole.conditions, LATENCY_LAYOUTS) as run:
        run.summary = whole.summary
    with pytest.raises(HostError, match="table of inferences is empty"):
        page_of([read_run(tmp_path / "b")])
    power = power_run(tmp_path / "p", states=[])
    with RunWriter(tmp_path / "q", "power", power.conditions, POWER_LAYOUTS) as run:
        run.summary = power.summary
    assert figures(page_of([read_run(tmp_path / "q")])) == {"current"}


def test_a_run_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.kind = "weather"
    with pytest.raises(HostError, match="weather, which this report does not know"):
        page_of([read_run(tmp_path)])


@pytest.mark.parametrize("count", [0, 1, 100, MOST_POINTS, 3 * MOST_POINTS + 1, 50_000])
def test_an_envelope_is_small_and_loses_no_extreme(count: int) -> None:
    random = np.random.default_rng(count)
    time, values = np.arange(count) / 10.0, random.normal(0, 1, count)
    cuts = [0, *sorted(random.integers(0, count + 1, 7).tolist()), count]
    blocks = [(time[a:b], values[a:b], values[a:b], values[a:b]) for a, b in pairwise(cuts)]
    drawn = envelope(blocks)
    assert len(drawn.time) <= MOST_POINTS + 1
    assert np.all(np.diff(drawn.time) > 0)
    if count:
        assert (drawn.low.min(), drawn.high.max()) == (values.min(), values.max())
        assert np.all((drawn.low <= drawn.mean) & (drawn.mean <= drawn.high))
    if count <= MOST_POINTS:
        assert np.array_equal(drawn.mean, values)


@pytest.mark.parametrize(
    ("count", "each"), [(8, 1), (9, 2), (16, 2), (17, 2), (18, 4), (23, 4), (100, 16)]
)
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_every_point_of_an_envelope_is_of_as_many_values(count: int, each: int, size: int) -> None:
    """Merged by twos until at most eight whole points are left, however they came; the last takes the rest."""
    rows = np.random.default_rng(count).normal(0, 1, (4, count))
    rows[0] = np.arange(count)
    blocks = [tuple(rows[:, at : at + size]) for at in range(0, count, size)]
    drawn = envelope(blocks, most=8)
    starts = range(0, count, each)
    parts = [rows[:, at : at + each] for at in starts]
    assert drawn.time.tolist() == [part[0, 0] for part in parts]
    assert np.allclose(drawn.low, [part[1].min() for part in parts])
    assert np.allclose(drawn.mean, [part[2].mean() for part in parts])
    assert np.allclose(drawn.high, [part[3].max() for part in parts])
    assert MOST_POINTS == 4096


def test_units_have_prefixes() -> None:
    assert prefixed(0.0123, "J") == "12.3 mJ"
    assert prefixed(2.63e-4, "A") == "263 µA"
    assert prefixed(0.0, "A") == "0 A"
    assert prefixed(None, "J") == prefixed(float("nan"), "J") == "–"
    assert re.fullmatch(r"1\.23 kW", prefixed(1234, "W"))
