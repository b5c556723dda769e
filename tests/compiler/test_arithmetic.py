"""Integer constants that TFLite does not write down: held against LiteRT where they could differ."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from host.base.errors import HostError
from host.compiler import oracle
from host.compiler.pack import unpack
from tests.compiler import reference
from tests.compiler.builder import INT32, ModelBuilder
from tests.compiler.random_networks import compile_as_bytes


def agree(data: bytes, image: reference.Image) -> None:
    expected = reference.run(reference.interpreter(data), image)
    model = unpack(compile_as_bytes(data, "arithmetic").blob)
    found = oracle.scores(model, (image.astype(np.int16) + 128).astype(np.uint8))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("scale", [0.00001, 0.01, 0.05, 0.1, 0.17, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("beta", [1.0, 0.3])
def test_softmax_of_two_scores_for_every_difference(scale: float, beta: float) -> None:
    model = ModelBuilder()
    image = model.tensor((1, 1, 1, 2), scale, 5)
    data = model.finish(image, model.softmax(model.reshape(image, (1, 2)), beta))
    litert = reference.interpreter(data)
    packed = unpack(compile_as_bytes(data, "softmax").blob)
    for difference in range(256):
        for pair in ((-128, -128 + difference), (127, 127 - difference)):
            q = np.array([[pair]], np.int8)
            found = oracle.scores(packed, (q.astype(np.int16) + 128).astype(np.uint8))
            np.testing.assert_array_equal(found, reference.run(litert, q))


@pytest.mark.parametrize("count", [1, 3, 10, 100, 255, 256])
def test_softmax_of_many_scores(count: int) -> None:
    random = np.random.default_rng(count)
    model = ModelBuilder()
    image = model.tensor((1, 1, 1, count), 0.08, 0)
    data = model.finish(image, model.softmax(model.reshape(image, (1, count))))
    for low in (-128, 100, 127):
        agree(data, random.integers(low, 128, (1, 1, count)).astype(np.int8))


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (7, 5), (13, 64)])
def test_mean_for_many_scales(size: tuple[int, int]) -> None:
    random = np.random.default_rng(size[0])
    for _ in range(12):
        model = ModelBuilder()
        scale, points = float(random.uniform(0.01, 0.2)), random.integers(-128, 128, 2)
        image = model.tensor((1, *size, 16), scale, int(points[0]))
        output = (scale * float(random.uniform(0.3, 3)), int(points[1]))
        data = model.finish(image, model.mean(image, output))
        agree(data, random.integers(-128, 128, (*size, 16)).astype(np.int8))


def test_fully_connected_rounds_once() -> None:
    """Accumulators are biases here: 6000 of them, some near ties, where rounding twice differs."""
    random = np.random.default_rng(1)
    for trial in range(40):
        model, outputs = ModelBuilder(), 150
        image = model.tensor((1, 1, 1, 2), 0.01, -128)
        scales = np.exp(random.uniform(-7, -5, outputs)).astype(np.float32)
        values = model.fully_connected(
            model.reshape(image, (1, 2)),
            np.zeros((outputs, 2), np.int8),
            random.integers(-30000, 30000, outputs).astype(np.int32),
            scales if trial % 2 else scales[:1],
            (float(np.exp(random.uniform(-5, -4.5))), 0),
        )
        agree(model.finish(image, values), np.zeros((1, 1, 2), np.int8))


@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6"])
def test_add_for_many_scales(activation: str) -> None:
    random = np.random.default_rng(7)
    for _ in range(12):
        model = ModelBuilder()
        image = model.tensor((1, 16, 16, 4), float(random.uniform(0.01, 0.1)), -3)
        pair = [
            model.quantize(
                image, (float(random.uniform(0.01, 0.2)), int(random.integers(-128, 128)))
            )
            for _ in range(2)
        ]
        output = (float(random.uniform(0.05, 0.3)), int(random.integers(-128, 128)))
        total = model.add(pair[0], pair[1], output, activation)
        pooled = model.pool(total, (16, 16))
        agree(model.finish(image, pooled), random.integers(-128, 128, (16, 16, 4)).astype(np.int8))


@pytest.mark.parametrize("vector_first", [False, True])
@pytest.mark.parametrize("name", ["ADD", "MUL", "MINIMUM", "MAXIMUM"])
def test_a_map_and_a_vector_come_in_either_order(name: str, vector_first: bool) -> None:
    """One value a channel, as squeeze-and-excitation has it; each with a scale of its own."""
    random = np.random.default_rng(6)
    model = ModelBuilder()
    image = model.tensor((1, 6, 5, 4), 0.02, 5)
    same = name in ("MINIMUM", "MAXIMUM")
    vector = model.mean(image, (0.02, 5) if same else (0.003, -90), True)
    operands = (vector, image) if vector_first else (image, vector)
    made = model.pair(name, *operands, (0.02, 5) if same else (0.03, -7))
    data = model.finish(image, model.mean(made, (0.01, 3)))
    for _ in range(3):
        agree(data, random.integers(-128, 128, (6, 5, 4)).astype(np.int8))


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2)])
@pytest.mark.parametrize("rows_first", [True, False])
def test_means_one_axis_after_the_other_round_twice(
    order: tuple[int, ...], keep: bool, rows_first: bool
) -> None:
    """As PyTorch's exporters write them, channels first."""
    shape = (1, 5, 3, 7)
    model = ModelBuilder()
    value = image = model.tensor(shape, 0.02, 5)
    if order != (0, 1, 2, 3):
        moved = tuple(shape[axis] for axis in order)
        axes = model.tensor((4,), kind=INT32, data=np.array(order, np.int32))
        options = schema.TransposeOptionsT()
        value = model.operator("TRANSPOSE", [value, axes], model.tensor(moved, 0.02, 5), options)
    letters = ["NHWC"[axis] for axis in order]
    for letter, scale in zip("HW" if rows_first else "WH", (0.02, 0.013), strict=True):
        axis, now = letters.index(letter), model.shape(value)
        left = tuple(1 if i == axis else n for i, n in enumerate(now) if keep or i != axis)
        if not keep:
            letters.remove(letter)
        axes = model.tensor((1,), kind=INT32, data=np.array([axis], np.int32))
        options = schema.ReducerOptionsT()
        options.keepDims = keep
        value = model.operator("MEAN", [value, axes], model.tensor(left, scale, -3), options)
    data = model.finish(image, model.reshape(value, (1, 7)))
    packed = unpack(compile_as_bytes(data, "means").blob)
    litert = reference.interpreter(data)
    for pixels in reference.images(shape[1:], 8):
        litert.set_tensor(litert.get_input_details()[0]["index"], pixels[None])
        litert.invoke()
        expected = litert.get_tensor(litert.get_output_details()[0]["index"])[0]
        u = (pixels.astype(np.int16) + 128).astype(np.uint8)
        assert oracle.scores(packed, u).tolist() == expected.tolist()


def test_a_dense_layer_may_read_a_map_of_more_values_than_a_side_has() -> None:
    random = np.random.default_rng(4)
    model = ModelBuilder()
    image = model.tensor((1, 48, 48, 1), 1 / 255, -128)
    weights = random.integers(-127, 128, (16, 3, 3, 1)).astype(np.int8)
    scales = np.full(16, 0.01, np.float32)
    value = model.convolution(image, weights, np.zeros(16, np.int32), scales, (0.05, -3))
    weights = random.integers(-127, 128, (4, 48 * 48 * 16)).astype(np.int8)
    value = model.reshape(value, (1, 48 * 48 * 16))
    none = np.zeros(4, np.int32)
    end = model.fully_connected(value, weights, none, np.full(1, 0.01, np.float32), (30.0, 0))
    data = model.finish(image, end)
    for pixels in reference.images((48, 48, 1), 3):
        agree(data, pixels)


def test_a_vector_has_no_more_values_than_a_side() -> None:
    model = ModelBuilder()
    image = model.tensor((1, 1, 1, 2), 1 / 255, -128)
    weights, scale = np.ones((5000, 2), np.int8), np.full(1, 0.01, np.float32)
    wide = model.fully_connected(model.reshape(image, (1, 2)), weights, None, scale, (0.1, 0))
    weights = np.ones((2, 5000), np.int8)
    end = model.fully_connected(wide, weights, None, scale, (0.1, 0))
    with pytest.raises(HostError, match="1x1x5000: use at most 4096 a side"):
        compile_as_bytes(model.finish(image, end), "wide")


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("options", [{}, {"alignCorners": True}, {"halfPixelCenters": True}])
@pytest.mark.parametrize("size", [(1, 1), (5, 9), (14, 3), (6, 8)])
def test_a_resized_map_is_litert_s(
    size: tuple[int, int], options: dict[str, bool], bilinear: bool
) -> None:
    """The largest of each channel is a score."""
    model = ModelBuilder()
    image = model.tensor((1, 6, 8, 40), 0.02, 3)
    data = model.finish(image, model.reduce_max(model.resize(image, size, bilinear, **options)))
    random = np.random.default_rng(size[0])
    for low, high in ((-128, 128), (-128, -90), (-3, 4), (100, 128)):
        agree(data, random.integers(low, high, (6, 8, 40)).astype(np.int8))
