"""A model of three operators, to be changed in one place."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.builder import ModelBuilder

SCALES = np.full(4, 0.01, np.float32)


class Small:
    """image 8x8x3 -> convolution 3x3 to 4 channels -> mean -> softmax, and its parts."""

    def __init__(self) -> None:
        self.model = ModelBuilder()
        self.image = self.model.tensor((1, 8, 8, 3), 1 / 255, -128)
        weights = np.ones((4, 3, 3, 3), np.int8)
        self.conv = self.model.convolution(
            self.image, weights, np.zeros(4, np.int32), SCALES, (0.05, -128)
        )
        self.mean = self.model.mean(self.conv, (0.05, -128))
        self.scores = self.model.softmax(self.mean)
        self.weights, self.bias = self.model.graph.operators[0].inputs[1:]

    def tensor(self, index: int) -> Any:
        return self.model.graph.tensors[index]

    def quantisation(self, index: int) -> Any:
        return self.tensor(index).quantization

    def options(self, operator: int) -> Any:
        return self.model.graph.operators[operator].builtinOptions

    def file(self) -> bytes:
        return self.model.finish(self.image, self.scores)
