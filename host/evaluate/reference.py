"""The PC's answer: an int8 model on LiteRT's reference kernels, which the board must equal byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.statistics import Floats

Pixels = NDArray[np.uint8]
Raw = NDArray[np.int8]
Tensor = dict[str, Any]  # LiteRT ships no types
LEAST_SCORES = 2


@dataclass(frozen=True)
class Quantisation:
    """real = (q - zero_point) * scale."""

    scale: float
    zero_point: int

    def real(self, quantised: NDArray[np.int8]) -> Floats:
        """float64, the same shape."""
        return np.asarray((quantised.astype(np.float64) - self.zero_point) * self.scale)


class Reference:
    """A classifier. shape: height, width, channels of its input. Raises HostError for other models."""

    def __init__(self, tflite: bytes, name: str) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise HostError("LiteRT is not installed: pip install '.[data]'") from error
        try:
            self._interpreter = Interpreter(
                model_content=tflite, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0][:120]
            raise HostError(f"LiteRT cannot run {name}: {reason}") from error
        source, target = self._only(name)
        self._source, self._target = int(source["index"]), int(target["index"])
        self.shape = (int(source["shape"][1]), int(source["shape"][2]), int(source["shape"][3]))
        self.scores = int(target["shape"][-1])
        self.input = Quantisation(*_quantisation(source))
        self.output = Quantisation(*_quantisation(target))

    def _only(self, name: str) -> tuple[Tensor, Tensor]:
        """The one input and the one output, both int8 and of a classifier's shape."""
        sources = self._interpreter.get_input_details()
        targets = self._interpreter.get_output_details()
        if len(sources) != 1 or len(targets) != 1:
            raise HostError(f"{name} has {len(sources)} inputs and {len(targets)} outputs, not one")
        source, target = sources[0], targets[0]
        for what, tensor in (("input", source), ("output", target)):
            if tensor["dtype"] is not np.int8:
                raise HostError(
                    f"{name}'s {what} is {np.dtype(tensor['dtype']).name}: give the int8 model "
                    "(a float one goes with --float, beside it)"
                )
        shape = [int(size) for size in source["shape"]]
        if len(shape) != 4 or shape[0] != 1 or shape[3] not in (1, 3):
            raise HostError(f"{name} takes {shape}; an image is [1, height, width, 1 or 3]")
        if int(np.prod(target["shape"])) != int(target["shape"][-1]) or target["shape"][-1] < 2:
            raise HostError(
                f"{name} gives {[int(s) for s in target['shape']]} numbers; a classifier gives "
                f"[1, classes], at least {LEAST_SCORES}"
            )
        return source, target

    def infer(self, image: Pixels) -> Raw:
        """uint8 [height, width, channels] -> int8 [scores]. The model's int8 input is pixel - 128, as on the board."""
        self._interpreter.set_tensor(self._source, (image ^ 0x80).view(np.int8)[None])
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._target).reshape(-1), np.int8).copy()

    def as_input(self, images: Pixels) -> Floats:
        """uint8 [N, height, width, channels] -> what they stand for: the float model's inputs."""
        return self.input.real((images ^ 0x80).view(np.int8))


def _quantisation(tensor: Tensor) -> tuple[float, int]:
    scale, zero_point = tensor["quantization"]
    return float(scale), int(zero_point)
