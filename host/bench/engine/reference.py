"""Is it bit for bit what TFLite's reference kernels give? LiteRT says, where it is installed."""

from __future__ import annotations

from dataclasses import dataclass

from host.bench.engine.images import Image


@dataclass(frozen=True)
class Exactness:
    """exact: None when it could not be found out; why: in words."""

    exact: bool | None
    why: str


def compare(tflite: bytes | None, images: list[Image], scores: list[bytes]) -> Exactness:
    """scores: int8, what the board said of each image."""
    if tflite is None:
        return Exactness(None, "not checked: the model's .tflite is not here")
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        return Exactness(None, "not checked: ai-edge-litert is not installed")
    try:
        reference = Interpreter(
            model_content=tflite, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        reference.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        return Exactness(
            None, f"not checked: LiteRT refuses the model: {str(error).splitlines()[0]}"
        )
    source = reference.get_input_details()[0]["index"]
    target = reference.get_output_details()[0]["index"]
    wrong = 0
    for image, score in zip(images, scores, strict=True):
        # u = q + 128: flipping the highest bit makes int8 of it
        reference.set_tensor(source, (image ^ 0x80).view("int8")[None])
        reference.invoke()
        wrong += reference.get_tensor(target).tobytes() != score
    if wrong:
        return Exactness(False, f"{wrong} of {len(images)} images differ from LiteRT BUILTIN_REF")
    return Exactness(True, f"equal to LiteRT BUILTIN_REF on {len(images)} images, bit for bit")
