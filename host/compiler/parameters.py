"""The parameter blocks of a packed model: a layer's weights and constants as bytes (format.py says how they lie)."""

from __future__ import annotations

import dataclasses

from host.base.records import Message
from host.compiler import format as packed
from host.compiler import quantise
from host.compiler.format import Form, OperatorKind
from host.compiler.forms import Requantisation
from host.compiler.network import Feature, Layer, Scaling
from host.compiler.short_form import short_records

PAIRED = (OperatorKind.POINTWISE, OperatorKind.FULLY_CONNECTED)


def weight_bytes(layer: Layer, from_image: bool) -> bytes:
    """The block of weights, tables or samples; empty without any. from_image: the image is read, not a map."""
    if layer.samples:
        return b"".join(sample.pack() for sample in layer.samples)
    for block in (layer.tables, layer.operand):
        if block is not None:
            return block.tobytes()
    if layer.weights is None:
        return b""
    if layer.kind is OperatorKind.FULLY_CONNECTED and layer.weights.ndim == 4 and not from_image:
        layer = dataclasses.replace(layer, weights=layer.weights.transpose(0, 1, 3, 2))
    assert layer.weights is not None
    odd = len(layer.weights) % 2 if layer.kind in PAIRED else 0
    return layer.weights.tobytes() + bytes(odd * layer.weights[0].size)


def constant_bytes(layer: Layer, proven: Requantisation, features: list[Feature]) -> bytes:
    """The block of constants; empty without any. features: the layer's inputs, then its output."""
    form = proven.form
    if layer.scaling is not None:
        rows = _records(layer.scaling, proven, features[-1].zero_point)
        odd = layer.kind in PAIRED and len(layer.scaling.bias) % 2
        return rows + (_SPARE_RECORDS.get(form, _SPARE_RECORD).pack() if odd else b"")
    if layer.addition is not None:
        if layer.addition.linear is not None and form is Form.FAST:
            return packed.PackedLinearAddition(*layer.addition.linear).pack()
        (m1, m2, m3), (s1, s2, s3) = layer.addition.multipliers, layer.addition.shifts
        first, second = layer.addition.zero_points
        return packed.PackedAddition(first, m1, s1, second, m2, s2, m3, s3).pack()
    e = layer.exponential
    if e is None:
        return b""
    return packed.PackedSoftmax(e.multiplier, e.left_shift, e.largest_difference).pack()


def _records(scaling: Scaling, proven: Requantisation, zero_point: int) -> bytes:
    if proven.short is not None:
        return short_records(scaling, proven.short)
    return quantise.records(scaling, proven.form, zero_point)


_SPARE_RECORD = packed.PackedRequantisation(0, 0, 1, 1)
_SPARE_RECORDS: dict[Form, Message] = {
    Form.FAST: packed.PackedFastRequantisation(0, 1),
    Form.SHORT: packed.PackedShortRequantisation(0, 0, 0),
}
