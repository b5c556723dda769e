"""What a .tflite model says of pictures, by LiteRT: for finding labels that may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.litert import Kernels, LiteRt
from host.base.regular_files import model_bytes
from host.compiler.labels import labels_for
from host.data.model_input import to_input

Classifier = Callable[[NDArray[np.uint8]], tuple[tuple[str, float], ...]]


def open_classifier(model: Path, labels: str | None = None) -> Classifier:
    """uint8 (H, W, 1 or 3) -> (label, score) of each class. labels: else those of the manifest beside the model.

    Raises HostError when it is no int8 image classifier, or its labels are not known.
    """
    names = labels_for(labels, model)
    try:
        litert = LiteRt(model_bytes(model), model.name, Kernels.PLAIN)
    except HostError as error:
        raise HostError(
            f"{model} is not a .tflite with one input and one output: {error}"
        ) from error
    if not litert.has_one_end_each:
        raise HostError(f"{model} is not a .tflite with one input and one output")
    shape, kind = litert.input_shape, litert.source["dtype"]
    if len(shape) != 3 or shape[2] not in (1, 3) or kind is not np.int8:
        raise HostError(f"{model} takes {kind.__name__}{shape}: an int8 image is needed")
    count = int(litert.sink["shape"][-1])
    if names is None or len(names) != count:
        raise HostError(
            f"{model}: the names of its {count} scores are needed", "give --model-labels"
        )

    def classifier(pixels: NDArray[np.uint8]) -> tuple[tuple[str, float], ...]:
        real = litert.real(litert.run_pixels(to_input(pixels, *shape)))
        return tuple((name, float(score)) for name, score in zip(names, real, strict=True))

    return classifier
