"""Whole pages of runs whose rows are known: each number, unit, caption and curve, as tests/golden/texts has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from host.bench.mlperf.dialogue import Inference
from host.bench.mlperf.energy import EnergyWindow
from host.bench.mlperf.modes import Graded
from host.bench.report.compose import page_of
from host.report.blocks import Page
from host.report.page import plots_of
from host.runs.read import read_run
from tests.bench.latency_rows import inferences, written
from tests.goldens import check_golden, page_text
from tests.report.power_run import power_run
from tests.report.test_other_pages import graded, watched


def outline(page: Page) -> str:
    """Its words, and what its parts are called."""
    plots = [plot.name for plot in plots_of(page)]
    sections = [section.title for section in page.sections]
    lines = [page.title, page.verdict, *page.warnings, f"tiles: {[t.label for t in page.tiles]}"]
    return "\n".join([*lines, f"sections: {sections}", f"figures: {plots}"])


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_computer: None
) -> None:
    monkeypatch.chdir(tmp_path)  # the pages name the runs' directories


def test_latency_on_the_virtual_board() -> None:
    check_golden("page_latency", page_text(page_of([written(Path("run"), inferences(60))])))


def test_latency_of_injected_pictures_on_a_board() -> None:
    run = written(Path("run"), inferences(30, 1.3, 3), "nano33ble", injected=True)
    check_golden("page_latency_injected", page_text(page_of([run])))


@pytest.mark.parametrize("word", ["estimated", "measured"])
def test_power(word: str) -> None:
    states: list[Any] = [
        {
            "state": name,
            "seconds": 10.0 + at,
            f"{word}_current_a": amperes,
            f"{word}_power_w": amperes * 3.3,
            f"{word}_energy_each_j": each,
            "seconds_each": each and 0.31,
            "repetitions": 12 * at,
            "awake_share": at / 8,
            "refused": refused,
        }
        for at, (name, amperes, each, refused) in enumerate(
            [
                ("idle", 9.1e-4, None, ""),
                ("camera_on", 0.0127, None, ""),
                ("capture", 0.0149, 4.4e-3, ""),
                ("inference", 6.56e-3, 3.3e-3, "7 samples lost"),
            ]
        )
    ]
    run = power_run(Path("run"), word, states=states)
    check_golden(f"page_power_{word}", page_text(page_of([run])))


def test_watching() -> None:
    check_golden("page_watch", page_text(watched(Path("run"))))


def test_modes_of_mlperf() -> None:
    windows = [Inference(60 + k, (0, 9_000_000 * k), (0.5, 0.5)) for k in (1, 2, 4)]
    spent = [EnergyWindow(100 + k, 10.0 + k, 0.1 + 0.3 * k, k, 0.1 * k) for k in range(3)]
    pictures = [
        Graded(f"{k}.jpg", k % 2, round(0.07 * k % 1, 3), k % 5 > 0 or k % 2 > 0) for k in range(40)
    ]
    runs = [
        read_run(graded(Path(mode), *rows, mode=mode))
        for mode, rows in (("performance", windows), ("energy", spent), ("accuracy", pictures))
    ]
    check_golden("page_mlperf", page_text(page_of(runs)))
    of_one_class = [replace(each, truth=1) for each in pictures[:3]]
    run = read_run(graded(Path("one"), *of_one_class, mode="accuracy"))
    check_golden("page_mlperf_one_class", page_text(page_of([run])))


def test_several_runs() -> None:
    runs = [
        written(Path("before"), inferences(40), clock_divider=2),
        written(Path("after"), inferences(40, 1.2, 2), clock_divider=5),
        power_run(Path("p")),
        power_run(
            Path("q"),
            estimated_gross_energy_per_inference_j=5.123456e-3,
            estimated_net_energy_per_inference_j=4.0123456e-3,
            estimated_inference_current_a=7.123456e-3,
            supply_volt=3.123456,
        ),
        power_run(Path("m"), "measured"),
    ]
    check_golden("page_several", page_text(page_of(runs)))


def test_runs_beside_each_other() -> None:
    """Named where there are several of a kind, so that no words and no figure's file could be another's."""
    one, two = written(Path("one"), inferences(20)), written(Path("two"), inferences(20, 1.2, 2))
    long = written(Path("Kitchen, at night, with the LED on"), inferences(20))
    power, other = power_run(Path("p")), power_run(Path("q"), "measured")
    pictures = [Graded(f"{k}.jpg", k % 2, 0.9, True) for k in range(4)]
    graded_one, graded_two = (
        read_run(graded(Path(name), *pictures, mode="accuracy")) for name in ("g", "h")
    )
    together = {
        "a latency and a power": [one, power],
        "two latencies": [one, two],
        "two powers": [power, other],
        "two modes": [graded_one, graded_two],
        "a latency and a mode": [one, graded_one],
        "two latencies and a power": [one, long, power],
        "a latency and two powers": [one, power, other],
    }
    lines = [f"== {name}\n{outline(page_of(runs))}" for name, runs in together.items()]
    check_golden("page_outlines", "\n".join(lines))
