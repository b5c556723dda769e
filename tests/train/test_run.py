"""A run from pictures to the files of a model; a second one; one that is killed; one on two devices."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler.build import compile_model
from host.data.learnt import read_learnt
from host.train import network
from host.train.__main__ import main
from host.train.quantise import Int8Model
from tests.engine.library import HostEngine
from tests.train.shapes import CLASSES, arguments, write_pictures, write_small_network

ROOT = Path(__file__).resolve().parents[2]
TWO_DEVICES = """
import sys, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from host.train.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_run_leaves_every_file_and_a_true_manifest(trained: Path) -> None:
    reported = json.loads((trained / "tiny.json").read_text())
    content = (trained / "tiny.tflite").read_bytes()
    assert reported["labels"] == list(CLASSES)
    details = Int8Model(content).input
    assert reported["input"]["shape"] == details["shape"].tolist() == [1, 32, 32, 1]
    assert (trained / "tiny.tpm").read_bytes() == compile_model(content, "tiny", CLASSES).blob
    assert (trained / "tiny.keras").stat().st_size > 100_000
    assert reported["accuracy"]["all"]["pictures"] == 32
    assert reported["accuracy"]["all"]["of_class"] == [16, 16]
    assert reported["data"] == [{"source": "own pictures", "licence": "own", "pictures": 128}]
    learnt = read_learnt(trained / "tiny.tflite")
    assert learnt is not None and len(learnt.pictures or ()) == 96
    assert "--data" in reported["training"]["command"] and reported["training"]["epochs"] == 3
    assert len(reported["training"]["run"]) == 64
    assert {"tensorflow", "keras", "numpy"} <= reported["training"]["versions"].keys()


def test_a_manifest_has_every_command_that_its_weights_came_by(
    pictures: Path, trained: Path, tmp_path: Path
) -> None:
    start = str(trained / "tiny.keras")
    given = ("--from", start, "--blend", f"{start}=0.3", "--epochs", "1", "--freeze", "trunk")
    words = arguments(pictures, tmp_path, *given)
    assert main(words) == 0
    reported = json.loads((tmp_path / "tiny.json").read_text())
    first = json.loads((trained / "tiny.json").read_text())["training"]["command"]
    assert reported["training"]["before"] == [first]
    assert [part["part"] for part in reported["attribution"]] == [
        "starting weights",
        "0.3 of the weights",
    ]


def test_more_pictures_belong_to_the_same_run(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was captured since makes the model of that folder anew; other options do not."""
    keys = []

    def stop(folder: Path, name: str, key: str) -> None:
        keys.append(key)
        raise HostError("far enough")

    monkeypatch.setattr("host.train.run.refuse_another", stop)
    words = arguments(pictures, tmp_path / "out")
    more = write_pictures(tmp_path / "more")
    for given in (words, [*words, "--data", str(more)], [*words, "--views", "3"]):
        with pytest.raises(HostError, match="far enough"):
            main(given)
    assert keys[0] == keys[1] != keys[2]


def test_a_network_written_out_becomes_a_model(
    pictures: Path, trained: Path, tmp_path: Path
) -> None:
    stages = "4-8x1-8x1-12x2-16x1-32x1"
    given = ("--network", f"32x32x1, {stages}", "--from", str(trained / "tiny.keras"))
    assert main(arguments(pictures, tmp_path, *given, "--epochs", "1")) == 0
    reported = json.loads((tmp_path / "tiny.json").read_text())
    assert stages in reported["architecture"] and "32x32 grey" in reported["architecture"]
    made = compile_model((tmp_path / "tiny.tflite").read_bytes(), "tiny", CLASSES)
    assert made.blob == (tmp_path / "tiny.tpm").read_bytes()
    widths = [
        stage.kernel.shape[-1] for stage in network.stages(network.load(tmp_path / "tiny.keras"))
    ]
    assert widths[::2] == [4, 8, 8, 12, 12, 16, 32]


def test_the_board_takes_pixel_minus_128(trained: Path) -> None:
    reported = json.loads((trained / "tiny.json").read_text())
    scale, zero = reported["input"]["scale"], reported["input"]["zero_point"]
    for pixel in (0, 1, 127, 128, 255):
        assert round((pixel - 127) / 127.5 / scale) + zero == pixel - 128


def test_the_packed_model_equals_the_reference_kernels(trained: Path) -> None:
    engine = HostEngine((trained / "tiny.tpm").read_bytes())
    judge = Int8Model((trained / "tiny.tflite").read_bytes())
    pictures = np.random.default_rng(5).integers(0, 256, (8, 32, 32, 1), np.uint8)
    for picture, expected in zip(pictures, judge.scores(pictures), strict=True):
        found = (engine.run(picture).astype(np.float32) + 128) / 256
        np.testing.assert_array_equal(found, expected)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_network(tmp_path_factory.mktemp("small") / "small.keras")


def test_a_run_killed_after_an_epoch_ends_with_the_same_model(
    small: Path, pictures: Path, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    words = ("--from", str(small), "--epochs", "6", "--ema", "0.9", "--degraded", "0.5")
    assert main(arguments(pictures, whole, *words)) == 0
    command = [sys.executable, "-m", "host.train", *arguments(pictures, killed, *words)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not (killed / "checkpoint.npz").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "tiny.json").exists()
    assert main(arguments(pictures, killed, *words)) == 0
    assert (killed / "tiny.tflite").read_bytes() == (whole / "tiny.tflite").read_bytes()
    assert (killed / "tiny.json").read_bytes() != (whole / "tiny.json").read_bytes()  # the commands


def test_two_devices_train_one_model(small: Path, pictures: Path, tmp_path: Path) -> None:
    words = arguments(
        pictures, tmp_path, "--from", str(small), "--strategy", "mirrored", "--json", "--ema", "0.9"
    )
    command = [sys.executable, "-c", TWO_DEVICES, *words]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    run = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    assert json.loads(run.stdout)["accuracy"]["all"]["pictures"] == 32
