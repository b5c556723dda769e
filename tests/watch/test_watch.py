"""Mode.WATCH: it looks when it should, sleeps between, and speaks only when the verdict changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from host.base.pictures import read_picture
from host.base.places import DRAWINGS
from host.link.messages import (
    Frame,
    Heartbeat,
    Mode,
    Ping,
    Pong,
    Result,
    Set,
    Setting,
    Status,
    Verdict,
)
from host.virtual.options import BoardOptions, SensorFaults
from host.virtual.scene import Picture, fit
from tests.system.board import SECOND, Bench

LOOKS_PER_MINUTE = 30
LOOK_S = 60 / LOOKS_PER_MINUTE
SOMEBODY = fit(read_picture(DRAWINGS / "03_person_portrait.jpg"))
NOBODY = fit(read_picture(DRAWINGS / "10_house.jpg"))


class Stage:
    """Somebody is there while `present`, else nobody."""

    present = False

    def picture(self, seconds: float) -> Picture:
        """What the camera sees."""
        return SOMEBODY if self.present else NOBODY


def watching(stage: Stage, **settings: int) -> Bench:
    """A board that watches; what was said before is forgotten."""
    bench = Bench(stage)
    for name, value in {"LOOKS_PER_MINUTE": LOOKS_PER_MINUTE, **settings}.items():
        bench.set(Setting[name], value)
    bench.mode(Mode.WATCH)
    return bench


def run_looks(bench: Bench, looks: float) -> list[Verdict]:
    """The verdicts of the next looks."""
    bench.board.run(int(looks * LOOK_S * SECOND))
    verdicts = [m for m in bench.messages if isinstance(m, Verdict)]
    bench.messages = [m for m in bench.messages if not isinstance(m, Verdict)]
    return verdicts


def test_each_change_of_the_scene_is_one_verdict() -> None:
    stage = Stage()
    bench = watching(stage)
    assert run_looks(bench, 3.5) == []
    stage.present = True
    (came,) = run_looks(bench, 4)
    stage.present = False
    (went,) = run_looks(bench, 4)
    assert (came.verdict, went.verdict) == (1, 0)
    assert came.looks == 4 + 2, "two looks in a row"
    assert went.looks == came.looks + 4
    assert came.percent > went.percent
    assert not [m for m in bench.messages if isinstance(m, Frame | Result)]


def test_one_look_that_disagrees_changes_nothing() -> None:
    stage = Stage()
    bench = watching(stage)
    run_looks(bench, 1.5)
    stage.present = True
    assert run_looks(bench, 1) == []
    stage.present = False
    assert run_looks(bench, 3) == []


def test_scores_between_the_thresholds_speak_for_neither() -> None:
    stage = Stage()
    stage.present = True
    bench = watching(stage, WATCH_ON_PERCENT=100, WATCH_LOOKS=1)
    assert run_looks(bench, 2.5) == [], "somebody, but not for certain"
    bench.set(Setting.WATCH_ON_PERCENT, 60)
    (came,) = run_looks(bench, 1.5)
    assert came.verdict == 1


def test_another_label_can_be_watched() -> None:
    bench = watching(Stage(), WATCH_LABEL=0, WATCH_LOOKS=1)
    (verdict,) = run_looks(bench, 1.5)
    assert verdict.verdict == 1, "label 0 is: no person"


def test_heartbeats_count_looks_and_the_cycles_awake() -> None:
    bench = watching(Stage(), HEARTBEAT_S=6)
    awake_before = bench.board.cycles - bench.board.slept_cycles
    bench.board.run(int(13 * SECOND))
    beats = [m for m in bench.messages if isinstance(m, Heartbeat)]
    assert [beat.looks for beat in beats] == [1, 4, 7]
    last = beats[-1]
    assert last.blind_looks == last.verdicts == last.verdict == 0
    awake = bench.board.cycles - bench.board.slept_cycles - awake_before
    assert last.awake_cycles == pytest.approx(awake, rel=0.02)
    assert last.awake_cycles / 7 < 25_000_000, "a look: a frame, an inference, little waiting"
    assert last.awake_cycles / (last.elapsed_us * 64) < 0.21
    assert last.inference_cycles == pytest.approx(9_860_000, rel=0.02)
    assert last.wake_cycles < 1_000_000, "the CPU sleeps while exposure settles"


def test_between_looks_the_sensor_stands_by_and_the_crystal_stops() -> None:
    bench = watching(Stage())
    bench.board.run(int(1.5 * SECOND))
    assert bench.board.sensor.timing is None
    assert bench.board.gpio.ports[1].levels() >> 1 & 1, "PWDN is high"
    assert bench.board.power.values[0x40C] == 0, "HFCLKSTAT"
    before = bench.board.slept_cycles
    bench.board.run(SECOND // 4)
    assert bench.board.slept_cycles - before == SECOND // 4


@pytest.mark.parametrize("settle", [0, 2])
def test_the_frame_that_is_judged_is_the_one_after_settling(settle: int) -> None:
    stage = Stage()
    stage.present = True
    bench = watching(stage, WATCH_SETTLE_FRAMES=settle, WATCH_LOOKS=1)
    woken = bench.board.cycles
    (verdict,) = run_looks(bench, 0.9)
    assert verdict.verdict == 1
    frame = bench.board.sensor.last_frames[-1]
    frames_passed = (frame.start_cycle - woken) / (510 * 1568 * 12)
    assert settle - 0.1 < frames_passed < settle + 1.5
    seen = np.frombuffer(bench.board.read_symbol("memory"), np.uint8)[:9216].reshape(96, 96)
    small = frame.luma[:240, :320].astype(float)
    expected = cv2.resize(small, (96, 96), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(seen.ravel(), expected.ravel())[0, 1] > 0.9


def test_a_watching_board_still_answers_and_changes_its_beat() -> None:
    bench = watching(Stage())
    bench.board.run(SECOND)
    bench.tell(Ping(5))
    assert bench.wait(Pong, 0.1).host_time_us == 5
    bench.set(Setting.LOOKS_PER_MINUTE, 60)
    bench.set(Setting.HEARTBEAT_S, 1)
    bench.messages.clear()
    bench.board.run(int(4.2 * SECOND))
    beats = [m for m in bench.messages if isinstance(m, Heartbeat)]
    assert beats[-1].looks - beats[0].looks == len(beats) - 1 >= 2
    bench.mode(Mode.IDLE)
    bench.messages.clear()
    bench.board.run(3 * SECOND)
    assert not bench.messages


def test_looks_without_a_picture_are_blind() -> None:
    bench = Bench(options=BoardOptions(faults=SensorFaults(absent=True)))
    bench.set(Setting.LOOKS_PER_MINUTE, 60)
    bench.set(Setting.HEARTBEAT_S, 1)
    bench.mode(Mode.WATCH)
    bench.board.run(int(2.5 * SECOND))
    last = [m for m in bench.messages if isinstance(m, Heartbeat)][-1]
    assert last.blind_looks == last.looks >= 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (Setting.LOOKS_PER_MINUTE, 0),
        (Setting.LOOKS_PER_MINUTE, 121),
        (Setting.WATCH_ON_PERCENT, 101),
        (Setting.WATCH_LOOKS, 0),
        (Setting.WATCH_LABEL, 1024),
        (Setting.WATCH_SETTLE_FRAMES, -1),
        (Setting.HEARTBEAT_S, 3601),
        (Setting.HEARTBEAT_S, 65_537),
    ],
)
def test_settings_out_of_range_are_refused(setting: Setting, value: int, refuser: Bench) -> None:
    assert refuser.ask(Set(int(setting), value)).status == Status.BAD_VALUE


@pytest.fixture(scope="module")
def refuser() -> Bench:
    """One board for all of them: it changes nothing."""
    return Bench()
