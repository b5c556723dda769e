"""An operator's options in a .tflite file -> typed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tflite

from host.compiler.graph import OtherOptions, WindowOptions


def schema_names(kind: type) -> dict[int, str]:
    """The names of a schema's enumeration, by number."""
    return {v: k for k, v in vars(kind).items() if not k.startswith("_") and isinstance(v, int)}


_ACTIVATIONS = schema_names(tflite.ActivationFunctionType)
_PADDINGS = schema_names(tflite.Padding)


def _init(options: Any, table: Any) -> Any:
    if table is None:
        raise ValueError("an operator without its options")
    options.Init(table.Bytes, table.Pos)
    return options


def _activation(number: int) -> str:
    return _ACTIVATIONS.get(number, f"activation {number}")


def read_options(name: str, table: Any) -> WindowOptions | OtherOptions:
    """table: BuiltinOptions, None where the file has none. Raises ValueError, and what flatbuffers does."""
    reader = _READERS.get(name)
    return reader(table) if reader else OtherOptions()


def _convolution(table: Any) -> WindowOptions:
    return _window(_init(tflite.Conv2DOptions(), table), (), 1)


def _depthwise(table: Any) -> WindowOptions:
    options = _init(tflite.DepthwiseConv2DOptions(), table)
    return _window(options, (), options.DepthMultiplier())


def _pool(table: Any) -> WindowOptions:
    options = _init(tflite.Pool2DOptions(), table)
    return _window(options, (options.FilterHeight(), options.FilterWidth()), 1)


def _window(options: Any, kernel: tuple[int, ...], multiplier: int) -> WindowOptions:
    dilated = hasattr(options, "DilationHFactor")
    return WindowOptions(
        padding=_PADDINGS.get(options.Padding(), "unknown"),
        stride=(options.StrideH(), options.StrideW()),
        dilation=(options.DilationHFactor(), options.DilationWFactor()) if dilated else (1, 1),
        kernel=kernel,
        activation=_activation(options.FusedActivationFunction()),
        depth_multiplier=multiplier,
    )


def _fully_connected(table: Any) -> OtherOptions:
    options = _init(tflite.FullyConnectedOptions(), table)
    return OtherOptions(
        activation=_activation(options.FusedActivationFunction()),
        weights_format=options.WeightsFormat(),
    )


def _strided_slice(table: Any) -> OtherOptions:
    o = _init(tflite.StridedSliceOptions(), table)
    masks = (o.BeginMask(), o.EndMask(), o.EllipsisMask(), o.NewAxisMask(), o.ShrinkAxisMask())
    return OtherOptions(masks=masks)


def _fused(kind: Callable[[], Any]) -> Callable[[Any], OtherOptions]:
    """Options of which only the fused activation function counts; without any, none is fused."""

    def read(table: Any) -> OtherOptions:
        if table is None:
            return OtherOptions()
        return OtherOptions(activation=_activation(_init(kind(), table).FusedActivationFunction()))

    return read


def _concatenation(table: Any) -> OtherOptions:
    options = _init(tflite.ConcatenationOptions(), table)
    activation = _activation(options.FusedActivationFunction())
    return OtherOptions(activation=activation, axis=options.Axis())


def _resize(kind: Callable[[], Any]) -> Callable[[Any], OtherOptions]:
    def read(table: Any) -> OtherOptions:
        options = _init(kind(), table)
        return OtherOptions(
            align_corners=bool(options.AlignCorners()),
            half_pixel_centers=bool(options.HalfPixelCenters()),
        )

    return read


_READERS: dict[str, Callable[[Any], WindowOptions | OtherOptions]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "FULLY_CONNECTED": _fully_connected,
    "ADD": _fused(tflite.AddOptions),
    "SUB": _fused(tflite.SubOptions),
    "MUL": _fused(tflite.MulOptions),
    "CONCATENATION": _concatenation,
    "RESIZE_NEAREST_NEIGHBOR": _resize(tflite.ResizeNearestNeighborOptions),
    "RESIZE_BILINEAR": _resize(tflite.ResizeBilinearOptions),
    "LEAKY_RELU": lambda t: OtherOptions(alpha=_init(tflite.LeakyReluOptions(), t).Alpha()),
    "SOFTMAX": lambda t: OtherOptions(beta=_init(tflite.SoftmaxOptions(), t).Beta()),
    "REDUCE_MAX": lambda t: OtherOptions(
        keep_dims=bool(_init(tflite.ReducerOptions(), t).KeepDims())
    ),
    "MEAN": lambda t: OtherOptions(keep_dims=bool(_init(tflite.ReducerOptions(), t).KeepDims())),
    "PACK": lambda t: OtherOptions(axis=_init(tflite.PackOptions(), t).Axis()),
    "STRIDED_SLICE": _strided_slice,
}
