"""Both sides of what latency runs are compared, warned and cut by, worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.base.places import MODELS
from host.bench.engine.figures import median_index
from host.bench.engine.reference import compare as compare_scores
from host.bench.latency import measure
from host.bench.latency.bootstrap import Ratio, Verdict, beyond_runs, ratio
from host.bench.latency.compare import compare_runs, latency_run
from host.bench.latency.figures import CAMERA, INJECTED, Lost, lost_between
from host.bench.latency.inferences import LayerCycles, Listener, profiled_inferences
from host.bench.latency.layers import Layer, layers_of
from host.bench.latency.measure import Plan, Session
from host.bench.latency.pictures import folder_pictures
from host.bench.latency.progress import Progress
from host.bench.latency.show import alarms, notes, summary_table
from host.bench.latency.tables import INFERENCES, KIND, LAYERS, LAYOUTS
from host.compiler.model import choose_model
from host.compiler.pack import unpack
from host.link.messages import Fault, FaultCode, Mode, Profile, Result, Setting
from host.link.sequence import Losses
from host.runs.read import Run, read_run
from host.runs.write import RunWriter
from tests.bench.latency_rows import inferences, summary, written
from tests.link.fake_board import HELLO, FakeBoard, moving_picture
from tests.runs.made import conditions as made_conditions

RESULT = FakeBoard().result(moving_picture(0))


def header_of(directory: Path, change: Callable[[dict[str, Any]], None]) -> Run:
    """The run again, with its run.json changed."""
    header = json.loads((directory / "run.json").read_text())
    change(header)
    (directory / "run.json").write_text(json.dumps(header))
    return read_run(directory)


def killed(header: dict[str, Any]) -> None:
    header.update(state="running", summary={}, rows={})


# -- ratios --------------------------------------------------------------------------------------


def test_medians_that_never_differ_are_noise() -> None:
    """One value of twenty is another: every resample's median is the same, and the interval 1..1."""
    a = np.full(20, 5.0)
    found = ratio(a, np.append(a[1:], 6.0))
    assert (found.low, found.high, found.verdict) == (1.0, 1.0, Verdict.NOISE)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(1.25, Verdict.RUNS), (0.8, Verdict.RUNS), (1.251, Verdict.SLOWER), (0.799, Verdict.FASTER)],
)
def test_a_ratio_as_large_as_two_runs_differ_by_is_no_verdict(
    value: float, verdict: Verdict
) -> None:
    """1.25 and 1 / 1.25 are as far from 1."""
    sure = Ratio(value, value, value, Verdict.SLOWER if value > 1 else Verdict.FASTER)
    assert beyond_runs(sure, 0.25).verdict is verdict


def test_each_kind_of_loss_is_counted_from_before_on() -> None:
    before = Losses(wire_lost=1, device_dropped=2, host_dropped=4, bad_packets=8)
    after = Losses(wire_lost=17, device_dropped=34, host_dropped=68, bad_packets=136)
    assert lost_between(before, after, inferences(3)) == Lost(16, 32, 64, 128, 0)
    assert Lost(16, 32, 64, 128, 9).total == 112, "what was damaged is missing on the wire, too"
    assert lost_between(before, after, []).frames == 0
    again = [*inferences(3), *inferences(2)]  # a board that restarted
    assert lost_between(before, after, again).frames == 0


# -- two runs ------------------------------------------------------------------------------------


def test_what_may_explain_a_ratio_is_named(tmp_path: Path) -> None:
    def board(header: dict[str, Any], **changed: object) -> None:
        header["conditions"]["board"] |= changed

    a = written(tmp_path / "a", inferences(20), "nano33ble")
    written(tmp_path / "b", inferences(20), "nano33ble")
    b = header_of(tmp_path / "b", lambda header: board(header, port="/dev/other", labels=["x"]))
    assert compare_runs(a, b).differences == (), "neither changes a figure"
    b = header_of(tmp_path / "b", lambda header: board(header, serial_number="00000000000000ff"))
    (line,) = compare_runs(a, b).differences
    assert line == f"board: {HELLO.device_serial:016x} / 00000000000000ff"
    b = header_of(tmp_path / "b", lambda header: board(header, flags="-O3"))
    assert len(compare_runs(a, b).differences) == 1, "those of the other one are not known"
    a = header_of(tmp_path / "a", lambda header: board(header, flags="-O2"))
    assert compare_runs(a, b).differences[0] == "flags: -O2 / -O3"

    def stopped(header: dict[str, Any]) -> None:
        header["conditions"]["details"]["images"] = "8 injected, drawn"
        header |= {"state": "interrupted", "reason": "stopped with Ctrl-C"}

    a = header_of(tmp_path / "a", stopped)
    assert compare_runs(a, b).differences[-2:] == (
        "images: 8 injected, drawn / ",
        "a was interrupted: stopped with Ctrl-C",
    )
    one, two = (written(tmp_path / name, inferences(20)) for name in ("c", "d"))
    two = header_of(tmp_path / "d", lambda header: board(header, serial_number="ff"))
    assert compare_runs(one, two).differences == (), "virtual boards are all alike"


def test_a_run_without_its_board_is_not_compared(tmp_path: Path) -> None:
    a = written(tmp_path / "a", inferences(20))
    written(tmp_path / "b", inferences(20))
    b = header_of(tmp_path / "b", lambda header: header["conditions"].update(board=None))
    for one, two in ((a, b), (b, a)):
        with pytest.raises(HostError, match=r"b does not say which board it is of: measure again"):
            compare_runs(one, two)


def test_another_tools_run_is_none_of_ours(tmp_path: Path) -> None:
    written(tmp_path / "a", inferences(20))
    run = header_of(tmp_path / "a", lambda header: header.update(kind="watch"))
    with pytest.raises(HostError, match="a is a run of watch, not of latency"):
        latency_run(run)


# -- a run that was killed -----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "warm_up"), [("7", 7), ("", 0), ("-3", 0)])
def test_a_killed_run_says_what_it_was_of(tmp_path: Path, text: str, warm_up: int) -> None:
    rows = [replace(row, image="a.png") for row in inferences(20)]
    written(tmp_path, rows)

    def change(header: dict[str, Any]) -> None:
        killed(header)
        header["conditions"]["details"]["warm-up"] = text

    found = latency_run(header_of(tmp_path, change)).summary
    assert (found.source, found.warm_up, found.count) == (INJECTED, warm_up, 20)
    written(tmp_path / "b", inferences(20))
    assert latency_run(header_of(tmp_path / "b", killed)).summary.source == CAMERA


def test_a_pass_of_layers_that_was_torn_is_left_out(tmp_path: Path) -> None:
    """Five passes of two layers; the last one lacks its second."""
    conditions = made_conditions()
    with RunWriter(tmp_path, KIND, conditions, LAYOUTS) as run:
        for row in inferences(20):
            run.append(INFERENCES.name, *(getattr(row, name) for name in INFERENCES.names))
        for number in range(9):
            run.append(LAYERS.name, number // 2, number % 2, f"layer {number % 2}", 100 + number)
    found = latency_run(header_of(tmp_path, killed)).summary
    assert found.profiled == 4 and [layer.macs for layer in found.layers] == [0, 0]
    assert [layer.cycles.maximum for layer in found.layers] == [106, 107]


# -- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "warned"), [(99, True), (100, False)])
def test_a_p99_takes_a_hundred_values(count: int, warned: bool) -> None:
    lines = notes(summary(inferences(count)), made_conditions())
    assert any(line.startswith(f"p99 of {count} values") for line in lines) == warned


@pytest.mark.parametrize(("width", "whole"), [(111, False), (112, True)])
def test_every_figure_is_shown_from_112_columns_on(width: int, whole: bool) -> None:
    group = summary_table(summary(inferences(20)), made_conditions(), width=width)
    said = [str(line) for line in group.renderables]
    assert any("this terminal is narrow" in line for line in said) != whole


@pytest.mark.parametrize(
    ("lost", "warned"),
    [(Lost(), False), (Lost(wire=1), True), (Lost(by_board=1), True), (Lost(by_host=1), True),
     (Lost(frames=1), True), (Lost(damaged=1), False)],
)  # fmt: skip
def test_gaps_are_an_alarm(lost: Lost, warned: bool) -> None:
    found = replace(summary(inferences(20)), lost=lost, faults=("a", "b", "c", "d"))
    lines = alarms(found)
    assert lines[:3] == ["the board said: a", "the board said: b", "the board said: c"]
    assert [line.startswith("LOSSES") for line in lines[3:]] == ([True] if warned else [])


# -- what a board is asked -----------------------------------------------------------------------


class Saying:
    """A board that says what is written; notes its settings."""

    hello, name = replace(HELLO, board="nano33ble"), "memory"

    def __init__(self, *said: object) -> None:
        self._said, self.orders = iter(said), list[object]()

    def receive(self, timeout_s: float) -> object:
        return next(self._said)

    def set(self, setting: Setting, value: int) -> None:
        self.orders.append((setting, value))

    def set_mode(self, mode: Mode) -> None:
        self.orders.append(mode)


def test_a_hundred_faults_are_kept() -> None:
    fault = Fault(int(FaultCode.CAMERA_NO_VSYNC), 1, 0, b"")
    board = Saying(*[fault] * 101, RESULT)
    listener = Listener(cast(Any, board), lambda: 0.0)
    assert listener.next(Result) == RESULT and len(listener.faults) == 100


@pytest.mark.parametrize("cycles", [b"", bytes(7), bytes(8)])
def test_a_profile_has_four_bytes_a_layer(cycles: bytes) -> None:
    board = Saying(Profile(5, cycles))
    listener = Listener(cast(Any, board), lambda: 0.0)
    found = profiled_inferences(cast(Any, board), 1, (), listener, Mode.RESULTS)
    if len(cycles) == 8:
        assert list(found) == [LayerCycles(5, (0, 0))]
    else:
        with pytest.raises(HostError, match=f"a Profile of {len(cycles)} bytes"):
            next(found)
    assert board.orders == [(Setting.PROFILE, 1), Mode.RESULTS, (Setting.PROFILE, 0)]


@pytest.mark.parametrize(("count", "profiled"), [(49, 49), (50, 50), (51, 50)])
def test_fifty_inferences_are_profiled_at_most(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: int, profiled: int
) -> None:
    wanted: list[int] = []

    def profiles(device: object, number: int, *_: object) -> Any:
        wanted.append(number)
        yield LayerCycles(1, (7, 8))
        yield LayerCycles(2, (7, 8, 9))

    monkeypatch.setattr(measure, "profiled_inferences", profiles)
    plan = Plan(tmp_path, "c", count, 0, (), Mode.STREAM, True, None, {})
    rows: list[tuple[object, ...]] = []
    with Progress(Console(file=StringIO()), 64_000_000, True) as progress:
        session = Session(cast(Any, Saying()), plan, lambda: 0.0, progress)
        with pytest.raises(HostError, match="changed its model while it was measured"):
            session._profile(None, cast(Any, SimpleNamespace(append=lambda *row: rows.append(row))))
    assert wanted == [profiled]
    assert rows == [("layers", 0, 0, "layer 0", 7), ("layers", 0, 1, "layer 1", 8)]


@pytest.mark.parametrize(
    ("divider", "said"), [(2, {}), (12, {"camera clock divider at the end": "12"})]
)
def test_a_sensors_clock_that_moved_is_among_the_conditions(
    tmp_path: Path, divider: int, said: dict[str, str]
) -> None:
    class Board(Saying):
        def greet(self) -> None:
            self.hello = replace(HELLO, clock_divider=divider)

        def receive(self, timeout_s: float) -> None:
            return None

    plan = Plan(tmp_path, "c", 1, 0, (), Mode.STREAM, True, None, {})
    with Progress(Console(file=StringIO()), 64_000_000, True) as progress:
        before = made_conditions()
        board = Board()
        after = Session(cast(Any, board), plan, lambda: 0.0, progress)._final(before)
    assert after.details == before.details | said and board.orders == [Mode.IDLE]


def test_layers_have_names_where_the_model_has_as_many() -> None:
    packed = unpack((MODELS / "person_grey_025.tpm").read_bytes())
    count = len(packed.operators)
    found = layers_of(packed, count)
    # 48 x 48 outputs of 6 channels, of 3 x 3 pixels each
    assert found[0] == Layer("CONV 0 48x48x6", 48 * 48 * 6 * 9) and len(found) == count
    assert layers_of(packed, count - 1)[-1] == Layer(f"layer {count - 2}", 0)


def test_a_folders_pictures_are_by_name_whatever_the_case_of_their_suffix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for at, name in enumerate(("c.PNG", "a.png", "b.Png")):
        assert cv2.imwrite(str(tmp_path / "x.png"), np.full((8, 8), at, np.uint8))
        (tmp_path / "x.png").rename(tmp_path / name)
    found = folder_pictures(tmp_path, (8, 8, 1))
    assert [each.name for each in found] == ["a.png", "b.Png", "c.PNG"]
    monkeypatch.setattr("host.bench.latency.pictures.MOST_PICTURES", 2)
    assert [each.name for each in folder_pictures(tmp_path, (8, 8, 1))] == ["a.png", "b.Png"]


# -- the engine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cycles", "index"), [([5], 0), ([9, 3, 5], 2), ([9, 3, 5, 4], 3), ([7, 7, 1], 0)]
)
def test_the_inference_that_is_shown_is_the_lower_median(cycles: list[int], index: int) -> None:
    assert median_index(cycles) == index


def test_scores_that_differ_from_the_reference_are_counted() -> None:
    model = choose_model(MODELS / "person_grey_025.tpm", b"", True)
    images = [np.full((96, 96, 1), level, np.uint8) for level in (0, 200)]
    right = compare_scores(model, images[:1], [b"??"])
    assert (right.exact, right.why) == (False, "1 of 1 images differ from LiteRT BUILTIN_REF")
    unknown = compare_scores(replace(model, tflite=None), images, [b"", b""])
    assert unknown.exact is None and unknown.why.startswith("not checked")
