"""`--aware` from pictures to files: killed and resumed, on two devices, with a frozen trunk."""

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

from host.compiler.build import compile_model
from host.train.__main__ import main
from tests.train.shapes import CLASSES, arguments, write_small_network
from tests.train.test_run import ROOT, TWO_DEVICES

AWARE = ("--epochs", "2", "--logit-bias", "disc=0.4", "--aware", "5")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_network(tmp_path_factory.mktemp("small") / "small.keras")


@pytest.fixture(scope="module")
def whole(small: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole")
    assert main(arguments(pictures, output, "--from", str(small), *AWARE)) == 0
    return output


def test_its_files_are_those_of_every_run(whole: Path) -> None:
    reported = json.loads((whole / "tiny.json").read_text())
    assert reported["training"]["epochs"] == reported["training"]["epoch"] == 7
    assert reported["training"]["aware_epochs"] == 5
    assert {"all", "float_all"} <= reported["accuracy"].keys()
    content = (whole / "tiny.tflite").read_bytes()
    assert (whole / "tiny.tpm").read_bytes() == compile_model(content, "tiny", CLASSES).blob


def test_a_run_killed_while_aware_ends_with_the_same_model(
    small: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    words = arguments(pictures, tmp_path, "--from", str(small), *AWARE)
    process = subprocess.Popen(
        [sys.executable, "-m", "host.train", *words], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    while not list(tmp_path.glob("aware-*/checkpoint.npz")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "tiny.json").exists()
    assert main(words) == 0
    assert (tmp_path / "tiny.tflite").read_bytes() == (whole / "tiny.tflite").read_bytes()


def test_another_logit_bias_is_another_aware_run_after_the_same_epochs(
    small: Path, pictures: Path, tmp_path: Path
) -> None:
    words = arguments(pictures, tmp_path, "--from", str(small), "--epochs", "2", "--aware", "1")
    assert main(words) == 0
    first = (tmp_path / "checkpoint.npz").stat().st_mtime_ns
    assert main([*words, "--logit-bias", "disc=1"]) == 0
    assert len(list(tmp_path.glob("aware-*/checkpoint.npz"))) == 2
    assert (tmp_path / "checkpoint.npz").stat().st_mtime_ns == first


def test_a_frozen_trunk_stays_and_the_model_can_be_begun_with(
    whole: Path, pictures: Path, tmp_path: Path
) -> None:
    start = whole / "tiny.keras"
    words = arguments(pictures, tmp_path, "--from", str(start), "--freeze", "trunk")
    assert main([*words, "--aware", "2"]) == 0
    import keras

    files = (start, tmp_path / "tiny.keras")
    before, after = (keras.models.load_model(f, compile=False).get_weights() for f in files)
    assert all(np.array_equal(a, b) for a, b in zip(before[:-2], after[:-2], strict=True))
    assert not np.array_equal(before[-2], after[-2])


def test_two_devices_are_aware(small: Path, pictures: Path, tmp_path: Path) -> None:
    words = arguments(pictures, tmp_path, "--from", str(small), "--strategy", "mirrored", *AWARE)
    command = [sys.executable, "-c", TWO_DEVICES, *words, "--json"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    run = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    assert json.loads(run.stdout)["training"]["aware_epochs"] == 5


def test_a_network_that_does_not_fit_is_refused_before_it_trains(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from host.base.errors import run_main
    from host.train.quiet import load_tensorflow

    load_tensorflow()
    import keras

    x = inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, strides=2, activation="tanh")(x)
    x = keras.layers.Dense(2, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    keras.Model(inputs, x).save(tmp_path / "other.keras")
    words = arguments(pictures, tmp_path / "o", "--from", str(tmp_path / "other.keras"))
    assert run_main(lambda: main([*words, "--aware", "1"])) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: --aware knows chains") and "leave --aware out" in line
    assert not (tmp_path / "o" / "checkpoint.npz").exists()
