"""The shape of a MobileNetV1, without TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

MOBILENET = "mobilenet_v1"  # the names of our Keras models
SEARCHED = "searched"  # of a free architecture, such as `python -m host.train search` finds: it is kept as it is


@dataclass(frozen=True)
class Shape:
    """alpha: width, 1 is Howard's; size: pixels of the square input; channels: 1 grey, 3 RGB; classes: scores."""

    alpha: float
    size: int
    channels: int
    classes: int
