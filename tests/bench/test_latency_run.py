"""A latency run on boards: virtual, scripted, interrupted, lost."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import EXIT_USER, HostError, run_main
from host.base.records import Message
from host.bench.__main__ import main
from host.bench.latency.compare import latency_run
from host.bench.latency.inferences import Listener
from host.bench.latency.layers import find_model, layers_of
from host.bench.latency.measure import Done, Plan, Session
from host.bench.latency.pictures import drawn_pictures, folder_pictures
from host.bench.latency.progress import Progress
from host.link import messages as wire
from host.link.client import Client
from host.link.device import Device
from host.link.line import EMULATED, Line
from host.preprocess import area_average
from host.runs.read import read_run
from tests.bench.stepped_port import SteppedPort
from tests.goldens import printed_json
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.recording.recordings import record_board
from tests.runs.made import NOON

ROOT = Path(__file__).resolve().parents[2]


def plan(directory: Path, **changed: object) -> Plan:
    """Two camera frames."""
    wanted = Plan(
        directory, "python -m host.bench latency", 2, 1, (), wire.Mode.STREAM, True, None, {}
    )
    return replace(wanted, **changed)  # type: ignore[arg-type]  # fields of Plan


def quiet() -> Progress:
    return Progress(Console(file=StringIO()), 64_000_000, True)


def run_session(device: Device, wanted: Plan, clock: Callable[[], float]) -> Done:
    with quiet() as progress:
        return Session(device, wanted, clock, progress).run(NOON)


def test_a_recording_without_enough_inferences_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_board(tmp_path / "a.rec", 1)
    port, place = f"replay:{tmp_path / 'a.rec'}?speed=max", tmp_path / "run"
    wanted = ["latency", "--port", port, "--warm-up", "50", "--output", str(place)]
    assert run_main(lambda: main(wanted)) == EXIT_USER
    assert "too early to measure one inference" in capsys.readouterr().err
    assert not place.exists()
    wanted[4] = "2"
    assert run_main(lambda: main(wanted)) == EXIT_USER, "2 of 4, and 2 of a waking sensor"
    assert "too early to measure one inference" in capsys.readouterr().err
    assert not place.exists()


def test_what_a_replay_measures_is_said_by_its_bytes_alone(tmp_path: Path) -> None:
    board = FakeBoard()
    record_board(tmp_path / "a.rec", 100, board=board)
    port = f"replay:{tmp_path / 'a.rec'}?speed=max"
    wanted = ["latency", "--port", port, "--warm-up", "7", "--no-layers", "--count"]
    for count, place in ((50, tmp_path / "some"), (391, tmp_path / "all")):
        assert main([*wanted, str(count), "--output", str(place)]) == 0
        run = read_run(place)
        frames = run.columns("inferences")["frame"].tolist()
        assert frames == list(range(frames[0], frames[0] + count)) and not run.interrupted
        assert frames[0] == 7 + 2 + 1, "those of the warm-up, and two of a waking sensor"
        assert latency_run(run).summary.lost.total == 0
        assert run.columns("inferences")["host_ms"] == pytest.approx(250.0), "as it was recorded"
        assert run.columns("inferences")["arrived_s"][-1] == pytest.approx((count - 1) / 4)


def test_the_virtual_boards_stages_and_layers_add_up(tmp_path: Path) -> None:
    port = SteppedPort()
    with Device(port, clock=port.clock, timing=EMULATED) as device:
        done = run_session(device, plan(tmp_path, warm_up=2), port.clock)
    assert done.stopped_by is None
    run = read_run(tmp_path)
    assert latency_run(run).summary == done.summary and not run.interrupted
    assert run.conditions.estimated and "estimated" in run.conditions.cycles
    rows = run.columns("inferences")
    assert len(rows["frame"]) == 2 and np.all(np.diff(rows["frame"]) == 1)
    parts = [f"{n}_cycles" for n in ("capture", "preprocess", "inference", "send")]
    spent = np.sum([rows[name] for name in parts], axis=0)
    assert np.all(np.abs(spent / rows["period_cycles"] - 1) < 0.01), "nothing is unaccounted for"
    period, age = done.summary.stage("period"), done.summary.stage("age")
    assert period is not None and age is not None
    assert done.summary.stages[-1].ms.p50 == pytest.approx(period.ms.p50, rel=0.02), (
        "by the guest's clock a result arrives each period"
    )
    assert age.ms.p50 < period.ms.p50 and np.all(rows["overlapped_cycles"] > 0)
    layers = run.columns("layers")
    assert len(layers["cycles"]) == 2 * 30
    inference = done.summary.stage("inference")
    assert inference is not None and inference.cycles is not None
    total = sum(layer.cycles.p50 for layer in done.summary.layers)
    assert total == pytest.approx(inference.cycles.p50, rel=0.01)
    assert done.summary.layers[0].name.startswith("CONV 0 48x48x")
    assert done.summary.lost.total == done.summary.lost.frames == 0


class Camera(FakeBoard):
    """Sends a frame with its result for every command that it hears, and 8 more."""

    def hear(self, data: bytes) -> bytes:
        output = super().hear(data)
        return output + (b"".join(self.shoot() for _ in range(8)) if self.mode else b"")


def test_pictures_of_a_folder_are_injected_as_the_model_takes_them(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (240, 320), np.uint8)
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "b.png"), pixels)
    cv2.imwrite(str(folder / "a.png"), 255 - pixels)
    (folder / "notes.txt").write_text("no picture")
    pictures = folder_pictures(folder, (96, 96, 1))
    assert [picture.name for picture in pictures] == ["a.png", "b.png"]
    assert np.array_equal(pictures[1].image, area_average(pixels, 96, 96))
    board = FakeBoard()
    with Device(MemoryPort(board)) as device:
        wanted = plan(tmp_path / "run", pictures=tuple(pictures), layers=False, count=4)
        done = run_session(device, wanted, itertools.count(0.0, 0.25).__next__)
    rows = read_run(tmp_path / "run").columns("inferences")
    assert rows["image"].tolist() == ["a.png", "b.png", "a.png", "b.png"]
    assert np.all(rows["host_ms"] > 0)
    sent = {zlib.crc32(p.image.tobytes()) for p in pictures}
    pieces = [c for c in board.commands if isinstance(c, wire.Inject)]
    whole = b"".join(c.pixels for c in pieces)
    assert {zlib.crc32(whole[i : i + 9216]) for i in range(0, len(whole), 9216)} == sent
    assert done.summary.source == "injected"
    colour = folder_pictures(folder, (96, 96, 3))[0].image
    assert colour.shape == (96, 96, 3)
    assert len(drawn_pictures((96, 96, 1))) == 8


def test_what_is_no_picture_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="holds no pictures"):
        folder_pictures(tmp_path, (96, 96, 1))
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(HostError, match="not a picture that can be read"):
        folder_pictures(tmp_path, (96, 96, 1))
    with pytest.raises(HostError, match="cannot read"):
        folder_pictures(tmp_path / "absent", (96, 96, 1))


def test_a_torn_cable_keeps_what_was_measured(tmp_path: Path) -> None:
    port = MemoryPort(Camera())

    class Falling(Progress):
        """Pulls the cable after two inferences."""

        def advance(self, inference: object = None) -> None:
            if inference is not None and getattr(inference, "arrived_s", 0) > 0:
                port.die()

    with Device(port) as device, Falling(Console(file=StringIO()), 64_000_000, True) as progress:
        wanted = plan(tmp_path, count=500)
        done = Session(device, wanted, itertools.count(0.0, 0.01).__next__, progress).run(NOON)
    assert isinstance(done.stopped_by, HostError) and "went away" in done.reason
    run = read_run(tmp_path)
    assert run.interrupted and "went away" in run.reason
    rows = len(run.columns("inferences")["frame"])
    assert 2 <= rows < 500
    assert latency_run(run).summary.count == rows


class Ticking(FakeBoard):
    """Says nothing by itself; its clock runs at `speed` of ours, which moves on while nobody speaks."""

    now, speed = 0.0, 1.0

    def _answers(self, command: Message, sequence: int) -> list[Message]:
        if isinstance(command, wire.Ping):
            cycles = int(self.now * self.speed * self.hello.clock_hz)
            return [wire.Pong(command.host_time_us, cycles, 0, 0)]
        return super()._answers(command, sequence)


class PatientPort(MemoryPort):
    """Waiting for bytes takes a board's time, and none of ours."""

    board: Ticking

    def read(self) -> bytes:
        if self._arrived.empty():
            self.board.now += 0.25
            return b""
        return super().read()


@pytest.mark.parametrize(
    ("kind", "speed", "seconds"),
    [
        ("nano33ble", 1.0, 10),
        ("virtual", 0.0, 10),  # it stands still
        ("virtual", 1.0, 10),
        ("virtual", 0.5, 15),
        ("virtual", 0.75, 15),  # 3.75 s of its own at the first look, 7.5 s at the second
        ("virtual", 0.02, 60),  # a computer is never as slow as that
    ],
)
def test_a_silent_board_is_named_with_its_last_fault(kind: str, speed: float, seconds: int) -> None:
    board = Ticking(replace(HELLO, board=kind))
    board.speed = speed
    port = PatientPort(board)
    with Client(Line(port, clock=lambda: board.now)) as device:
        device.greet()
        fault = wire.Fault(wire.FaultCode.CAMERA_NO_VSYNC, 1, 0, b"")
        port.arrive(board.say(fault))
        with pytest.raises(HostError, match=rf"no Result in {seconds} s; .*VSYNC"):
            Listener(device, lambda: board.now).next(wire.Result)


def test_a_virtual_board_that_answers_nothing_is_named() -> None:
    board = Ticking()
    with Client(Line(PatientPort(board), clock=lambda: board.now)) as device:
        device.greet()
        board.drop_answer = lambda message: True
        with pytest.raises(HostError, match="no Result in 6 s, nor an answer to Ping; press"):
            Listener(device, lambda: board.now).next(wire.Result)


def test_a_board_without_a_model_is_refused(tmp_path: Path) -> None:
    board = FakeBoard(replace(HELLO, model_hash=0))
    with (
        Device(MemoryPort(board)) as device,
        pytest.raises(HostError, match="runs no model"),
    ):
        run_session(device, plan(tmp_path / "run"), lambda: 0.0)
    assert not (tmp_path / "run").exists()


def test_layers_have_names_where_the_model_is_known() -> None:
    assert [layer.name for layer in layers_of(find_model(0x1234, None), 2)] == [
        "layer 0",
        "layer 1",
    ]
    with pytest.raises(HostError, match="is not what the board runs"):
        find_model(0x1234, ROOT / "models" / "person_grey_025.tpm")


INTERRUPTED = """
import signal, sys
from host.bench.__main__ import main
from host.base.errors import run_main
from tests.link.fake_board import MemoryPort
from tests.bench.test_latency_run import Camera
import host.ports.open, host.bench.latency.progress as progress
host.ports.open.open_choice = lambda *_: MemoryPort(Camera())
count = 0
def advance(self, inference=None):
    global count
    count += 1
    if count == 6:
        signal.raise_signal(signal.SIGINT)
progress.Progress.advance = advance
sys.exit(run_main(lambda: main(sys.argv[1:])))
"""


def test_ctrl_c_keeps_the_run_shows_it_and_ends_with_130(tmp_path: Path) -> None:
    arguments = ["latency", "--port", "virtual", "--json", "--output", str(tmp_path / "run")]
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    assert ended.returncode == 130, ended.stderr
    assert ended.stderr.splitlines()[-1] == "stopped" and "Traceback" not in ended.stderr
    run = read_run(tmp_path / "run")
    assert run.interrupted and run.reason == "stopped with Ctrl-C"
    assert run.conditions.command == "python -m host.bench " + " ".join(arguments)
    assert printed_json(ended.stdout)["count"] == len(run.columns("inferences")["frame"]) == 1


def test_comparing_needs_no_board_and_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.bench.latency_rows import inferences, written

    written(tmp_path / "a", inferences(20))
    written(tmp_path / "b", inferences(20, seed=2))
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    assert main(["latency", "--compare", a, b, "--json"]) == 0
    stages = printed_json(capsys.readouterr().out)["stages"]
    verdicts = [stage["p50"]["verdict"] for stage in stages]
    assert len(verdicts) == 8 and verdicts.count("within noise") >= 6, "each errs once in 20"
    assert run_main(lambda: main(["latency", "--compare", a, str(tmp_path)])) == EXIT_USER
    assert len(capsys.readouterr().err.splitlines()) == 1
