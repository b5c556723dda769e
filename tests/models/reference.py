"""Runs a model with LiteRT's kernels on pictures, seen as the camera sees them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

SIDE = 96  # pixels, of the square that the model sees


def model_view(picture: NDArray[np.uint8], channels: int = 1) -> NDArray[np.uint8]:
    """(h, w, 3) BGR -> (96, 96) grey, BT.601 luma, or (96, 96, 3) RGB: the whole view averaged into a square."""
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if channels == 3:
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


class Reference:
    """A .tflite image classifier on LiteRT's own kernels: quick, and equal to the reference ones; XNNPACK is not."""

    def __init__(self, path: Path) -> None:
        kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.interpreter = Interpreter(str(path), experimental_op_resolver_type=kernels)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.output = self.interpreter.get_output_details()[0]

    def scores(self, view: NDArray[np.uint8]) -> NDArray[np.float64]:
        """uint8, of the input's size -> one real score per label."""
        quantised = (view.astype(np.int16) - 128).astype(np.int8)
        self.interpreter.set_tensor(self.input["index"], quantised.reshape(self.input["shape"]))
        self.interpreter.invoke()
        scale, zero_point = self.output["quantization"]
        raw = self.interpreter.get_tensor(self.output["index"])[0]
        return np.asarray((raw.astype(np.float64) - zero_point) * scale)
