"""A network of shapes alone: what a report needs of an architecture that is not trained yet.

Weights are zeros; every convolution is taken to become SHORT when quantised.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler.build import Compiled, Options, assemble
from host.compiler.format import Form, OperatorKind
from host.compiler.forms import Requantisation
from host.compiler.network import (
    IMAGE_FEATURE,
    Addition,
    Exponential,
    Feature,
    Layer,
    Network,
    Scaling,
    Window,
    macs,
    place_window,
)
from host.compiler.pack import Identity
from host.compiler.passes.fold_pads import fold_pads
from host.compiler.short_form import ShortForm

LARGEST_SIDE = 2048  # of a map, and of an architecture that can be reported on in a few seconds
MOST_CHANNELS = 65_535
MOST_WEIGHTS = 1 << 26  # of a layer


class Sketch:
    """Appends layers; methods take and return feature numbers. parameters: of the trained, unfolded model."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        _check_shape("the image", (height, width, channels))
        self.features = [Feature(height, width, channels, 1.0, 0)]
        self.layers: list[Layer] = []
        self.parameters = 0

    def _add(
        self,
        shape: tuple[int, int, int],
        kind: OperatorKind,
        inputs: tuple[int, ...],
        **more: object,
    ) -> int:
        _check_shape(f"the output of layer {len(self.layers)} ({kind.name})", shape)
        self.features.append(Feature(*shape, 1.0, 0))
        made = len(self.features) - 1
        self.layers.append(Layer(kind, len(self.layers), inputs, made, **more))  # type: ignore[arg-type]  # by name
        return made

    def loaded(self, source: int) -> int:
        """`source`, or a map with the image's content when it is the image."""
        if source != IMAGE_FEATURE:
            return source
        f = self.features[source]
        return self._add((f.height, f.width, f.channels), OperatorKind.LOAD, (source,))

    def window(
        self, source: int, kernel: tuple[int, int], stride: tuple[int, int], same: bool
    ) -> tuple[Window, int, int]:
        """The window and the rows and columns of its output."""
        feature = self.features[source]
        placed = place_window((feature.height, feature.width), kernel, stride, same)
        if placed is None:
            raise HostError(f"a window of {kernel} is larger than its input", "use padding same")
        return placed

    def convolution(
        self,
        source: int,
        out: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        same: bool = True,
        bias: bool = False,
    ) -> int:
        """`out` channels from all of the source's; a map of 1x1 makes it fully connected. Raises HostError."""
        window, rows, columns = self.window(source, kernel, stride, same)
        feature = self.features[source]
        self.parameters += out * (kernel[0] * kernel[1] * feature.channels + bias)
        shape: tuple[int, ...] = (out, *kernel, feature.channels)
        kind = OperatorKind.CONV
        if kernel == stride == (1, 1) and source != IMAGE_FEATURE:
            kind = OperatorKind.FULLY_CONNECTED if feature.is_vector else OperatorKind.POINTWISE
            shape = (out, feature.channels)
        weights = _no_weights(shape)
        made = (rows, columns, out)
        return self._add(
            made, kind, (source,), window=window, weights=weights, scaling=_scaling(out)
        )

    def depthwise(
        self,
        source: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        multiplier: int = 1,
        same: bool = True,
        bias: bool = False,
    ) -> int:
        """Each channel by itself, `multiplier` times. Raises HostError."""
        source = self.loaded(source)
        window, rows, columns = self.window(source, kernel, stride, same)
        out = self.features[source].channels * multiplier
        self.parameters += out * (kernel[0] * kernel[1] + bias)
        weights = _no_weights((out, *kernel))
        return self._add(
            (rows, columns, out),
            OperatorKind.DEPTHWISE,
            (source,),
            window=window,
            depth_multiplier=multiplier,
            weights=weights,
            scaling=_scaling(out),
        )

    def normalised(self, source: int, numbers: int) -> int:
        """Batch normalisation, folded when quantised. numbers: of parameters a channel."""
        self.parameters += numbers * self.features[source].channels
        return source

    def pool(
        self,
        source: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        same: bool,
        largest: bool,
    ) -> int:
        """largest: MAX_POOL, else AVERAGE_POOL. Raises HostError."""
        source = self.loaded(source)
        window, rows, columns = self.window(source, kernel, stride, same)
        kind = OperatorKind.MAX_POOL if largest else OperatorKind.AVERAGE_POOL
        return self._add(
            (rows, columns, self.features[source].channels), kind, (source,), window=window
        )

    def mean(self, source: int) -> int:
        """Of each channel, over rows and columns."""
        source = self.loaded(source)
        return self._add(
            (1, 1, self.features[source].channels),
            OperatorKind.MEAN,
            (source,),
            scaling=_scaling(1),
        )

    def pad(self, source: int, rows: tuple[int, int], columns: tuple[int, int]) -> int:
        """Zeros around a map: rows above and below, columns left and right."""
        source = self.loaded(source)
        f, window = self.features[source], Window(pad_top=rows[0], pad_left=columns[0])
        shape = (f.height + sum(rows), f.width + sum(columns), f.channels)
        return self._add(shape, OperatorKind.PAD, (source,), window=window)

    def add(self, first: int, second: int) -> int:
        """Two maps of one shape, value by value."""
        f = self.features[first]
        addition = Addition((0, 0, 0), (0, 0, 0), 0, 255, linear=(0, 0, 0, 0))
        return self._add(
            (f.height, f.width, f.channels), OperatorKind.ADD, (first, second), addition=addition
        )

    def dense(self, source: int, out: int, bias: bool = True) -> int:
        """Over the whole of `source`, flattened."""
        f = self.features[source]
        inputs = f.height * f.width * f.channels
        self.parameters += out * (inputs + bias)
        kind, window = OperatorKind.FULLY_CONNECTED, Window()
        shape: tuple[int, ...] = (out, inputs)
        if not f.is_vector:
            shape = (out, f.height, f.width, f.channels)
        weights = _no_weights(shape)
        return self._add(
            (1, 1, out), kind, (source,), window=window, weights=weights, scaling=_scaling(out)
        )

    def softmax(self, source: int) -> int:
        """Of a vector."""
        f = self.features[source]
        form = Exponential(1 << 30, 23, 255)
        return self._add((1, 1, f.channels), OperatorKind.SOFTMAX, (source,), exponential=form)

    def compiled(self, output: int, name: str, options: Options) -> Compiled:
        """Planned and packed, to be measured, not run."""
        kept = tuple(np.arange(f.channels) for f in self.features)
        whole = Network(tuple(self.features), tuple(self.layers), output, (-1,) * len(kept), kept)
        network = fold_pads(whole)
        forms = tuple(_likely_form(layer) for layer in network.layers)
        total = sum(macs(network, layer) for layer in network.layers)
        return assemble(network, forms, Identity(name, (), bytes(32)), options, total)


def _check_shape(what: str, shape: tuple[int, int, int]) -> None:
    limits = (LARGEST_SIDE, LARGEST_SIDE, MOST_CHANNELS)
    if not all(1 <= size <= limit for size, limit in zip(shape, limits, strict=True)):
        rows, columns, channels = shape
        raise HostError(
            f"{what} would have {rows} rows, {columns} columns and {channels} channels; expected "
            f"1 to {LARGEST_SIDE} rows and columns and 1 to {MOST_CHANNELS} channels"
        )


def _no_weights(shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Zeros, which stand for weights that nobody knows yet."""
    if min(shape) < 1 or math.prod(shape) > MOST_WEIGHTS:
        raise HostError(
            f"a layer would have weights of shape {shape}; expected sizes from 1, and at most "
            f"{MOST_WEIGHTS:,} weights"
        )
    return np.zeros(shape, np.int8)


def _scaling(channels: int) -> Scaling:
    zeros = np.zeros(channels, np.int64)
    return Scaling(zeros, zeros + (1 << 30), zeros - 8, 0, 255)


def _likely_form(layer: Layer) -> Requantisation:
    if layer.kind is OperatorKind.FULLY_CONNECTED:
        return Requantisation(Form.GENERAL)  # as large as SINGLE, which TFLite's rounding asks for
    if layer.scaling is None or layer.weights is None:
        return Requantisation(Form.FAST)
    least = -int(layer.scaling.shift.max())
    return Requantisation(Form.SHORT, ShortForm(least, layer.scaling.multiplier))
