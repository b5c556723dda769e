"""A .tflite on LiteRT's reference kernels, asked as a board is: the bytes of a picture in, int8 scores out.

What stands at the model's ends (uint8, float, a softmax in float) makes no difference, as it makes none to the
compiled model: the judge reads the tensor that the board's scores are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler.arithmetic import scale, zero_point
from host.compiler.check import check_image
from host.compiler.graph import read_graph
from host.compiler.passes.constants import fold_constants
from host.compiler.passes.ends import fold_ends

INSTALL = "LiteRT is not installed: pip install '.[data]'"


class Judge:
    """shape: height, width, channels. input, output: the int8 tensors behind the ends. Raises HostError."""

    def __init__(self, tflite: bytes, name: str) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise HostError(INSTALL) from error
        graph = fold_ends(fold_constants(read_graph(tflite)))
        self.input = graph.tensors[graph.inputs[0]]
        self.output = graph.tensors[graph.outputs[0]]
        check_image(self.input)
        if self.output.quantisation is None or self.output.kind not in ("int8", "uint8"):
            raise HostError(f"{name} gives {self.output.kind}, expected int8: quantise it")
        try:
            self._interpreter = Interpreter(
                model_content=tflite,
                experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
                experimental_preserve_all_tensors=True,
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0][:120]
            raise HostError(f"LiteRT cannot run {name}: {reason}") from error
        self.shape = (self.input.shape[1], self.input.shape[2], self.input.shape[3])
        self.scores = int(np.prod(self.output.shape))

    def infer(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        """uint8 [height, width, channels], u = q + 128, as on the board -> int8 [scores]."""
        source = self._interpreter.get_input_details()[0]
        self._interpreter.set_tensor(source["index"], self._as_input(image, source["dtype"])[None])
        self._interpreter.invoke()
        found = self._interpreter.get_tensor(self.output.index).reshape(-1)
        return np.array(_as_int8(found), np.int8)

    def real_input(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """What the pixels stand for, to the float model."""
        q = _as_int8(images).astype(np.float64)
        return np.asarray((q - zero_point(self.input)) * scale(self.input))

    def _as_input(self, image: NDArray[np.uint8], dtype: Any) -> NDArray[Any]:
        if dtype is np.uint8:
            return image
        return _as_int8(image) if dtype is np.int8 else self.real_input(image).astype(dtype)


def _as_int8(values: NDArray[Any]) -> NDArray[np.int8]:
    """u = q + 128: flipping the highest bit makes int8 of it."""
    if values.dtype != np.uint8:
        return values
    return (np.ascontiguousarray(values) ^ 0x80).view(np.int8)
