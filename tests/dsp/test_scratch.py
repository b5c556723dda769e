"""The compiler gives the fast operators exactly what they ask for."""

from __future__ import annotations

import ctypes

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host.compiler.format import Form, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Network, Window
from host.compiler.scratch import demand
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


def test_pointwise_kernels_of_any_depth_and_width_get_what_they_ask_for(
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
