"""MobileNetV1 by its paper's table, as a sketch: Howard et al. 2017, arXiv:1704.04861, table 1."""

from __future__ import annotations

from host.base.errors import HostError
from host.compiler.network import IMAGE_FEATURE
from host.compiler.sketch import Sketch

V1_LAYERS = (  # of each separable block: channels at width 1, stride
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)
MOST_ALPHA = 4.0
V1_NUMBERS = 3  # parameters of a normalised channel in the published counts: offset, mean, variance


def mobilenet_v1(alpha: float, size: int, channels: int, classes: int) -> tuple[Sketch, int]:
    """Images [size][size][channels], widths times alpha; and the number of its scores' feature. Raises HostError."""
    if not 0 < alpha <= MOST_ALPHA:
        raise HostError(f"alpha is {alpha}; expected a width above 0, at most {MOST_ALPHA}")
    made = Sketch(size, size, channels)
    value = made.convolution(IMAGE_FEATURE, max(1, int(32 * alpha)), (3, 3), (2, 2))
    value = made.normalised(value, V1_NUMBERS)
    for width, step in V1_LAYERS:
        value = made.normalised(made.depthwise(value, (3, 3), (step, step)), V1_NUMBERS)
        value = made.convolution(value, max(1, int(width * alpha)), (1, 1), (1, 1))
        value = made.normalised(value, V1_NUMBERS)
    value = made.dense(made.mean(value), classes)
    return made, made.softmax(value)
