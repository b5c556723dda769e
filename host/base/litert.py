"""All that runs LiteRT: a .tflite, one input and what it makes of it, on kernels that are chosen by name."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError


class Kernels(enum.Enum):
    """Which of LiteRT's implementations run a model."""

    REFERENCE = "BUILTIN_REF"  # what the board equals byte for byte
    PLAIN = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"  # optimised for this computer
    FASTEST = "AUTO"  # XNNPACK, too, which is not exact to the last bit


class LiteRt:
    """A model with its first input and output. source, sink: LiteRT's details of them. For one thread at a time."""

    def __init__(
        self,
        content: bytes,
        name: str,
        kernels: Kernels = Kernels.REFERENCE,
        keep_all: bool = False,
    ) -> None:
        """keep_all: every tensor can be read afterwards. Raises HostError when LiteRT cannot run it."""
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        try:
            self._interpreter = Interpreter(
                model_content=content,
                num_threads=1,
                experimental_op_resolver_type=getattr(OpResolverType, kernels.value),
                experimental_preserve_all_tensors=keep_all,
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0][:120]
            raise HostError(
                f"LiteRT cannot run {name} ({reason})", "give a .tflite with one input"
            ) from error
        self.source: dict[str, Any] = self._interpreter.get_input_details()[0]
        self.sink: dict[str, Any] = self._interpreter.get_output_details()[0]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one input, the batch of 1 in front left out."""
        return tuple(int(side) for side in self.source["shape"][1:])

    @property
    def has_one_end_each(self) -> bool:
        """One input and one output, no more."""
        ends = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        return all(len(end) == 1 for end in ends)

    def run(self, values: NDArray[Any]) -> NDArray[Any]:
        """One input, of the input's dtype and `input_shape` -> the output as it is, the batch left out."""
        self._interpreter.set_tensor(self.source["index"], values[None])
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self.sink["index"])[0])

    def run_pixels(self, image: NDArray[np.uint8]) -> NDArray[Any]:
        """uint8 image -> the output of a model with int8 input: pixel - 128, as on the board."""
        return self.run(int8_of(image))

    def tensor(self, index: int) -> NDArray[Any]:
        """Any tensor after `run`; inner ones with keep_all alone."""
        return np.asarray(self._interpreter.get_tensor(index))

    def real(self, output: NDArray[Any]) -> NDArray[np.float64]:
        """What an output stands for: (q - zero point) * scale where it is quantised, else itself."""
        scale, zero_point = self.sink["quantization"]
        values = output.astype(np.float64)
        return (values - zero_point) * np.float64(np.float32(scale)) if scale else values


def int8_of(values: NDArray[Any]) -> NDArray[np.int8]:
    """uint8 -> int8, q = u - 128: flipping the highest bit. int8 stays as it is."""
    if values.dtype != np.uint8:
        return values
    return (np.ascontiguousarray(values) ^ 0x80).view(np.int8)
