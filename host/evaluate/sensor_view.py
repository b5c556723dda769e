"""A scene's picture as the model meets it on the board: through the virtual OV7675 in QVGA, YUV 4:2:2, averaged."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from host.preprocess import area_average, area_average_yuv
from host.virtual.moving import HEIGHT, WIDTH
from host.virtual.sensor_picture import render_frame
from host.virtual.sensor_registers import COM7, COM13, COM15, TSLB, reset_registers
from host.virtual.sensor_timing import QVGA, sensor_timing
from host.virtual.sensor_windows import automatic_window

XCLK_HZ = Fraction(16_000_000)  # any: it moves no pixel
FULL_RANGE = 0xC0  # of COM15: levels 0..255
LUMA_SECOND, V_FIRST = 0x08, 0x01  # of TSLB and COM13


def as_scene(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) of any size -> RGB (480, 640, 3), stretched: the whole picture is the camera's view.

    The firmware averages the whole 4:3 view to a square; a square picture that was squashed from 4:3 is undone so.
    """
    rgb = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    if rgb.shape[:2] == (HEIGHT, WIDTH):
        return rgb
    shrinks = rgb.shape[0] >= HEIGHT and rgb.shape[1] >= WIDTH
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (WIDTH, HEIGHT), interpolation=method), np.uint8)


class SensorView:
    """What a board gives a model of this input. Raises ValueError for other than 1 or 3 channels."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        if channels not in (1, 3):
            raise ValueError(f"{channels} channels: the camera gives 1 or 3")
        self._shape = height, width, channels
        registers = automatic_window(reset_registers(), QVGA)
        registers[COM7] = QVGA
        registers[COM15] = FULL_RANGE
        registers[TSLB] &= ~LUMA_SECOND
        registers[COM13] &= ~V_FIRST
        self._registers, self._timing = registers, sensor_timing(registers, XCLK_HZ)

    def model_input(self, scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """RGB (480, 640, 3) -> uint8 (height, width, channels)."""
        frame = render_frame(scene, self._registers, self._timing)
        height, width, channels = self._shape
        luma = np.ascontiguousarray(frame.data[:, 0::2])
        if channels == 1:
            return area_average(luma, height, width)
        u, v = (np.ascontiguousarray(frame.data[:, first::4]) for first in (1, 3))
        return area_average_yuv(luma, u, v, height, width)
