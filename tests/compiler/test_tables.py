"""Every entry of every table, against LiteRT's reference kernels; and ADD's one rounding against its three."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from host.compiler import tables
from host.compiler.additions import exact_sums, with_linear
from host.compiler.arithmetic import FUNCTIONS
from host.compiler.network import Addition
from host.compiler.quantise import quantise_multiplier
from host.compiler.tables import Ends
from tests.compiler import reference
from tests.compiler.builder import ModelBuilder

FIXED = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
NAMES = ("LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU", "RELU", "RELU6")
DRAWS = 24


def draw(seed: int, name: str) -> Ends:
    random = np.random.default_rng(seed)
    scales = np.exp(random.uniform(-6, -1, 2)).astype(np.float32)
    points = random.integers(-128, 128, 2)
    output = FIXED.get(name, (float(scales[1]), int(points[1])))
    return Ends(float(scales[0]), int(points[0]), *output)


def expected(name: str, e: Ends) -> NDArray[np.int64]:
    model = ModelBuilder()
    source = model.tensor((1, 1, 256, 1), e.scale, e.zero_point)
    options = {"alpha": 0.1} if name == "LEAKY_RELU" else {}
    end = model.function(name, source, (e.output_scale, e.output_zero_point), **options)
    litert = reference.interpreter(model.finish(source, end))
    q = np.arange(-128, 128).astype(np.int8).reshape(1, 256, 1)
    return reference.run(litert, q).astype(np.int64) + 128


def made(name: str, e: Ends) -> NDArray[np.uint8]:
    zero = e.output_zero_point
    if name == "HARD_SWISH":
        return tables.hard_swish(e)
    if name == "LEAKY_RELU":
        return tables.leaky_relu(e, float(np.float32(0.1)))
    if name == "RELU":
        return tables.requantised(e, max(-128, zero))
    if name == "RELU6":
        six = zero + int(np.floor(6 / e.output_scale + 0.5))
        return tables.requantised(e, max(-128, zero), min(127, six))
    return tables.by_function(e, FUNCTIONS[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_litert_s(name: str) -> None:
    for seed in range(DRAWS):
        e = draw(seed, name)
        assert np.array_equal(made(name, e), expected(name, e)), (seed, e)


def addition(seed: int) -> tuple[Addition, int]:
    random = np.random.default_rng(seed)
    first, second, output = np.exp(random.uniform(-4, -2, 3))
    twice = 2 * max(first, second)
    pairs = [
        quantise_multiplier(float(real))
        for real in (first / twice, second / twice, twice / ((1 << 20) * output))
    ]
    points = random.integers(0, 256, 3)
    low, high = ((0, 255), (int(points[2]), 255), (10, 200))[seed % 3]
    made = Addition(
        (pairs[0][0], pairs[1][0], pairs[2][0]),
        (-pairs[0][1], -pairs[1][1], -pairs[2][1]),
        low,
        high,
        (int(points[0]), int(points[1])),
    )
    return made, int(points[2])


def test_one_rounding_gives_what_three_give() -> None:
    found = 0
    u = np.arange(256, dtype=np.int64)
    for seed in range(40):
        exact, zero_point = addition(seed)
        linear = with_linear(exact, zero_point).linear
        if linear is None:
            continue
        found += 1
        a, b, offset, shift = linear
        line = u[:, None] * a + u[None, :] * b + offset
        assert abs(line).max() < 1 << 31
        values = np.clip(line >> shift, exact.act_min, exact.act_max)
        assert np.array_equal(values, exact_sums(exact, zero_point)), seed
    assert found >= 30
