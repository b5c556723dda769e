"""The command itself, against a scripted board behind a socket."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.link.device import Device
from host.link.line import Timing
from host.link.messages import Fault, FaultCode, Mode, Set
from host.viewer import __main__ as viewer
from host.viewer.session import Session, save_picture
from host.viewer.view import first_view
from tests.capture.scripted import Clock
from tests.link.fake_board import FakeBoard, MemoryPort, moving_picture
from tests.viewer.scenes import COLOURFUL, USUAL

ROOT = Path(__file__).resolve().parents[2]
TURN_S, PATIENCE_S = 0.005, 60.0


class BoardServer:
    """A FakeBoard at a TCP port; a frame every turn while it streams."""

    def __init__(self, board: FakeBoard) -> None:
        self.board = board
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def until_it_sleeps(self) -> None:
        """The viewer's last command is obeyed by another thread."""
        end = time.monotonic() + PATIENCE_S
        while self.board.mode != Mode.IDLE:
            assert time.monotonic() < end, "the camera goes on"
            time.sleep(TURN_S)

    def close(self) -> None:
        """Nobody is answered any more."""
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
                with peer:
                    self._talk(peer)
            except OSError:
                if self._server.fileno() < 0:
                    return

    def _talk(self, peer: socket.socket) -> None:
        while True:
            readable, _, _ = select.select([peer], [], [], TURN_S)
            if readable:
                data = peer.recv(4096)
                if not data:
                    return
                peer.sendall(self.board.hear(data))
            elif self.board.mode == Mode.STREAM:
                peer.sendall(self.board.shoot())  # however slowly it is read


@pytest.fixture
def server() -> Iterator[BoardServer]:
    server = BoardServer(FakeBoard())
    yield server
    server.close()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The viewer as its own process."""
    command = [sys.executable, "-m", "host.viewer", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_json_gives_one_object_a_frame_and_talks_to_stderr(server: BoardServer) -> None:
    done = run("--port", server.url, "--json", "--frames", "3")
    assert done.returncode == 0
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == 3
    wanted = {"sequence", "scores", "capture_cycles", "preprocess_cycles", "inference_cycles"}
    assert wanted | {"lost", "board", "model"} <= set(objects[0])
    assert objects[0]["scores"] == {"no person": 27 / 256, "person": 228 / 256}
    assert objects[0]["inference_cycles"] == 9_200_000
    numbers = [each["sequence"] for each in objects]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert (objects[0]["board"], objects[0]["model"]) == ("virtual", "person_grey_025")
    assert f"connecting to {server.url}" in done.stderr
    server.until_it_sleeps()  # its last command may still be on its way


def test_a_reader_that_has_seen_enough_ends_it_quietly(server: BoardServer) -> None:
    command = [sys.executable, "-m", "host.viewer", "--port", server.url, "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())
        process.stdout.close()
        output = process.stderr.read()
        assert process.wait(timeout=120) == 0
    assert "Traceback" not in output and "BrokenPipe" not in output


def test_without_a_terminal_each_frame_is_a_line(server: BoardServer) -> None:
    done = run("--port", server.url, "--terminal", "--frames", "2")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 2 and all("PERSON 89 %" in line for line in lines)


def test_a_damaged_link_is_counted(server: BoardServer) -> None:
    done = run("--port", server.url, "--json", "--frames", "25", "--drop-rate", "0.01")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["lost"] > 0
    assert "damaged on purpose" in done.stderr


@pytest.mark.parametrize(
    "arguments, output",
    [
        (["--port", "/dev/no-such-port"], "error: no port /dev/no-such-port"),
        (["--port", "socket://127.0.0.1:1"], "error: nothing answers at socket://127.0.0.1:1"),
        (["--port", "http://x"], "error: unknown port http://x"),
    ],
)
def test_what_cannot_be_opened_is_one_line_and_exit_2(arguments: list[str], output: str) -> None:
    done = run("--json", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert len(errors) == 1 and errors[0].startswith(output)
    assert "Traceback" not in done.stderr


def test_an_unknown_label_lists_those_there(server: BoardServer) -> None:
    done = run("--port", server.url, "--frames", "1", "--label", "cat")
    assert done.returncode == 2
    assert "no label 'cat'; it has: no person, person" in done.stderr


@pytest.mark.parametrize("wrong", [["--threshold", "1.5"], ["--frames", "0"], ["--drop-rate", "x"]])
def test_senseless_numbers_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        viewer.arguments(wrong)
    assert caught.value.code == 2


@pytest.fixture
def port() -> MemoryPort:
    return MemoryPort(FakeBoard())


@pytest.fixture
def device(port: MemoryPort) -> Iterator[Device]:
    with Device(port, timing=Timing(hello_s=60, hello_again_s=0.1, answer_s=60)) as device:
        yield device


@pytest.fixture
def session(tmp_path: Path, port: MemoryPort, device: Device) -> Session:
    device.set_mode(Mode.STREAM)
    port.arrive(port.board.shoot() + port.board.shoot())
    return Session(device, first_view(device.hello, "memory"), Clock(), tmp_path / "captures")


def settle(session: Session) -> None:
    """Until both frames were taken."""
    for _ in range(200):
        session.step(0.1)
        if session.frames == 2:
            return


def test_keys_do_what_the_screen_says(session: Session) -> None:
    settle(session)
    assert session.view.frame == 2
    assert session.press("+") and session.view.threshold == 0.55
    assert session.press("-") and session.press("-") and session.view.threshold == 0.45
    assert session.press(" ") and session.view.paused
    assert session.press(" ") and not session.view.paused
    assert session.press("b") and session.view.colour_bars
    assert not session.press("q")
    assert session.press("x"), "an unknown key does nothing"


def test_colour_bars_that_the_board_refuses_are_said(
    session: Session, device: Device, port: MemoryPort
) -> None:
    device.line.timing = Timing(answer_s=0.1)
    port.board.drop_answer = lambda message: True
    session.press("b")
    assert "no answer to Set" in session.view.notice and not session.view.colour_bars
    assert isinstance(port.board.commands[-1], Set)


def test_a_fault_of_the_board_is_shown(session: Session, port: MemoryPort) -> None:
    port.arrive(port.board.say(Fault(FaultCode.CAMERA_NO_HREF, 3, 0, b"no HREF")))
    for _ in range(200):
        session.step(0.1)
        if session.view.fault:
            break
    assert session.view.fault is not None and "HREF" in session.view.fault.title


def test_a_saved_picture_is_exactly_the_models(session: Session, tmp_path: Path) -> None:
    session.press("s")
    assert session.view.notice == "no picture to save yet"
    settle(session)
    session.press("s")
    (path,) = (tmp_path / "captures").iterdir()
    assert path.name == "frame_000002_person_89.png"
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert read is not None and np.array_equal(read[..., None], moving_picture(1))


def test_a_saved_picture_is_its_owners_alone(tmp_path: Path) -> None:
    path = save_picture(USUAL, tmp_path / "captures")
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)]
    assert os.name == "nt" or modes == [0o600, 0o700]


def test_a_picture_that_cannot_be_saved_is_said(session: Session, tmp_path: Path) -> None:
    (tmp_path / "captures").write_text("a file in the way")
    settle(session)
    session.press("s")
    assert session.view.notice.startswith("cannot save: cannot make ")
    assert [each.name for each in tmp_path.iterdir()] == ["captures"]


def test_a_label_of_any_spelling_makes_a_file(tmp_path: Path) -> None:
    odd = dataclasses.replace(USUAL, labels=("off", "on/off: 1"), label="on/off: 1")
    # what was replaced leaves a hash, so that two labels never share a name
    assert save_picture(odd, tmp_path).name == "frame_000044_on_off__1_0b2d37d2_90.png"


def test_a_misspelt_label_is_refused_in_json_too(server: BoardServer) -> None:
    with pytest.raises(HostError, match="no label 'persn'; it has: no person, person"):
        viewer.main(["--port", server.url, "--label", "persn", "--json", "--frames", "1"])


def test_watching_prints_no_json() -> None:
    with pytest.raises(HostError, match="--watch prints lines of text"):
        viewer.main(["--watch", "6", "--json"])


def test_a_scene_for_a_board_that_runs_already_is_refused(server: BoardServer) -> None:
    with pytest.raises(HostError, match=r"--scene synthetic is for the virtual board that starts"):
        viewer.main(["--port", server.url, "--scene", "synthetic", "--json", "--frames", "1"])
    for load in ("on", "off"):
        with pytest.raises(HostError, match=r"--core-load is for the virtual board that starts"):
            viewer.main(["--port", server.url, "--core-load", load, "--json", "--frames", "1"])


def test_saving_never_overwrites(tmp_path: Path) -> None:
    names = [save_picture(USUAL, tmp_path).name for _ in range(3)]
    assert names == [f"frame_000044_person_90{end}.png" for end in ("", "_2", "_3")]


def test_a_colour_picture_is_saved_in_its_colours(tmp_path: Path) -> None:
    read = cv2.imread(str(save_picture(COLOURFUL, tmp_path)), cv2.IMREAD_COLOR)
    assert read is not None and read[0, 0].tolist() == [20, 20, 250]
