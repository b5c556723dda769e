"""How inferences are taken: whom the tool asks, which clock it reads, which pictures it sends, what it says."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.base.statistics import RESAMPLES
from host.bench.__main__ import main
from host.bench.latency import command, pictures
from host.bench.latency.bootstrap import mean, ratio
from host.bench.latency.compare import compare_runs, latency_run
from host.bench.latency.inferences import Listener, camera_inferences, injected_inferences
from host.bench.latency.measure import Plan, Session
from host.bench.latency.page import latency_sections
from host.bench.latency.pictures import Picture, folder_pictures
from host.bench.latency.progress import Progress
from host.bench.latency.spread import Values, spread_of
from host.bench.latency.tables import Inference
from host.link.device import Device
from host.link.messages import Mode, Result
from tests.bench.latency_rows import inferences, written
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort, moving_picture
from tests.runs.made import NOON

RESULT = FakeBoard().result(moving_picture(0))
GREY = np.zeros((96, 96, 1), np.uint8)


def clock(*times: float) -> Callable[[], float]:
    return iter(times).__next__


def board(**does: object) -> Any:
    """A real one, which knows no more than this."""
    return SimpleNamespace(hello=replace(HELLO, board="nano33ble"), name="memory", **does)


def times(found: list[Inference]) -> list[tuple[float, float, str]]:
    return [(row.arrived_s, row.host_ms, row.image) for row in found]


# -- times ---------------------------------------------------------------------------------------


def test_a_pictures_time_is_from_its_first_byte_to_its_result() -> None:
    sent: list[object] = []

    def inject(image: object) -> Result:
        sent.append(image)
        return RESULT

    two = [Picture("a.png", GREY), Picture("b.png", GREY + 1)]
    found = injected_inferences(
        board(inject=inject), clock(10.0, 10.25, 11.0, 11.5, 12, 12.125), two
    )
    assert times(list(itertools.islice(found, 3))) == [
        (0.0, 250.0, "a.png"), (1.25, 500.0, "b.png"), (1.875, 125.0, "a.png"),
    ]  # fmt: skip
    assert sent == [two[0].image, two[1].image, two[0].image]


def test_a_camera_pictures_time_is_between_two_results() -> None:
    quiet = board(set_mode=lambda mode: None)
    listener = SimpleNamespace(next=lambda kind: RESULT)
    found = camera_inferences(quiet, clock(10.0, 10.25, 11.0), Mode.STREAM, cast(Any, listener))
    assert times(list(itertools.islice(found, 3))) == [
        (0.0, 0.0, ""), (0.25, 250.0, ""), (1.0, 750.0, ""),
    ]  # fmt: skip


def test_a_real_board_is_given_up_after_ten_seconds_and_never_asked_how_far_it_is() -> None:
    silent = board(receive=lambda timeout_s: None)
    seconds = itertools.count(0.0, 1.0)
    with pytest.raises(HostError, match="memory: no Result in 10 s; press the board's reset"):
        Listener(silent, lambda: next(seconds)).next(Result)


# -- figures -------------------------------------------------------------------------------------


def test_two_values_have_a_deviation_and_one_has_none() -> None:
    assert spread_of([1, 3]).deviation == pytest.approx(2**0.5)
    assert spread_of([3]).deviation == 0


@pytest.mark.parametrize(("count", "calls"), [(20, 1), (2098, 1), (2099, 2), (100_000, 48)])
def test_resamples_are_made_together_as_far_as_32_megabytes_hold_them(
    count: int, calls: int
) -> None:
    """2000 of them: of 2098 values all are 32 MB, of 100,000 values 42 are."""
    sizes: list[int] = []

    def noted(values: Values) -> Values:
        sizes.append(values.size)
        return mean(values)

    values = np.linspace(1, 2, count)
    ratio(values, values, noted)
    of_each = sizes[2:]  # behind the two that are no resamples
    assert len(of_each) == 2 * calls and max(of_each) < (4 << 20) + count
    assert sum(of_each) == 2 * RESAMPLES * count


def test_injected_runs_are_compared_by_inference_and_round_trip_alone(tmp_path: Path) -> None:
    """The board captured nothing."""
    a, b = (written(tmp_path / name, inferences(20), injected=True) for name in "ab")
    assert [stage.name for stage in compare_runs(a, b).stages] == ["inference", "host"]


def test_a_page_shows_no_time_that_is_not_known(tmp_path: Path) -> None:
    """0 stands for it."""
    known = {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.5}
    rows = [replace(row, host_ms=known.get(k, 325.0)) for k, row in enumerate(inferences(20))]
    sections = latency_sections(latency_run(written(tmp_path / "a", rows)))
    plots = next(section for section in sections if section.title == "Distribution").blocks
    assert len(plots) == 2 and "n = 20" in str(plots[0]) and "n = 17" in str(plots[1])


# -- what is sent --------------------------------------------------------------------------------


def planned(*options: str) -> Plan:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args([*options, "--output", "out"])
    args.argv = ["latency", *options]
    return command._plan(args, HELLO, "")


def test_drawn_pictures_or_a_folders_are_injected_as_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_fitted", lambda file, shape: GREY)
    (tmp_path / "a.png").touch()
    drawn, folder, camera = planned("--injected"), planned("--injected", str(tmp_path)), planned()
    assert [each.name for each in drawn.pictures] == [f"drawn {number}" for number in range(8)]
    assert drawn.details["images"] == "8 injected, drawn"
    assert [each.name for each in folder.pictures] == ["a.png"]
    assert folder.details["images"] == f"1 injected, {tmp_path}"
    assert camera.pictures == () and camera.details["images"] == "camera frames"
    sent = [plan.details["sent"] for plan in (drawn, folder, camera, planned("--results-only"))]
    assert sent == ["results", "results", "frames and results", "results alone"]


def test_a_thousand_pictures_of_a_folder_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_fitted", lambda file, shape: GREY)
    for number in range(1001):
        (tmp_path / f"{number:04}.png").touch()
    found = folder_pictures(tmp_path, (96, 96, 1))
    assert (len(found), found[-1].name) == (1000, "0999.png")


# -- what is said --------------------------------------------------------------------------------


def test_each_pass_has_its_bar(tmp_path: Path) -> None:
    begun: list[tuple[str, int]] = []

    class Noting(Progress):
        def begin(self, words: str, total: int) -> None:
            begun.append((words, total))
            super().begin(words, total)

    wanted = Plan(tmp_path / "run", "c", 4, 3, (Picture("a", GREY),), Mode.STREAM, False, None, {})
    bars = Noting(Console(file=StringIO()), 64_000_000, True)
    with Device(MemoryPort(FakeBoard())) as device, bars as progress:
        Session(device, wanted, itertools.count(0.0, 0.25).__next__, progress).run(NOON)
    assert begun == [("warming up", 3), ("measuring", 4)]


def test_two_runs_are_compared_on_the_screen_or_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        written(tmp_path / name, inferences(20))
    wanted = ["latency", "--compare", str(tmp_path / "a"), str(tmp_path / "b")]
    assert main(wanted) == 0
    screen = capsys.readouterr().out
    assert "inference" in screen and "within noise" in screen
    assert main([*wanted, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert {stage["p50"]["verdict"] for stage in figures["stages"]} == {"within noise"}
