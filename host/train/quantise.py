"""A float Keras model -> int8 .tflite, calibrated on representative pictures; it takes pixel - 128."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.litert import LiteRt
from host.train.network import to_input
from host.train.quiet import quiet

REPRESENTATIVE = 300  # pictures that decide the ranges of the activations


def to_int8(model: keras.Model, pictures: NDArray[np.uint8]) -> bytes:
    """pictures: uint8 (n, size, size, channels), what the model will see. Weights per channel, everything int8."""
    with quiet():
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        shown = calibration_inputs(pictures)
        converter.representative_dataset = lambda: ([one[None]] for one in shown)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
        content = bytes(converter.convert())
    _check_input(content)
    return content


def representative(count: int, seed: int) -> NDArray[np.int64]:
    """int64, ascending: REPRESENTATIVE of `count` pictures, or all of them, chosen by the seed."""
    random = np.random.default_rng([seed, 8])
    return np.sort(random.choice(count, min(REPRESENTATIVE, count), replace=False))


def calibration_inputs(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the converter is shown; the first holds black and white, so that the input's range is the whole one."""
    shown = pictures.copy()
    shown[0, 0, 0], shown[0, 0, 1] = 0, 255
    return to_input(shown)


def _check_input(content: bytes) -> None:
    details = LiteRt(content, "the converted model").source
    scale, zero = details["quantization"]
    pixel_128 = (128 - 127) / 127.5 / scale + zero
    if details["dtype"] is not np.int8 or abs(pixel_128) > 0.5 or abs(scale * 127.5 - 1) > 0.01:
        raise HostError(
            f"the converter quantised the input to scale {scale}, zero point {zero}, not to pixel - 128",
            "is the model's own scaling layer in the way? Train from a MobileNetV1",
        )


class Int8Model:
    """A .tflite on LiteRT's reference kernels, which the board equals bit for bit."""

    def __init__(self, content: bytes) -> None:
        self._model = LiteRt(content, "the quantised model")
        self.input, self.output = self._model.source, self._model.sink

    def scores(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 (n, size, size, channels) -> float32 (n, classes)."""
        found = [self._model.real(self._model.run_pixels(picture)) for picture in pictures]
        return np.stack(found).astype(np.float32)
