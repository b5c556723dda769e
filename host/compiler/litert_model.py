"""A .tflite on LiteRT's reference kernels, used as a board is: the bytes of a picture in, int8 scores out.

What stands at the model's ends (uint8, float, a softmax in float) makes no difference, as it makes none to the
compiled model: it reads the tensor that the board's scores are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.litert import LiteRt, int8_of
from host.compiler.arithmetic import scale, zero_point
from host.compiler.check import check_image
from host.compiler.passes.constants import fold_constants
from host.compiler.passes.ends import fold_ends
from host.compiler.pixels import BY_SCALE, IDENTITY, Choice, read_pixels
from host.compiler.read_graph import read_graph


class LiteRtModel:
    """shape: height, width, channels. input, output: the int8 tensors behind the ends. Raises HostError.

    pixels: what a picture's bytes stand for; `model.reading_of` says it of a packed model.
    """

    def __init__(self, tflite: bytes, name: str, pixels: Choice = BY_SCALE) -> None:
        graph = fold_ends(fold_constants(read_graph(tflite)))
        self.input = graph.tensors[graph.inputs[0]]
        self.output = graph.tensors[graph.outputs[0]]
        check_image(self.input)
        table = read_pixels(self.input, pixels).table
        self._table = IDENTITY if table is None else table
        if self.output.quantisation is None or self.output.kind not in ("int8", "uint8"):
            raise HostError(f"{name} gives {self.output.kind}, expected int8", "quantise it")
        self._model = LiteRt(tflite, name, keep_all=True)
        self.shape = (self.input.shape[1], self.input.shape[2], self.input.shape[3])
        self.scores = int(np.prod(self.output.shape))

    def infer(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        """uint8 [height, width, channels], a picture's bytes, as on the board -> int8 [scores]."""
        self._model.run(self._as_input(image, self._model.source["dtype"]))
        found = self._model.tensor(self.output.index).reshape(-1)
        return np.array(int8_of(found), np.int8)

    def real_input(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """What the pixels stand for, to the float model."""
        q = int8_of(self._table[images]).astype(np.float64)
        return np.asarray((q - zero_point(self.input)) * scale(self.input))

    def _as_input(self, image: NDArray[np.uint8], dtype: Any) -> NDArray[Any]:
        if dtype is np.uint8:
            return self._table[image]
        if dtype is np.int8:
            return int8_of(self._table[image])
        return self.real_input(image).astype(dtype)
