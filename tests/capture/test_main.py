"""The command itself, against the virtual board and against mistakes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.capture.__main__ import arguments, main
from host.data.dataset import read_dataset
from host.data.manifest import Picture
from host.data.manifest_file import read_manifest, write_manifest
from tests.capture.scripted import rig
from tests.system.board import Bench

ROOT = Path(__file__).resolve().parents[2]
SCENE = f"image:{ROOT / 'host/virtual/pictures/11_person_waving.jpg'}"


def test_a_capture_from_the_virtual_board_is_its_frame(tmp_path: Path) -> None:
    output = tmp_path / "set"
    command = [sys.executable, "-m", "host.capture", "--labels", "person,non_person"]
    command += ["--output", str(output), "--port", "virtual", "--scene", SCENE]
    done = subprocess.run(
        [*command, "--keys", "1,2,1,u", "--tags", "drawn"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert [line.split()[0] for line in printed] == ["saved", "saved", "refused:", "removed"]
    (picture,) = read_manifest(output).pictures
    png = cv2.imread(str(output / picture.path), cv2.IMREAD_UNCHANGED)
    (frame,) = Bench(SCENE).frames(1)
    assert png is not None and np.array_equal(png, frame[..., 0])
    assert picture.licence == "", "nobody said whose picture that is"
    assert picture.label == "person" and picture.tags == ("drawn",) and picture.split == "train"
    assert (picture.score("person") or 0) > 0.5 and picture.board.startswith("virtual ")
    assert "1 new pictures" in done.stderr and "capture more" not in done.stderr


@pytest.mark.parametrize(
    "options, said",
    [
        (["--labels", "person,"], "empty label"),
        (["--labels", "person,Person"], "are the same class"),
        (["--labels", "a,b,c,d,e,f,g,h,i,j"], "keys for 9"),
        (["--labels", "a,b", "--label", "a"], "--label needs a rule"),
        (["--labels", "cat,dog", "--label", "dgo", "--on-change"], "did you mean 'dog'"),
        (["--labels", "a,b", "--port", "/dev/nothing"], "no port /dev/nothing"),
        (
            ["--labels", "cat,dog", "--keys", "1,3"],
            "no key '3', which --keys names: give 1 cat, 2 dog, c cat, d dog, u",
        ),
        (["--labels", "a,b", "--keys", "1,,2"], "no key ''"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, options: list[str], said: str) -> None:
    with pytest.raises(HostError, match=said):
        main(["--keys", "1", *options, "--output", str(tmp_path / "set")])
    assert not list(tmp_path.rglob("*.png"))


def test_nine_labels_have_a_key_each(tmp_path: Path) -> None:
    words = ["--labels", "a,b,c,d,e,f,g,h,i", "--keys", "x", "--output", str(tmp_path / "set")]
    with pytest.raises(HostError, match=r"no key 'x', which --keys names: give 1 a, .* 9 i"):
        main(words)


def test_a_folder_with_other_labels_is_refused_before_the_board_is_opened(tmp_path: Path) -> None:
    write_manifest(tmp_path, [Picture("m/1.png", "with_mask")])
    before = (tmp_path / "manifest.csv").read_bytes()
    with pytest.raises(HostError, match="holds pictures labelled with_mask"):
        main(
            ["--labels", "person,cat", "--output", str(tmp_path), "--port", "socket://127.0.0.1:1"]
        )
    assert (tmp_path / "manifest.csv").read_bytes() == before


def test_a_torn_cable_ends_a_script_with_everything_stored(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="went away"), rig(tmp_path) as it:
        it.show(1)
        it.session.press("1")
        it.port.die()
        for _ in range(100):
            it.session.step(0.05)
    assert len(read_dataset(tmp_path, least_labels=1).pictures) == 1
    assert (tmp_path / "manifest.parquet").exists()


@pytest.mark.parametrize(
    "wrong",
    [["--auto", "0/s"], ["--auto", "nan"], ["--uncertain", "0.7,0.3"], ["--distance", "64"]],
)
def test_senseless_numbers_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        arguments(["--labels", "a,b", *wrong])
    assert caught.value.code == 2


def test_help_says_what_the_firmware_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--help"])
    shown = " ".join(capsys.readouterr().out.split())  # wherever its lines break
    assert "a wider frame than the model's input cannot be kept" in shown
    assert arguments(["--labels", "a,b", "--uncertain"]).uncertain == (0.3, 0.7)
