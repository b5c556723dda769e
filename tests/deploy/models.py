"""Models to deploy: small ones that run, and ones of any size."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

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


def person_network() -> bytes:
    """A .tflite of the kind of public person detectors: 128x128 RGB in uint8, bytes standing for -1..1, a MobileNetV2
    block, one score by a sigmoid, in float. What is bright is a person."""
    random = np.random.default_rng(7)
    model = ModelBuilder()
    start = model.tensor((1, 128, 128, 3), 1 / 127.5, 127, schema.TensorType.UINT8)
    value = model.quantize(start, (1 / 127.5, -1))

    def layer(
        source: int, out: int, kernel: int, stride: int, activation: str, depthwise: bool = False
    ) -> int:
        """With positive weights, which keep bright and dark apart."""
        channels = model.shape(source)[3]
        shape = (1, kernel, kernel, out) if depthwise else (out, kernel, kernel, channels)
        weights = random.integers(1, 128, shape).astype(np.int8)
        taps = kernel**2 * (1 if depthwise else channels)
        scales = np.full(out, 1 / (64 * taps), np.float32)
        output = (6 / 255, -128) if activation == "RELU6" else (2 / 127, 0)
        bias, steps = np.zeros(out, np.int32), (stride, stride)
        return model.convolution(
            source, weights, bias, scales, output, steps, "SAME", activation, depthwise
        )

    value = layer(value, 8, 3, 4, "RELU6")
    narrow = layer(value, 8, 1, 1, "NONE")
    wide = layer(narrow, 16, 1, 1, "RELU6")
    wide = layer(wide, 16, 3, 1, "RELU6", depthwise=True)
    value = model.add(narrow, layer(wide, 8, 1, 1, "NONE"), (4 / 127, 0))
    value = model.mean(value, (4 / 127, 0))
    weights = np.full((1, 8), 100, np.int8)
    steps = np.array([0.003], np.float32)
    bias = np.array([-round(2 / (4 / 127 * 0.003))], np.int32)  # a logit of -2 in the dark
    value = model.fully_connected(value, weights, bias, steps, (0.1, 0))
    score = model.function("LOGISTIC", value, (1 / 256, -128))
    end = model.tensor((1, 1), kind=schema.TensorType.FLOAT32)
    return model.finish(start, model.operator("DEQUANTIZE", [score], end))


@lru_cache
def packed(name: str, seed: int = 1, shape: Shape = (24, 24, 1), scores: int = 3) -> bytes:
    """The same, packed: less than a page of flash."""
    return compile_anyway(network(shape, scores, seed), name).blob  # too large ones, too


def padded(blob: bytes, size: int) -> bytes:
    """The same model, longer."""
    longer = bytearray(blob + bytes(size - len(blob)))
    longer[8:12] = struct.pack("<I", size)
    return seal(bytes(longer))
