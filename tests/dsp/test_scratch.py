"""The compiler gives the fast operators exactly what they ask for."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host.compiler.format import Form, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Network, Window
from host.compiler.scratch import demand, is_first, tiling
from tests.dsp.operators import FUNCTIONS

sizes = st.integers(1, 300)
HALVED = Window((3, 3), (2, 2))


def requested(kind: OperatorKind, source: Feature, output: Feature, window: Window) -> int:
    """What the compiler gives to a layer that is alone in its network."""
    taps = window.kernel[0] * window.kernel[1]
    weights = np.zeros((output.channels, taps * source.channels), np.int8)
    layer = Layer(kind, 0, (IMAGE_FEATURE,), 1, window, weights=weights)
    kept = tuple(np.arange(f.channels) for f in (source, output))
    network = Network((source, output), (layer,), 1, (0, 1), kept)
    return demand(network, layer, Form.FAST).scratch


@given(inputs=sizes, outputs=sizes, width=st.integers(4, 130), height=sizes)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_compiler_and_firmware_agree(
    library: ctypes.CDLL, inputs: int, outputs: int, width: int, height: int
) -> None:
    source, output = (Feature(height, width, c, 1.0, 0) for c in (inputs, outputs))
    image = Feature(2 * height, 2 * width, inputs % 2 * 2 + 1, 1.0, 0)
    size = width << 16 | height
    for kind, read, window in (
        (OperatorKind.POINTWISE, source, Window()),
        (OperatorKind.DEPTHWISE, output, Window((3, 3))),
        (OperatorKind.CONV, image, HALVED),
    ):
        wanted = library.driver_scratch(read.channels, outputs, size, FUNCTIONS[kind])
        assert requested(kind, read, output, window) == wanted


def test_pointwise_kernels_of_any_depth_and_width_get_the_scratch_they_need(
    library: ctypes.CDLL,
) -> None:
    """Their loops come in fours and sixteens, and in blocks of three pixels and of four."""
    pointwise = FUNCTIONS[OperatorKind.POINTWISE]
    for width in range(2, 14):
        output = Feature(width, width, 6, 1.0, 0)
        for channels in range(1, 260):
            source = Feature(width, width, channels, 1.0, 0)
            wanted = library.driver_scratch(channels, 6, width << 16 | width, pointwise)
            assert requested(OperatorKind.POINTWISE, source, output, Window()) == wanted


class Tiled(ctypes.Structure):
    """struct driver_tiling: what is requested, and the answer."""

    _fields_ = tuple(
        (name, ctypes.c_uint)
        for name in (
            "groups", "length", "outputs", "width", "height", "lines", "kernel_width", "stride",
            "channels", "steps", "pairs", "blocks", "rows", "resident", "bytes",
        )
    )  # fmt: skip


@pytest.mark.parametrize("image", [False, True])
def test_a_window_of_any_size_is_tiled_as_the_firmware_does(
    library: ctypes.CDLL, image: bool
) -> None:
    """From a map a group is the channels of one pixel of the window, from the image a row of the window."""
    random = np.random.default_rng(1 + image)
    kinds = set()
    for _ in range(1500):
        high, wide, stride, outputs = (int(n) for n in random.integers(1, (8, 8, 4, 70)))
        channels = int(random.choice((1, 3) if image else (1, 2, 5, 8, 16, 24, 41)))
        width, height = (
            int(random.choice((1, 2, 3, 4, 5, 9, 24, 47, 96))),
            int(random.integers(1, 50)),
        )
        source = Feature(height * stride, width * stride, channels, 1.0, 0)
        output = Feature(height, width, outputs, 1.0, 0)
        window = Window((high, wide), (stride, stride))
        made = tiling(
            Layer(OperatorKind.CONV, 0, (IMAGE_FEATURE,), 1, window), source, output, image
        )
        groups, length = (high, wide * channels) if image else (high * wide, channels)
        tiled = Tiled(
            groups, length, outputs, width, height, high if image else 0, wide, stride, channels
        )
        library.driver_window(ctypes.byref(tiled))
        names = ("steps", "pairs", "blocks", "rows", "resident", "bytes")
        wanted = tuple(getattr(tiled, name) for name in names)
        assert tuple(int(getattr(made, name)) for name in names) == wanted, (source, output, window)
        kinds.add((made.resident, made.rows > 1, made.blocks > 1))
    assert len(kinds) >= (3 if image else 4)


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (5, 5), (8, 8), (8, 2), (2, 8), (9, 1), (1, 9)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_depthwise_window_of_any_size_has_four_weights_a_word(
    library: ctypes.CDLL, kernel: tuple[int, int], stride: int
) -> None:
    """None where the kernels do not reach: longer sides than 8, steps of 3, or wider ones than the window."""
    for channels in (1, 2, 24, 100):
        output = Feature(6, 6, channels, 1.0, 0)
        source = Feature(6 * stride, 6 * stride, channels, 1.0, 0)
        window = Window(kernel, (stride, stride))
        weights = np.zeros((channels, *kernel), np.int8)
        layer = Layer(OperatorKind.DEPTHWISE, 0, (IMAGE_FEATURE,), 1, window, weights=weights)
        kept = (np.arange(channels), np.arange(channels))
        network = Network((source, output), (layer,), 1, (0, 1), kept)
        fits = max(kernel) <= 8 and stride <= min(2, kernel[1])
        wanted = library.driver_depthwise_any(channels, kernel[0]) if fits else 0
        assert demand(network, layer, Form.GENERAL).scratch == wanted
        usual = kernel == (3, 3) and stride <= 2
        assert demand(network, layer, Form.FAST).scratch == (4 + 36 * channels if usual else wanted)


def scratch_of(kind: OperatorKind, source: Feature, output: Feature, window: Window) -> int:
    """As `requested`; the layer reads a feature that is not the image."""
    image = Feature(4, 4, 1, 1.0, 0)
    weights = np.zeros((output.channels, 9), np.int8)
    layer = Layer(kind, 0, (1,), 2, window, weights=weights)
    kept = tuple(np.arange(f.channels) for f in (image, source, output))
    return demand(
        Network((image, source, output), (layer,), 2, (0, 1, 2), kept), layer, Form.FAST
    ).scratch


@pytest.mark.parametrize(
    ("shape", "size"), [((3, 5, 7), 108), ((2, 2, 3), 12), ((4, 4, 4), 64), ((1, 1, 9), 4)]
)
def test_a_dense_layer_copies_a_map_and_no_vector(shape: tuple[int, int, int], size: int) -> None:
    """Whole words; the word of a vector says that its values follow one another."""
    source, output = Feature(*shape, 1.0, 0), Feature(1, 1, 10, 1.0, 0)
    assert scratch_of(OperatorKind.FULLY_CONNECTED, source, output, Window()) == size
    assert requested(OperatorKind.FULLY_CONNECTED, source, output, Window()) == 4, "the image"


@pytest.mark.parametrize(
    ("window", "channels", "width", "first"),
    [
        (HALVED, 1, 48, True), (HALVED, 3, 48, True), (HALVED, 2, 48, False), (HALVED, 1, 4, True),
        (HALVED, 1, 3, False), (Window((3, 3), (1, 1)), 1, 48, False),
        (Window((3, 3), (2, 1)), 1, 48, False), (Window((5, 3), (2, 2)), 1, 48, False),
        (Window((3, 3), (2, 2), pad_left=1), 1, 48, True),
        (Window((3, 3), (2, 2), pad_left=2), 1, 48, False),
    ],
)  # fmt: skip
def test_which_layers_have_the_kernels_of_the_usual_first_one(
    window: Window, channels: int, width: int, first: bool
) -> None:
    source, output = Feature(96, 2 * width, channels, 1.0, 0), Feature(48, width, 8, 1.0, 0)
    layer = Layer(OperatorKind.CONV, 0, (IMAGE_FEATURE,), 1, window)
    assert is_first(layer, source, output) == first
