"""TFLite's reference kernels as the measure of exactness: one function per question."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

Image = NDArray[np.int8]
Images = list[Image]


def interpreter(model: bytes, keep_all: bool = False) -> Interpreter:
    """LiteRT on `model` with BUILTIN_REF kernels; keep_all: every tensor can be read after a run."""
    made = Interpreter(
        model_content=model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=keep_all,
    )
    made.allocate_tensors()
    return made


def run(made: Interpreter, image: NDArray[np.int8]) -> NDArray[np.int8]:
    """The scores (flat int8) of one image [height][width][channels]."""
    made.set_tensor(made.get_input_details()[0]["index"], image[None])
    made.invoke()
    scores: NDArray[np.int8] = made.get_tensor(made.get_output_details()[0]["index"]).reshape(-1)
    return scores.copy()


def images(shape: tuple[int, int, int], count: int, seed: int = 1) -> Images:
    """Constant, random and smooth int8 images [height][width][channels], the same for the same seed."""
    random = np.random.default_rng(seed)
    made: Images = [np.full(shape, value, np.int8) for value in (0, -128, 127)]
    while len(made) < count:
        noise = random.integers(-128, 128, shape).astype(np.int8)
        made.append(noise if len(made) % 2 else _smooth(random, shape))
    return made[:count]


def _smooth(random: np.random.Generator, shape: tuple[int, int, int]) -> NDArray[np.int8]:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    waves = sum(
        random.normal() * np.sin(random.random() * x / 6 + random.random() * y / 6 + phase)
        for phase in random.random(6) * 6
    )
    span = waves - np.min(waves)
    grey = span / (np.max(span) + 1e-9) * 255 - 128
    noisy = np.repeat(grey[:, :, None], shape[2], 2) + random.integers(-6, 7, shape)
    return np.clip(noisy, -128, 127).astype(np.int8)
