"""All that uses OpenCV: windows, videos, webcams, drawn text. What must work without them does not come here."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError, missing_package


@cache
def opencv() -> Any:
    """The module cv2. Raises HostError where it is not installed, or lacks a library of the system (libGL)."""
    try:
        import cv2
    except ImportError as error:
        raise missing_package(error) or HostError("OpenCV does not load", str(error)) from error
    return cv2


def shrunk(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """uint8 (H, W, C) -> (height, width, C): resize.averaged's very values, fast enough for thousands of pictures."""
    cv2 = opencv()
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return small.reshape(height, width, pixels.shape[2])
