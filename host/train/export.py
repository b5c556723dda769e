"""A trained model -> its files: .keras, .tflite, .tpm (packed for the firmware) and the manifest .json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.files import write_private
from host.compiler.build import compile_model
from host.train.architecture_network import words_for
from host.train.epoch import Epoch
from host.train.fit import predict
from host.train.manifest import Made
from host.train.measure import Figures, measure
from host.train.pictures import Pictures
from host.train.quantise import Int8Model, to_int8


def make(
    model: keras.Model,
    exported: keras.Model,
    representative: NDArray[np.uint8],
    validation: Pictures,
    easy: Sequence[str],
    history: tuple[Epoch, ...],
) -> Made:
    """Quantises and measures: int8 as `all` and `wild`, float as `float_all` and `float_wild`.

    exported: what becomes int8: `model` itself, or a network of the same function that says its own ranges (aware.py).
    """
    content = to_int8(exported, representative)
    quantised = Int8Model(content)
    scores = {"": quantised.scores(validation.pixels), "float_": predict(model, validation.pixels)}
    figures: dict[str, Figures] = {}
    wild = ~np.isin(validation.sources, list(easy))
    for prefix, found in scores.items():
        figures[f"{prefix}all"] = measure(found, validation.labels)
        if easy and len(np.unique(validation.labels[wild])) > 1:
            figures[f"{prefix}wild"] = measure(found[wild], validation.labels[wild])
    scales = (_scale(quantised.input), _scale(quantised.output))
    return Made(words_for(model), content, figures, history, *scales)


def write(
    folder: Path, name: str, model: keras.Model, made: Made, manifest: dict[str, Any]
) -> list[Path]:
    """Writes the four files; the manifest comes last, so that where it is, all are."""
    packed = compile_model(made.tflite, name, tuple(manifest["labels"]))
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    contents = {
        ".keras": _keras_file(model),
        ".tflite": made.tflite,
        ".tpm": packed.blob,
        ".json": text.encode(),
    }
    for suffix, content in contents.items():
        write_private(folder / f"{name}{suffix}", content)
    return [folder / f"{name}{suffix}" for suffix in contents]


def _keras_file(model: keras.Model) -> bytes:
    """Without optimizer: a third of the size."""
    bare = keras.Model(model.inputs, model.outputs, name=model.name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        bare.save(path, include_optimizer=False)
        return path.read_bytes()


def _scale(details: dict[str, Any]) -> tuple[float, int]:
    scale, zero = details["quantization"]
    return float(scale), int(zero)
