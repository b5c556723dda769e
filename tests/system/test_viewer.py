"""The viewer as a user starts it: a process, the virtual board, the bundled pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from host.base.places import PREBUILT
from host.link.layout import OURS
from host.virtual.server import start_virtual_board
from tests.system.board import under_test

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "sequence",
    "scores",
    "capture_cycles",
    "preprocess_cycles",
    "inference_cycles",
    "lost",
    "board",
    "model",
}


def view(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "host.viewer", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_json_frames_of_the_virtual_board() -> None:
    run = view("--port", "virtual", "--json", "--frames", "3")
    assert run.returncode == 0, run.stderr
    assert "core load on" in run.stderr, "as on the image that is flashed"
    frames = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(frames) == 3
    for frame in frames:
        assert frame.keys() >= KEYS
        assert frame["board"] == "virtual"
        assert frame["lost"] == 0
        assert frame["inference_cycles"] > 1_000_000
        assert abs(sum(frame["scores"].values()) - 1) < 0.01
    numbers = [frame["sequence"] for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_the_verdict_follows_the_scene() -> None:
    for name, person in (("11_person_waving.jpg", True), ("08_trees.jpg", False)):
        scene = f"image:{ROOT / 'host/virtual/pictures' / name}"
        run = view("--port", "virtual", "--scene", scene, "--json", "--frames", "1")
        assert run.returncode == 0, run.stderr
        assert (json.loads(run.stdout)["scores"]["person"] > 0.5) is person


def test_the_terminal_form_ends_after_its_frames() -> None:
    run = view("--port", "virtual", "--terminal", "--frames", "2")
    assert run.returncode == 0, run.stderr


def test_the_board_that_starts_is_not_charged_the_core_on_request() -> None:
    run = view("--port", "virtual", "--core-load", "off", "--json", "--frames", "1")
    assert run.returncode == 0, run.stderr
    assert "core load off" in run.stderr


def test_user_errors_are_one_line_and_exit_code_2() -> None:
    for options, words in (
        (("--port", "/dev/ttyNOTHERE", "--json"), "ttyNOTHERE"),
        (("--port", "socket://127.0.0.1:9", "--json"), "127.0.0.1:9"),
        (("--port", "virtual", "--scene", "folder:/nowhere", "--json"), "nowhere"),
        (("--port", "virtual", "--scene", "radio:1", "--json"), "unknown scene"),
    ):
        run = view(*options)
        lines = [line for line in run.stderr.splitlines() if line.startswith("error:")]
        assert run.returncode == 2, (options, run.stderr)
        assert len(lines) == 1, run.stderr
        assert words in lines[0], lines
        assert run.stdout == ""


def test_a_camera_that_does_not_answer_is_one_clear_line() -> None:
    board = start_virtual_board(under_test(), arguments=("--fault", "absent"))
    command = [sys.executable, "-m", "host.viewer", "--port", board.url, "--json"]
    viewer = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert viewer.stderr is not None
        lines = (line for line in viewer.stderr if "camera" in line.lower())
        output = next(lines)
    finally:
        viewer.kill()
        viewer.wait()
        board.close()
    assert "does not answer" in output or "no answer" in output.lower(), output
    assert any(word in output for word in ("wire", "cable", "shield", "seat", "SDA")), output


def test_a_board_of_another_version_is_refused(tmp_path: Path) -> None:
    """A firmware whose layout hash differs: the four bytes are changed in a copy of the prebuilt one."""
    theirs = tmp_path / "other.elf"
    ours = OURS.hash.to_bytes(4, "little")
    image = PREBUILT.read_bytes()
    assert image.count(ours) == 1, "where Hello takes it from"
    theirs.write_bytes(image.replace(ours, b"\x01\x02\x03\x04"))
    board = start_virtual_board(theirs)
    run = view("--port", board.url, "--json", "--frames", "1")
    board.close()
    assert run.returncode == 2
    assert "04030201" in run.stderr and "pio run" in run.stderr, run.stderr
