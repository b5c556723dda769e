"""A stored report and the ratios to it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.bench.engine.baseline import Baseline, baseline_text, compare_reports, read_baseline
from tests.bench.reports import REAL, REPORT, slower


@pytest.fixture
def baseline(tmp_path: Path) -> Baseline:
    """REPORT, written and read."""
    file = tmp_path / "baseline.json"
    file.write_text(baseline_text(REPORT), encoding="utf-8")
    return read_baseline(file)


def test_a_report_compared_with_itself_is_unchanged(baseline: Baseline) -> None:
    change = compare_reports(REPORT, baseline)
    assert (change.instructions, change.cycles, change.flash_bytes, change.ram_bytes) == (
        1,
        1,
        1,
        1,
    )
    assert change.layers == (1, 1)
    assert change.same_model


def test_ratios_are_new_over_old_for_each_layer_and_in_all(baseline: Baseline) -> None:
    change = compare_reports(slower(REPORT, 3), baseline)
    assert (change.instructions, change.cycles) == (3, 3)
    assert change.layers == (3, 3)
    assert change.flash_bytes == 1


def test_a_layer_that_the_baseline_lacks_has_no_ratio(baseline: Baseline) -> None:
    first, last = REPORT.layers
    report = replace(REPORT, layers=(first, replace(last, source=7), last))
    assert compare_reports(report, baseline).layers == (1, None, 1)


def test_another_model_is_noticed(baseline: Baseline) -> None:
    other = replace(REPORT, conditions=replace(REPORT.conditions, model_hash="00000001"))
    assert not compare_reports(other, baseline).same_model


def test_a_baseline_keeps_its_conditions_and_one_layer_a_line() -> None:
    text = baseline_text(REPORT)
    assert json.loads(text)["conditions"]["firmware"] == "0.1.0+abc"
    assert len([line for line in text.splitlines() if '"operator"' in line]) == len(REPORT.layers)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"instructions": 0}', baseline_text(REPORT).replace("1800", "-5")]
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HostError, match="is not a baseline"):
        read_baseline(file)


def test_a_missing_baseline_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot read"):
        read_baseline(tmp_path / "none.json")


def test_a_real_board_has_no_instructions_to_compare(baseline: Baseline) -> None:
    with pytest.raises(HostError, match="leave out --real"):
        compare_reports(REAL, baseline)
    with pytest.raises(HostError, match="leave out --real"):
        baseline_text(REAL)
