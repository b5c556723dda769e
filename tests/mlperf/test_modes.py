"""The modes of our runner: the arithmetic, the pictures, what is refused; and each mode once on the virtual board."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.errors import HostError
from host.bench.__main__ import main
from host.bench.mlperf.dialogue import Inference
from host.bench.mlperf.energy import between_timestamps
from host.bench.mlperf.measure import TextModeBoard, refuse_wrong_meter, spread
from host.bench.mlperf.modes import Performance, area_under_curve, measure_accuracy
from host.bench.mlperf.pictures import list_pictures, opened, read_input
from host.bench.mlperf.tables import keeper, open_run
from host.power.meter import MarkerInput, MeterInfo
from host.power.trace import Gap, Trace
from host.recording.summary import summarise
from host.runs.read import read_run
from tests.goldens import printed_json
from tests.link.fake_board import HELLO
from tests.recording.recordings import record_board
from tests.runs.made import NOON

METER = MeterInfo("test", "1", 1000.0, MarkerInput.LEVEL)
SCORED = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=2, max_size=40)


def curve_by_pairs(truths: Sequence[int], scores: Sequence[float]) -> float | None:
    """The definition."""
    yes = [s for t, s in zip(truths, scores, strict=True) if t]
    no = [s for t, s in zip(truths, scores, strict=True) if not t]
    won = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    return won / (len(yes) * len(no)) if yes and no else None


@given(SCORED)
def test_area_under_the_curve_is_the_share_of_pairs_in_order(scored: list[tuple[int, int]]) -> None:
    truths, scores = [t for t, _ in scored], [float(s) for _, s in scored]
    expected = curve_by_pairs(truths, scores)
    assert area_under_curve(truths, scores) == (
        expected if expected is None else pytest.approx(expected)
    )


def test_performance_is_the_median_rate_and_says_when_windows_are_short() -> None:
    def window(seconds: float, iterations: int = 60) -> Inference:
        return Inference(iterations, (5, 5 + round(seconds * 1e6)), (0.5, 0.5))

    good = Performance(tuple(window(s) for s in (10, 12, 15, 20, 30)))
    assert (good.median, good.short) == (4.0, "")
    assert "SHORT" in Performance(good.windows[:4]).short
    assert "SHORT" in Performance((*good.windows[:4], window(9.9))).short
    assert "SHORT" in Performance((*good.windows[:4], window(10, 9))).short


def trace_with(bits: list[int], gaps: tuple[Gap, ...] = ()) -> Trace:
    return Trace(1000.0, np.full(len(bits), 0.01, np.float32), np.array(bits, np.uint8), 3.0, gaps)


def test_energy_lies_between_the_two_pulses() -> None:
    bits = [1] * 50 + [0] + [1] * 200 + [0] + [1] * 50
    window = between_timestamps(trace_with(bits), METER, 0, 10)
    assert window.refused == ""
    assert window.seconds == pytest.approx(0.2)
    assert window.joules_each == pytest.approx(0.01 * 3.0 * 0.2 / 10, rel=1e-6)


@pytest.mark.parametrize(
    ("bits", "gaps", "why"),
    [
        ([1] * 300, (), "not seen"),
        ([1] * 50 + [0] + [1] * 250, (), "not seen"),
        ([], (), "not seen"),
        ([1] * 50 + [0] + [1] * 200 + [0] + [1] * 50, (Gap(100, 7),), "7 samples were lost"),
    ],
)
def test_energy_is_refused_without_its_timestamps_or_samples(
    bits: list[int], gaps: tuple[Gap, ...], why: str
) -> None:
    assert why in between_timestamps(trace_with(bits, gaps), METER, 0, 10).refused


def test_falls_alone_are_enough() -> None:
    falls = MeterInfo("test", "1", 1000.0, MarkerInput.FALLS)
    bits = [0] * 50 + [1] + [0] * 199 + [1] + [0] * 50
    assert between_timestamps(trace_with(bits), falls, 0, 10).seconds == pytest.approx(0.2)


def test_pictures_in_the_benchmarks_own_form(tmp_path: Path) -> None:
    colour = np.arange(96 * 96 * 3, dtype=np.uint32).astype(np.uint8)
    (tmp_path / "a.bin").write_bytes(colour.tobytes())
    (tmp_path / "b.bin").write_bytes(bytes(9216))
    (tmp_path / "y_labels.csv").write_text("a.bin,2,1\nb.bin,2,0\n")
    found = list_pictures(tmp_path)
    assert [(p.path.name, p.truth) for p in found] == [("a.bin", 1), ("b.bin", 0)]
    assert np.array_equal(read_input(found[0].path, (96, 96, 3)).ravel(), colour)
    grey = read_input(found[0].path, (96, 96, 1))
    assert grey.shape == (96, 96, 1)
    first = colour[:3].astype(float) @ [0.299, 0.587, 0.114]
    assert grey[0, 0, 0] == round(float(first))
    with pytest.raises(HostError, match="9216 bytes"):
        read_input(found[1].path, (96, 96, 3))


def test_pictures_sorted_into_folders_and_zipped(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as packed:
        packed.writestr("set/person/1.bin", bytes(9216))
        packed.writestr("set/no_person/2.bin", bytes(9216))
        packed.writestr("set/notes.txt", "x")
    with opened(tmp_path / "set.zip") as folder:
        assert folder is not None
        assert sorted((p.path.name, p.truth) for p in list_pictures(folder)) == [
            ("1.bin", 1),
            ("2.bin", 0),
        ]
    assert not folder.exists()


@pytest.mark.parametrize("row", ["../../etc/passwd,2,1", "missing.bin,2,1", "a.bin,2", "a.bin,2,x"])
def test_labels_that_make_no_sense_are_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(9216))
    (tmp_path / "y_labels.csv").write_text(row + "\n")
    with pytest.raises(HostError, match=r"y_labels\.csv"):
        list_pictures(tmp_path)


def test_what_is_no_set_of_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="has no pictures"):
        list_pictures(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(HostError, match="neither"), opened(tmp_path / "x.zip"):
        pass


def test_a_limit_spreads_over_the_set() -> None:
    found = list_pictures(None)
    assert len(found) == 16
    assert [p.truth for p in spread(found, 2)] == [1, 0]
    assert spread(found, 99) == spread(found, 16) == spread(found, None) == found
    assert spread(found, 3) == [found[0], found[8], found[15]], "7.5 is rounded to even"


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_meter_and_a_virtual_board_do_not_meet() -> None:
    refuse_wrong_meter(object(), True)
    refuse_wrong_meter(None, False)
    with pytest.raises(HostError, match="estimate"):
        refuse_wrong_meter(object(), False)
    with pytest.raises(HostError, match="virtual"):
        refuse_wrong_meter(None, True)


def wanted(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["mlperf", "--port", "virtual", "--json", *arguments]) == 0
    answer: dict[str, object] = printed_json(capsys.readouterr().out)
    return answer


def test_accuracy_on_the_virtual_board(capsys: pytest.CaptureFixture[str]) -> None:
    keep = ("--output", "a", "--record", "a.rec")
    answer = wanted(capsys, "--mode", "accuracy", "--limit", "2", *keep)
    recorded = summarise(Path("a.rec"))
    assert recorded.is_ended and recorded.hello is not None
    assert recorded.commands == 2 + 2 * (1 + -(-9216 // 31) + 1), "name, profile; load, db, infer"
    assert (answer["pictures"], answer["top1"], answer["auc"]) == (2, 1.0, 1.0)
    assert "the rules ask for the 1,000" in answer["notes"][0]  # type: ignore[index] # JSON
    run = read_run(Path("a"))
    assert (run.kind, run.summary, run.conditions.details["mode"]) == ("mlperf", answer, "accuracy")
    assert run.columns("pictures")["hit"].tolist() == [True, True]
    with pytest.raises(HostError, match="holds a run already"):
        main(["mlperf", "--port", "/dev/nothing-here", "--output", "a"])


def test_a_place_that_is_taken_is_refused_before_a_board_is_looked_for(tmp_path: Path) -> None:
    """Or Ctrl-C while it is waited for would be all that a user is told."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")
    for port in ("/dev/nothing-here", "virtual"):
        with pytest.raises(HostError, match="holds a run already"):
            main(["mlperf", "--port", port, "--output", "run", "--seconds", "0.01"])


def test_a_recording_takes_no_commands(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", 1)
    with pytest.raises(HostError, match="is a recording, it cannot take commands: give --port a"):
        main(["mlperf", "--port", "replay:a.rec", "--output", "a"])
    assert not Path("a").exists()


class Unplugged:
    """A dialogue with a board that goes after one picture."""

    def __init__(self) -> None:
        self._left = 1

    def load(self, _: object) -> None:
        """Fine."""

    def infer(self, *_: object) -> Inference:
        """Once."""
        if not self._left:
            raise HostError("the cable was pulled")
        self._left -= 1
        return Inference(1, (0, 5), (0.2, 0.8))


def test_what_was_measured_before_the_cable_was_pulled_is_stored(tmp_path: Path) -> None:
    dialogue: Any = Unplugged()
    board = TextModeBoard(dialogue, HELLO, None, "memory", "board", "firmware")
    pixels = np.zeros((96, 96, 1), np.uint8)
    pictures = [(name, lambda: pixels, 1) for name in ("a.jpg", "b.jpg")]
    with (
        pytest.raises(HostError, match="pulled"),
        open_run(tmp_path / "run", "accuracy", board, "a command", NOON, {}, None) as run,
    ):
        measure_accuracy(dialogue, pictures, keep=keeper(run))
    read = read_run(tmp_path / "run")
    assert read.interrupted and "pulled" in read.reason
    assert read.columns("pictures")["picture"].tolist() == ["a.jpg"]


def test_performance_and_energy_on_the_virtual_board(capsys: pytest.CaptureFixture[str]) -> None:
    short = ("--seconds", "0.5", "--windows", "1")
    keep = ("--output", "energy")
    rate = wanted(capsys, "--mode", "performance", *short)["inferences_per_second"]
    assert rate == pytest.approx(64e6 / 9.86e6, rel=0.02)
    energy = wanted(capsys, "--mode", "energy", "--meter", "estimate", *short, *keep)
    assert energy["estimated"] is True
    assert read_run(Path("energy")).columns("windows")["energy_j"].tolist() == [
        window["joules"]
        for window in energy["windows"]  # type: ignore[attr-defined] # JSON
    ]
    assert any("SHORT" in note for note in energy["notes"])  # type: ignore[attr-defined] # JSON
    # CPU at 6.3 mA, board idle, its power LED at 1.2 and its other sensors at 0.5, the camera powered down
    # though it was never started before; 0.156 s at 3.3 V
    assert energy["joules_per_inference"] == pytest.approx(8.3e-3 * 3.3 * 0.156, rel=0.05)


def test_energy_needs_a_meter() -> None:
    with pytest.raises(HostError, match="needs --meter"):
        main(["mlperf", "--mode", "energy", "--port", "virtual"])
