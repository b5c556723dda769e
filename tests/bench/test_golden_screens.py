"""Tables and JSON of known figures, whole: tests/golden/texts has every number, unit and column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from host.bench.engine.baseline import baseline_text, compare_reports, read_baseline
from host.bench.engine.figures import as_json as engine_json
from host.bench.engine.show import engine_table
from host.bench.latency.compare import compare_runs, latency_run
from host.bench.latency.figures import Lost
from host.bench.latency.show import comparison_table, summary_table
from host.bench.link.measure import LinkReport, Row, as_json, link_table
from tests.bench.latency_rows import inferences, summary, written
from tests.bench.reports import LAYERS, REAL, REPORT, slower
from tests.goldens import check_golden, check_rows_are_lines, json_text, screen_text


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_computer: None
) -> None:
    monkeypatch.chdir(tmp_path)


def test_engine() -> None:
    again = replace(REPORT, model_macs=1_500, exactness=replace(REPORT.exactness, exact=False))
    Path("baseline.json").write_text(baseline_text(slower(REPORT, 3)), encoding="utf-8")
    compared = compare_reports(REPORT, read_baseline(Path("baseline.json")))
    shown = screen_text(
        engine_table(again, None), engine_table(REPORT, compared), engine_table(REAL, None),
        engine_table(replace(REPORT, layers=LAYERS[1:]), None), width=160, styles=True,
    )  # fmt: skip
    check_rows_are_lines(engine_table(REPORT, compared))
    figures = [engine_json(report) for report in (REPORT, REAL)]
    check_golden("screen_engine", shown + "\n".join(map(json_text, figures)))


def test_latency() -> None:
    run = written(Path("run"), inferences(40))
    known = latency_run(run).summary
    lost = Lost(frames=3, wire=1, by_board=20, by_host=300)
    faults = ("first", "second", "third", "fourth")
    shown = screen_text(
        summary_table(known, run.conditions, "Ctrl-C", 112),
        summary_table(replace(known, lost=lost, faults=faults), run.conditions, "", 111),
        summary_table(replace(known, lost=replace(lost, known=False)), run.conditions),
        summary_table(summary(inferences(100), estimated=False), run.conditions),
        summary_table(summary(inferences(99), source="injected"), run.conditions),
        width=200, styles=True,
    )  # fmt: skip
    check_rows_are_lines(summary_table(known, run.conditions))
    check_golden("screen_latency", shown)


def test_comparison() -> None:
    runs = [
        written(Path(name), inferences(60, scale, seed), board, clock_divider=seed)
        for name, scale, seed, board in (
            ("a", 1.0, 2, "virtual"),
            ("b", 1.05, 3, "virtual"),
            ("c", 1.0, 4, "nano33ble"),
            ("d", 0.9, 5, "nano33ble"),
        )
    ]
    tables = [
        comparison_table(compare_runs(*pair)) for pair in ((runs[0], runs[1]), (runs[2], runs[3]))
    ]
    check_rows_are_lines(*tables)
    check_golden("screen_comparison", screen_text(*tables, width=200, styles=True))


def test_link() -> None:
    rows = (
        Row("Ping", 8, 12, 100, 2, 1.234, 5.678, 9.87),
        Row("Inject", 200, 8, 100, 0, None, None, 0.04),
    )
    report = LinkReport("a board", True, rows, 1, 20, 300, 4000)
    check_rows_are_lines(link_table(report))
    shown = screen_text(link_table(report), styles=True)
    check_golden("screen_link", shown + json_text(as_json(report)))
