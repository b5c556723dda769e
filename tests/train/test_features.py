"""Fine-tuning with a frozen trunk: only the last layer changes, and it learns."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.train.__main__ import main
from host.train.epoch import HEAD_ROUNDS
from host.train.features import DECAY, RATE, _Softmax
from tests.train.shapes import CLASSES, SIDE, arguments, write_small_network

PICTURES = {"train": 24, "val": 12}


def write_stripes(folder: Path) -> Path:
    """Two classes that even untrained features tell apart: stripes and plain."""
    random = np.random.default_rng(8)
    for split, count in PICTURES.items():
        for label in CLASSES:
            place = folder / split / label
            place.mkdir(parents=True)
            for number in range(count):
                picture = random.integers(60, 190) + random.normal(0, 5, (SIDE, SIDE))
                if label == "disc":
                    picture[:, ::6] += 60
                    picture[:, 1::6] += 60
                cv2.imwrite(str(place / f"{number}.png"), np.clip(picture, 0, 255).astype(np.uint8))
    return folder


def test_the_last_layer_alone_learns(tmp_path: Path) -> None:
    start = write_small_network(tmp_path / "small.keras")
    words = arguments(write_stripes(tmp_path / "d"), tmp_path / "o", "--from", str(start))
    assert main([*words, "--freeze", "trunk", "--epochs", "8"]) == 0
    reported = json.loads((tmp_path / "o" / "tiny.json").read_text())
    assert reported["accuracy"]["float_all"]["accuracy"] >= 0.8  # the start: 0.5
    assert reported["training"]["rounds"] == HEAD_ROUNDS
    import keras

    before = keras.models.load_model(start, compile=False).get_weights()
    after = keras.models.load_model(tmp_path / "o" / "tiny.keras", compile=False).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before[:-2], after[:-2], strict=True))
    assert not np.array_equal(before[-2], after[-2])


def test_features_are_stored_for_the_next_run(tmp_path: Path) -> None:
    start = write_small_network(tmp_path / "small.keras")
    words = arguments(write_stripes(tmp_path / "d"), tmp_path / "o", "--from", str(start))
    assert main([*words, "--freeze", "trunk"]) == 0
    first = (tmp_path / "o" / "tiny.tflite").read_bytes()
    written_ns = (tmp_path / "o" / "features.npz").stat().st_mtime_ns
    assert main([*words, "--freeze", "trunk"]) == 0
    assert (tmp_path / "o" / "features.npz").stat().st_mtime_ns == written_ns
    assert (tmp_path / "o" / "tiny.tflite").read_bytes() == first


def test_a_layer_learns_by_adam_as_keras_has_it() -> None:
    """Mean cross-entropy with a weight decay, five steps over all of it: the same weights and losses."""
    import keras
    import tensorflow as tf

    random = np.random.default_rng(5)
    features = random.normal(0, 1, (12, 4)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[random.integers(0, 3, 12)]
    kernel = random.normal(0, 1, (4, 3)).astype(np.float32)
    ours = _Softmax(kernel, np.array([0.3, -0.2, 0.1], np.float32))
    theirs = [tf.Variable(kernel), tf.Variable([0.3, -0.2, 0.1])]
    adam = keras.optimizers.Adam(RATE / 2, epsilon=1e-8)
    for _ in range(5):
        with tf.GradientTape() as tape:
            logits = features @ theirs[0] + theirs[1]
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
            decay = DECAY / 2 * sum(tf.reduce_sum(each**2) for each in theirs)
            whole = loss + decay
        adam.apply(tape.gradient(whole, theirs), theirs)
        assert ours.learn(features, targets, random, 12, 0.5) == pytest.approx(
            float(loss), abs=1e-5
        )
    for mine, other in zip(ours.weights, theirs, strict=True):
        np.testing.assert_allclose(mine, other.numpy(), atol=2e-5)
    assert np.abs(ours.weights[0] - kernel).max() > RATE
