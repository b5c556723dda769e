"""A tiny data set that a network learns in seconds: grey pictures with a bright disc in them, or without."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 40
CLASSES = ("non_disc", "disc")
COUNTS = {"train": 48, "val": 16}


def draw(label: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """uint8 (SIDE, SIDE): a noisy grey ground, and on it a disc or a thin bar."""
    ground = random.integers(40, 110) + random.normal(0, 6, (SIDE, SIDE))
    picture = np.ascontiguousarray(np.clip(ground, 0, 255).astype(np.uint8))
    x, y = (int(v) for v in random.integers(12, SIDE - 12, 2))
    if label == "disc":
        cv2.circle(picture, (x, y), int(random.integers(7, 11)), 235, -1)
    else:
        cv2.line(picture, (x - 9, y), (x + 9, y), 20, 2)
    return picture


def write_pictures(folder: Path, counts: dict[str, int] | None = None) -> Path:
    """SPLIT/CLASS/NN.png below `folder`, the same every time; counts: of each class by split."""
    random = np.random.default_rng(4)
    for split, count in (counts or COUNTS).items():
        for label in CLASSES:
            place = folder / split / label
            place.mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(place / f"{number:03}.png"), draw(label, random))
    return folder


def write_small_network(path: Path) -> Path:
    """A Keras file with one convolution: it trains in a blink, however slow the machine."""
    import keras

    keras.utils.set_random_seed(6)
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(8, 5, strides=2, use_bias=False)(inputs)
    x = keras.layers.ReLU(6.0)(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dropout(0.2)(keras.layers.GlobalAveragePooling2D()(x))
    keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x)).save(path)
    return path


def arguments(data: Path, output: Path, *more: str) -> list[str]:
    """A small run: 32x32 grey; without --from or --network in `more` the narrowest network, from scratch."""
    small = ["--views", "2"]
    if "--network" not in more:
        small += ["--size", "32"]
    if not {"--from", "--network"} & {*more}:
        small += ["--alpha", "0.1", "--from", "scratch"]
    shape = ["--batch", "16", "--epochs", "3", "--rate", "0.003", "--labels", ",".join(CLASSES)]
    return ["--data", str(data), "--output", str(output), "--name", "tiny", *small, *shape, *more]
