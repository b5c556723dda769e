"""Models to deploy: small ones that run, and ones of any size."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

import numpy as np

from host.compiler.build import compile_anyway
from host.compiler.pack import seal
from tests.compiler.builder import ModelBuilder

ROOT = Path(__file__).resolve().parents[2]
PERSON = ROOT / "models" / "person_grey_025.tpm"
Shape = tuple[int, int, int]


def network(shape: Shape = (24, 24, 1), scores: int = 3, seed: int = 1) -> bytes:
    """A .tflite: an image [height][width][channels], one convolution, a mean, so many scores."""
    random = np.random.default_rng(seed)
    model = ModelBuilder()
    image = model.tensor((1, *shape), 1 / 255, -128)
    weights = random.integers(-127, 128, (scores, 3, 3, shape[2])).astype(np.int8)
    bias = random.integers(-500, 500, scores).astype(np.int32)
    scales = np.full(scores, 0.01, np.float32)
    value = model.convolution(image, weights, bias, scales, (0.02, -20), (2, 2))
    value = model.mean(value, (0.004, 3))
    return model.finish(image, model.reshape(value, (1, scores)))


@lru_cache
def packed(name: str, seed: int = 1, shape: Shape = (24, 24, 1), scores: int = 3) -> bytes:
    """The same, packed: less than a page of flash."""
    return compile_anyway(network(shape, scores, seed), name).blob  # too large ones, too


def padded(blob: bytes, size: int) -> bytes:
    """The same model, longer."""
    longer = bytearray(blob + bytes(size - len(blob)))
    longer[8:12] = struct.pack("<I", size)
    return seal(bytes(longer))
