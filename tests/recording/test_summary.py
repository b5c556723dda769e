"""What a recording holds: counts, times and damage, in constant memory; and its pictures as files."""

from __future__ import annotations

import csv
import os
import random
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.bench.host.day import measure_day
from host.bench.host.measure import measure_host
from host.bench.host.show import as_json as costs_json
from host.recording.__main__ import main
from host.recording.export import recorded_samples
from host.recording.histogram import RATIO, Histogram
from host.recording.reader import Reader
from host.recording.summary import summarise
from host.recording.table import as_json
from tests.goldens import printed_json
from tests.link.fake_board import HELLO, FakeBoard, moving_picture
from tests.recording.recordings import Clock, begin, record_board


def test_percentiles_are_those_of_the_values() -> None:
    chance = random.Random(1)
    values = [int(chance.lognormvariate(15, 1)) for _ in range(5000)]
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    ordered = sorted(values)
    assert (histogram.least, histogram.most) == (ordered[0], ordered[-1])
    for share in (0.01, 0.5, 0.95, 0.99, 1.0):
        exact = ordered[max(0, -(-round(share * 5000) // 1) - 1)]
        assert histogram.percentile(share) == pytest.approx(exact, rel=RATIO - 1)


def test_a_histogram_of_nothing_and_of_zeros() -> None:
    histogram = Histogram()
    assert histogram.percentile(0.5) == 0.0
    histogram.add(0)
    assert histogram.percentile(0.99) == 0.0


@pytest.mark.parametrize("values", [(5,), (5, 9), (9, 5), (9, 7, 5), (5, 9, 7)])
def test_the_least_value_is_known_wherever_it_stands(values: tuple[int, ...]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    assert (histogram.least, histogram.most) == (5, max(values))


def test_a_summary_counts_what_is_there(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=10)
    shares: list[float] = []
    summary = summarise(tmp_path / "a.rec", shares.append)
    assert shares and shares == sorted(shares) and 0 < shares[0] <= shares[-1] <= 1
    assert summary.messages == {"Hello": 1, "Frame": 40, "Result": 40}
    assert (summary.samples, summary.losses.total, summary.is_ended) == (40, 0, True)
    assert summary.stages["inference"].percentile(0.5) == pytest.approx(9_200_000, rel=1e-4)
    assert summary.frames_per_second == pytest.approx(5.0, rel=1e-3)
    assert summary.duration_s == 10.0 and summary.marks == ("opened memory",)
    assert summary.hello == HELLO


def test_a_torn_recording_is_summed_up_to_the_tear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_board(tmp_path / "a.rec", seconds=10)
    content = (tmp_path / "a.rec").read_bytes()
    (tmp_path / "a.rec").write_bytes(content[: len(content) * 3 // 4])
    assert main(["info", str(tmp_path / "a.rec"), "--json"]) == 0
    reported = printed_json(capsys.readouterr().out)
    assert reported["whole"] is False and reported["torn_bytes"] > 0
    assert 20 <= reported["samples"] < 40 and reported["losses"]["wire_lost"] == 0
    assert main(["info", str(tmp_path / "a.rec")]) == 0
    assert "torn: " in capsys.readouterr().out


def test_a_recording_of_another_wire_is_still_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_board(tmp_path / "a.rec", 2, board=FakeBoard(replace(HELLO, layout_hash=0xDEADBEEF)))
    assert main(["info", str(tmp_path / "a.rec"), "--json"]) == 0
    reported = printed_json(capsys.readouterr().out)
    assert "wire DEADBEEF" in reported["not_understood"] and reported["whole"] is True
    assert main(["info", str(tmp_path / "a.rec")]) == 0
    assert "nothing that was understood" in capsys.readouterr().out


def test_pictures_and_figures_become_files(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=3)
    folder = tmp_path / "out"
    assert main(["export", str(tmp_path / "a.rec"), "--output", str(folder)]) == 0
    rows = list(csv.DictReader((folder / "samples.csv").open(encoding="utf-8")))
    assert [float(row["time_s"]) for row in rows[:3]] == [0.0, 0.25, 0.5]
    assert [int(row["frame"]) for row in rows] == list(range(1, 13))
    for number, row in enumerate(rows):
        image = cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE)
        assert image is not None and np.array_equal(image, moving_picture(number)[..., 0])
        assert int(row["inference_cycles"]) == 9_200_000
        assert float(row["score_person"]) == pytest.approx((number + 128) / 256, abs=1e-6)
    assert len(list(folder.iterdir())) == 13
    assert folder.stat().st_mode & 0o077 == 0 or os.name == "nt"
    with pytest.raises(HostError, match="exists: give --output another name"):
        main(["export", str(tmp_path / "a.rec"), "--output", str(folder)])


def test_a_picture_without_a_result_has_a_row_of_as_many_columns(tmp_path: Path) -> None:
    """As of a board in the mode CAPTURE."""
    board, path, folder = FakeBoard(), tmp_path / "a.rec", tmp_path / "out"
    recorder = begin(path, Clock())
    recorder.received(board.say(HELLO))
    for _ in range(3):
        recorder.received(board._frame(moving_picture(0), 0))
    recorder.close()
    assert main(["export", str(path), "--output", str(folder)]) == 0
    head, *rows = csv.reader((folder / "samples.csv").open(encoding="utf-8"))
    assert [row[1] for row in rows] == ["1", "2", "3"] and rows[0][4:] == [""] * (len(head) - 4)


@pytest.mark.parametrize("is_opened_again", [True, False])
def test_numbers_that_come_again_are_new_packets_of_a_port_that_was_opened_again(
    tmp_path: Path, is_opened_again: bool
) -> None:
    """Of one that was not, they are the same ones, which came twice."""
    recorder = begin(tmp_path / "a.rec", Clock())
    for number, board in enumerate((FakeBoard(), FakeBoard())):
        recorder.received(board.say(HELLO, drop=number > 0) + board.shoot())
        if is_opened_again:
            recorder.mark("opened memory")
    recorder.close()
    with Reader(tmp_path / "a.rec") as reader:
        assert len(list(recorded_samples(reader))) == 1 + is_opened_again


def test_samples_come_with_the_time_of_their_last_byte(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=2)
    with Reader(tmp_path / "a.rec") as reader:
        found = [(seconds, sample.frame) for seconds, sample in recorded_samples(reader)]
    assert found == [(0.25 * number, number + 1) for number in range(8)]


def test_ten_times_as_long_a_recording_takes_no_more_memory(tmp_path: Path) -> None:
    short = measure_day(tmp_path / "short.rec", hours=0.02, frames_a_second=5)
    long = measure_day(tmp_path / "long.rec", hours=0.2, frames_a_second=5)
    assert (short.frames, long.frames, long.summary.samples) == (360, 3600, 3600)
    assert long.summary.is_ended and long.summary.losses.total == 0
    assert long.summary.duration_s == pytest.approx(720, abs=0.01)
    spare = 8_000_000  # a quarter of what passed through
    for phase, before in ((long.writing, short.writing), (long.reading, short.reading)):
        assert phase.growth_bytes < spare
        assert phase.peak_bytes - before.peak_bytes < spare
    assert long.summary.size_bytes < long.summary.link_bytes


def test_costs_are_given_as_multiples_of_a_real_boards_rate(tmp_path: Path) -> None:
    turns = iter(range(1000))
    costs = measure_host(tmp_path, frames=50, turns=2, clock=lambda: float(next(turns)))
    reported = costs_json(costs, None, "a computer")
    assert [work["name"] for work in reported["work"]] == [
        "raw read", "decode", "decode, pair", "decode, pair, log", "record",
    ]  # fmt: skip
    assert costs.whole.frames_per_second == 50.0 and reported["times_real"] == 10.0
    assert costs.bytes > 50 * 9216


def test_what_happened_while_the_port_was_away_is_not_counted_as_lost(tmp_path: Path) -> None:
    """The board's numbers went on while nobody listened: unknown, so not lost."""
    clock, board = Clock(), FakeBoard()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.restart() + board.shoot())
    for _ in range(20):
        board.shoot()
    recorder.mark("opened memory again")
    recorder.received(board.shoot())
    recorder.close()
    summary = summarise(tmp_path / "a.rec")
    assert summary.samples == 2 and summary.losses.wire_lost == 0


def test_the_json_has_the_shares_that_it_names(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=10)
    cycles = as_json(summarise(tmp_path / "a.rec"))["cycles"]["inference"]
    assert {"p50", "p95", "p99"} <= set(cycles)
    assert cycles["p99"] == pytest.approx(9_200_000, rel=0.01)


def test_the_unknown_period_of_a_first_result_is_no_period(tmp_path: Path) -> None:
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(board.hello))
    image = moving_picture(1)
    for cycles in (0, 12_800_000):
        recorder.received(board.say(replace(board.result(image), period_cycles=cycles)))
    recorder.close()
    stages = summarise(tmp_path / "a.rec").stages
    assert (stages["inference"].count, stages["period"].count) == (2, 1)
