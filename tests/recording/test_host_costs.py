"""bench host: what its synthetic board says, what is measured of hours of it, and its command."""

from __future__ import annotations

import argparse
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.base.errors import HostError
from host.bench.__main__ import main
from host.bench.host import command, day, stream
from host.bench.host.day import measure_day
from host.bench.host.measure import Cost, HostCosts, measure_host, portions
from host.link.inbox import Inbox
from host.link.layout import OURS
from host.link.messages import PROTOCOL_VERSION, Frame, Hello, Mode, Result
from host.recording.container import FILE_HEADER_BYTES
from host.recording.reader import Reader
from host.recording.summary import summarise as recording_summary
from tests.bars import Bars
from tests.goldens import printed_json

COSTS = HostCosts(1_000, 9_000_000, 1, Cost("raw read", (0.001,), 1_000),
                  tuple(Cost(name, (0.5,), 1_000) for name in "abcd"))  # fmt: skip


def received(
    frames: int, rate: float = 4.0, seed: int = 1
) -> tuple[Hello, list[Frame], list[Result]]:
    source, inbox = stream.BoardStream(rate, seed), Inbox()
    messages: list[Any] = list(inbox.feed(b"".join([source.hello(), *source.frames(frames)])))
    assert inbox.losses(0, 0).total == 0
    hello, *others = messages
    assert [type(each) for each in others] == [Frame, Result] * frames
    return hello, others[::2], others[1::2]


def test_its_board_is_one_of_today() -> None:
    hello, _, _ = received(0)
    assert (hello.layout_hash, hello.protocol_version) == (OURS.hash, PROTOCOL_VERSION)
    assert (hello.mode, hello.clock_hz) == (Mode.STREAM, 64_000_000)
    assert (hello.input_height, hello.input_width, hello.input_channels) == (96, 96, 1)
    assert (hello.output_scale, hello.output_zero_point) == (1 / 256, -128)
    assert (hello.score_count, hello.score_meaning) == (2, 0)
    assert (hello.firmware, hello.board, hello.model) == ("synthetic", "synthetic", "none")
    assert hello.labels == b"no person\nperson"
    empty = stream.filled(Hello)
    assert not any(vars(empty).values())
    assert {column.kind for column in Hello.COLUMNS} > {"f32"}


def test_its_results_are_a_boards() -> None:
    """A period of a quarter of a second of 64 MHz, 0.3 ms of jitter either way, the model an eighth of it."""
    _, frames, results = received(130)
    assert [frame.frame for frame in frames] == [*range(1, 131)]
    jitter = np.array([result.capture_cycles for result in results]) - 9_000_000
    assert -20_000 <= jitter.min() < -15_000 and 15_000 < jitter.max() < 20_000
    for frame, result, by in zip(frames, results, jitter.tolist(), strict=True):
        assert (result.frame, result.image_crc) == (frame.frame, zlib.crc32(frame.pixels))
        assert (frame.height, frame.width, frame.channels, frame.source) == (96, 96, 1, 0)
        assert (result.preprocess_cycles, result.send_cycles) == (1_500_000, 300_000)
        assert result.inference_cycles == 9_900_000 + by // 8
        assert result.period_cycles == 16_000_000 + by
        assert result.scores == bytes((frame.frame % 128, 255 - frame.frame % 128))
    pictures = [frame.pixels for frame in frames]
    assert pictures[0] == pictures[61] and len(set(pictures)) == 61
    assert received(1)[1] == frames[:1] and received(1, seed=2)[1] != frames[:1]


def test_its_pictures_are_a_gradient_a_disc_that_goes_round_and_noise() -> None:
    """From 40 by 100 over the width, 100 brighter in a disc of a seventh, noise of 3 levels."""
    _, frames, _ = received(61)
    pictures = np.array([np.frombuffer(frame.pixels, np.uint8) for frame in frames], float)
    pictures = pictures.reshape(61, 96, 96)
    y, x = np.mgrid[0:96, 0:96]
    for at, picture in enumerate(pictures, 1):
        over = picture - (40 + x * 100 / 96)
        turn = 2 * np.pi * at / 61
        centre_x, centre_y = 96 * (0.5 + 0.3 * np.cos(turn)), 96 * (0.5 + 0.3 * np.sin(turn))
        away = np.hypot(x - centre_x, y - centre_y)
        disc = away < 96 / 7
        assert np.median(over[disc]) == pytest.approx(100, abs=1)
        assert over[~disc].mean() == pytest.approx(0, abs=0.2)
        assert over[~disc].std() == pytest.approx(3, abs=0.2)
        assert (over[disc] > 50).all() and (over[~disc] < 50).all()


def test_memory_counts_from_when_it_has_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert day.SETTLED_FRAMES == 5 * 60 * 5 and day.LOOK_EVERY_FRAMES == 500
    monkeypatch.setattr(day, "SETTLED_FRAMES", 15)
    monkeypatch.setattr(day, "LOOK_EVERY_FRAMES", 5)

    def summarise(path: Path, look: Any) -> Any:
        for share in (0.1, 0.6, 1.0):
            look(share)
        return recording_summary(path)

    monkeypatch.setattr(day, "summarise", summarise)
    memory = iter([5, 90, 10, 30, 20, 12, 100, 50, 70, 60])
    clock = iter([0.0, 7.5, 10.0, 14.0])
    shown: list[tuple[str, float]] = []
    before = time.time_ns()
    found = measure_day(
        tmp_path / "a.rec", 25 / 4 / 3600, 4, lambda *each: shown.append(each),
        lambda: next(memory), lambda: next(clock),
    )  # fmt: skip
    assert found.writing == day.Phase(7.5, 10, 30) and found.writing.growth_bytes == 20
    assert found.reading == day.Phase(4.0, 50, 70) and found.reading.growth_bytes == 20
    assert shown == [*(("recording", at / 5) for at in range(1, 6)),
                     *(("reporting", share) for share in (0.1, 0.6, 1.0))]  # fmt: skip
    summary = found.summary
    assert (found.frames, summary.samples, summary.is_ended) == (25, 25, True)
    assert summary.duration_s == pytest.approx(25 / 4, abs=1e-6)
    assert before <= summary.header.wall_ns <= time.time_ns()


def test_hours_of_frames_pass_on_both_clocks_of_their_recording(tmp_path: Path) -> None:
    """An hour at 0.51 frames a second; the calendar's clock runs ahead as the board's does."""
    path = tmp_path / "a.rec"
    assert measure_day(path, 1, 0.51, memory=lambda: 1).frames == 1836
    reader = Reader(path)
    headers = [chunk.header for chunk in reader.chunks(FILE_HEADER_BYTES)]
    reader.close()
    assert len({each.wall_ns - each.start_ns for each in headers}) == 1 < len(headers)


def test_there_is_a_frame_at_least_and_a_short_day_settles_at_its_end(tmp_path: Path) -> None:
    memory = iter(range(1, 99))
    found = measure_day(tmp_path / "a.rec", 1e-6, 5, memory=lambda: next(memory))
    assert found.frames == found.summary.samples == 1
    assert found.writing.settled_bytes == found.writing.peak_bytes == 1
    assert found.reading.growth_bytes == 0 and found.reading.settled_bytes > 1


def test_costs_are_the_median_of_turns(tmp_path: Path) -> None:
    assert Cost("a", (3.0, 1.0, 2.5), 500).median_s == 2.5
    assert Cost("a", (2.5,), 500).microseconds == pytest.approx(5_000)
    assert Cost("a", (2.5,), 500).frames_per_second == 200
    assert Cost("a", (0.0,), 5).frames_per_second == 5e9
    made = iter(0.25 * n for n in range(100))
    found = measure_host(tmp_path, 2, clock=lambda: next(made))
    assert found.turns == 5 and found.raw.seconds == (0.25,) * 5
    data = tmp_path / "data"
    data.write_bytes(bytes(10_000))
    assert [len(each) for each in portions(data)] == [4096, 4096, 1808]
    assert sorted(path.name for path in tmp_path.glob("*.rec")) == []


@pytest.mark.parametrize("option", ["--hours", "--fps"])
def test_hours_and_frames_a_second_are_numbers_above_0(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert vars(parser.parse_args([option, "0.01"]))[option.lstrip("-")] == 0.01
    with pytest.raises(SystemExit):
        parser.parse_args([option, "0"])
    assert f"{option}: a number above 0, not '0'" in capsys.readouterr().err


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    requests: list[Any] = []
    bars = Bars()
    monkeypatch.setattr(command, "share_bars", lambda: bars)

    def costs(folder: Path, frames: int) -> HostCosts:
        requests.append(frames)
        return COSTS

    def hours(path: Path, *of: Any) -> day.Day:
        requests.append((path.name, *of[:2]))
        of[2]("recording", 0.25)
        of[2]("reporting", 1.0)
        return whole_day(path, 4 / 3600, 5)

    whole_day = measure_day
    monkeypatch.setattr(command, "measure_host", costs)
    monkeypatch.setattr(command, "measure_day", hours)
    assert main(["host"]) == main(["host", "--frames", "7"]) == 0
    table = capsys.readouterr().out
    assert "raw read" in table and "Python 3" in table and "GB on disk" not in table
    assert not bars.shares
    recorded = tmp_path / "kept.rec"
    assert main(["host", "--hours", "2", "--fps", "3", "--keep", str(recorded)]) == 0
    assert bars.shares == {"recording": [0.25], "reporting": [1.0]}
    shown = capsys.readouterr().out
    assert "20 frames" in shown and "Python 3" in shown and recorded.is_file()
    assert main(["host", "--hours", "1", "--json"]) == 0
    found = printed_json(capsys.readouterr().out)
    assert found["day"]["frames"] == 20 and "Python 3" in found["host"]
    assert requests == [3000, 7, ("kept.rec", 2.0, 3.0), ("day.rec", 1.0, 5.0)]
    with pytest.raises(HostError, match="--keep is of --hours: add how many"):
        main(["host", "--keep", str(recorded)])
