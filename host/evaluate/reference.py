"""The PC's answer: a quantised model on LiteRT's reference kernels, which the board must equal byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.scores import Meaning, real_scores
from host.base.statistics import Floats
from host.compiler.arithmetic import scale, zero_point
from host.compiler.build import score_meaning
from host.compiler.litert_model import LiteRtModel
from host.compiler.pixels import BY_SCALE, Choice

Pixels = NDArray[np.uint8]
Raw = NDArray[np.int8]


@dataclass(frozen=True)
class Output:
    """How int8 scores become real ones."""

    scale: float
    zero_point: int
    meaning: Meaning

    def real(self, quantised: NDArray[np.int8]) -> Floats:
        """int8 [N, scores] -> float64 [N, classes]: probabilities, but of distances.

        A single score is that of the second of two classes.
        """
        real = real_scores(quantised, self.scale, self.zero_point, self.meaning)
        return np.hstack([1.0 - real, real]) if real.shape[-1] == 1 else real


class Reference:
    """A classifier. shape: height, width, channels of its input. Raises HostError for other models."""

    def __init__(self, tflite: bytes, name: str, pixels: Choice = BY_SCALE) -> None:
        """pixels: what a picture's bytes stand for."""
        self._model = LiteRtModel(tflite, name, pixels)
        self.shape, self.scores = self._model.shape, self._model.scores
        if self.shape[2] not in (1, 3):
            raise HostError(f"{name} takes {list(self.shape)}; an image has 1 or 3 channels")
        output = self._model.output
        if self.scores != output.shape[-1]:
            raise HostError(
                f"{name} gives {list(output.shape)} numbers; a classifier gives [1, classes]"
            )
        self.output = Output(scale(output), zero_point(output), score_meaning(tflite))

    def infer(self, image: Pixels) -> Raw:
        """uint8 [height, width, channels] -> int8 [scores]. The model is given what it is given on the board."""
        return self._model.infer(image)

    def as_input(self, images: Pixels) -> Floats:
        """uint8 [N, height, width, channels] -> what they stand for: the float model's inputs."""
        return self._model.real_input(images)
