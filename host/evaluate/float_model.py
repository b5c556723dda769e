"""The float model that an int8 one was made from, on the same inputs. It needs TensorFlow, as host.train does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from host.base.errors import HostError, missing_package
from host.base.statistics import Floats

BATCH = 64
SUFFIXES = (".keras", ".h5")


def float_model_of(model: Path) -> Path | None:
    """A .keras with the model's name, with or without its `_int8`; None when there is none."""
    names = (model.stem, model.stem.removesuffix("_int8"))
    found = (model.with_name(f"{name}.keras") for name in names)
    return next((path for path in found if path.is_file()), None)


def float_scores(path: Path, inputs: Floats, scores: int) -> Floats:
    """inputs: float64 [N, height, width, channels], the real numbers of the int8 inputs -> float64 [N, scores].

    Raises HostError when the file is no such model.
    """
    if path.suffix not in SUFFIXES:
        raise HostError(f"--float {path}", f"give a {' or '.join(SUFFIXES)} file")
    if not path.is_file():
        raise HostError(f"--float {path} is not there")
    model = _load(path)
    wanted = (None, *inputs.shape[1:])
    if tuple(model.input_shape) != wanted or tuple(model.output_shape) != (None, scores):
        raise HostError(
            f"--float {path} takes {model.input_shape} and gives {model.output_shape}, the int8 model "
            f"{wanted} and {(None, scores)}: it is not the model that this one was made from"
        )
    parts = [
        np.asarray(model(inputs[at : at + BATCH].astype(np.float32), training=False))
        for at in range(0, len(inputs), BATCH)
    ]
    return np.concatenate(parts).astype(np.float64)


def _load(path: Path) -> Any:
    try:
        from host.train.quiet import load_tensorflow, quiet

        load_tensorflow()
        from host.train.network import load  # knows files of Keras 2, too
    except ImportError as error:
        line = missing_package(error) or HostError("TensorFlow does not load", str(error))
        raise HostError(line.what, f"{line.remedy}; or give --no-float") from error
    with quiet():
        return load(path)
