"""Is it bit for bit what TFLite's reference kernels give? LiteRT says, where it is installed."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.errors import HostError
from host.bench.engine.images import Image
from host.compiler.litert_model import LiteRtModel
from host.compiler.model import Model, reading_of


@dataclass(frozen=True)
class Exactness:
    """exact: None when it could not be found out; why: in words."""

    exact: bool | None
    why: str


def compare(model: Model, images: list[Image], scores: list[bytes]) -> Exactness:
    """scores: int8, what the board said of each image."""
    if model.tflite is None:
        return Exactness(None, "not checked: the model's .tflite is not here")
    try:
        litert = LiteRtModel(model.tflite, "the model", reading_of(model))
    except HostError as error:
        return Exactness(None, f"not checked: {error}")
    wrong = sum(
        litert.infer(image).tobytes() != score for image, score in zip(images, scores, strict=True)
    )
    if wrong:
        return Exactness(False, f"{wrong} of {len(images)} images differ from LiteRT BUILTIN_REF")
    return Exactness(True, f"equal to LiteRT BUILTIN_REF on {len(images)} images, bit for bit")
