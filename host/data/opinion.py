"""What a .tflite model says of pictures, by LiteRT: for finding labels that may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler.labels import labels_for
from host.data.model_input import to_input

Opinion = Callable[[NDArray[np.uint8]], tuple[tuple[str, float], ...]]
HALF = 128  # an int8 input is the pixel less 128: the board's own arithmetic


def open_opinion(model: Path, labels: str | None = None) -> Opinion:
    """uint8 (H, W, 1 or 3) -> (label, score) of each class. labels: else those of the manifest beside the model.

    Raises HostError when it is no int8 image classifier, or its labels are not known.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    names = labels_for(labels, model)
    try:
        interpreter = Interpreter(
            model_content=model.read_bytes(),
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
        (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    except (OSError, ValueError, RuntimeError) as error:
        raise HostError(
            f"{model} is not a .tflite with one input and one output: {error}"
        ) from error
    shape = tuple(int(side) for side in source["shape"])
    if len(shape) != 4 or shape[3] not in (1, 3) or source["dtype"] is not np.int8:
        raise HostError(f"{model} takes {source['dtype'].__name__}{shape}: an int8 image is needed")
    if names is None or len(names) != int(sink["shape"][-1]):
        raise HostError(
            f"{model}: the names of its {sink['shape'][-1]} scores are needed: give --model-labels"
        )

    def opinion(pixels: NDArray[np.uint8]) -> tuple[tuple[str, float], ...]:
        seen = to_input(pixels, shape[1], shape[2], shape[3])
        interpreter.set_tensor(
            source["index"], (seen.astype(np.int16) - HALF).astype(np.int8)[None]
        )
        interpreter.invoke()
        scale, zero_point = sink["quantization"]
        raw = interpreter.get_tensor(sink["index"])[0].astype(np.float64)
        real = (raw - zero_point) * scale if scale else raw
        return tuple((name, float(score)) for name, score in zip(names, real, strict=True))

    return opinion
