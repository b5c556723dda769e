"""What a killed run goes on from, in one file: weights, optimizer, the best weights so far, what each epoch brought."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.files import write_again
from host.train.epoch import Epoch

NAME = "checkpoint.npz"
Weights = list[NDArray[np.float32]]


@dataclass(frozen=True)
class Progress:
    """history: one entry an epoch; best: the model's weights after the epoch with the lowest val_loss."""

    history: tuple[Epoch, ...]
    best: Weights


def weights_of(model: keras.Model) -> Weights:
    """Copies of everything that a prediction depends on."""
    return [np.array(variable.numpy()) for variable in model.weights]


def set_weights(model: keras.Model, weights: Weights) -> None:
    """The reverse of weights_of."""
    for variable, value in zip(model.weights, weights, strict=True):
        variable.assign(value)


def save(folder: Path, key: str, model: keras.Model, progress: Progress) -> None:
    """Writes the checkpoint beside the last one and renames it there. key: of all options that matter."""
    arrays: dict[str, Any] = {f"state{i}": v.numpy() for i, v in enumerate(_state(model))}
    arrays |= {f"best{i}": value for i, value in enumerate(progress.best)}
    arrays["history"] = np.array(json.dumps([asdict(epoch) for epoch in progress.history]))
    arrays["key"] = np.array(key)
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_again(folder / NAME, content.getvalue())


def restore(folder: Path, key: str, model: keras.Model) -> Progress:
    """Where the last run stopped; the model and its optimizer are set to it. A fresh start when there is no checkpoint.

    Raises HostError when the checkpoint is another run's.
    """
    path = folder / NAME
    if not path.exists():
        return Progress((), weights_of(model))
    another = HostError(
        f"{path} belongs to a run with other options, data or versions",
        "repeat that command to go on with it, or choose another --output",
    )
    try:
        with np.load(path) as stored:
            if str(stored["key"]) != key:
                raise another
            history = tuple(Epoch(**entry) for entry in json.loads(str(stored["history"])))
            for i, variable in enumerate(_state(model)):
                variable.assign(stored[f"state{i}"])
            best = [stored[f"best{i}"] for i in range(len(model.weights))]
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise HostError(f"{path} cannot be read ({error})", "delete it to start anew") from error
    return Progress(history, best)


def _state(model: keras.Model) -> list[keras.Variable]:
    """Weights, the random state of dropout, and the optimizer's moments and step."""
    seeds = [
        layer.seed_generator.state
        for layer in model.layers
        if isinstance(layer, keras.layers.Dropout)
    ]
    return [*model.weights, *seeds, *model.optimizer.variables]
