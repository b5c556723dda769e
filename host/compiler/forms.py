"""Which requantisation each layer of a network gets, by proof over all that its accumulators can be."""

from __future__ import annotations

from host.compiler import quantise
from host.compiler.format import Form
from host.compiler.intervals import accumulator_range, feature_ranges
from host.compiler.network import Network, Scaling
from host.compiler.short_form import ShortForm, short_form


def choose_forms(network: Network) -> tuple[Form, ...]:
    """The requantisation form of each layer, by proof."""
    ranges = feature_ranges(network)
    forms: list[Form] = []
    for layer in network.layers:
        reach = accumulator_range(network, layer, ranges)
        form = Form.FAST
        if layer.addition is not None and layer.addition.linear is None:
            form = Form.GENERAL
        if reach is not None and layer.scaling is not None:
            zero_point = network.features[layer.output].zero_point
            form = quantise.choose_form(layer.scaling, zero_point, reach)
            if form is Form.FAST and _can_be_short(layer.scaling, zero_point, reach):
                form = Form.SHORT
        forms.append(form)
    return tuple(forms)


def _can_be_short(scaling: Scaling, zero_point: int, reach: quantise.Range) -> bool:
    """One record for all channels stays as it is."""
    own = len(scaling.bias) == len(reach.low)
    return own and short_form(scaling, zero_point, reach) is not None


def short_forms(network: Network, forms: tuple[Form, ...]) -> list[ShortForm | None]:
    """For each layer of form SHORT, its constants."""
    if Form.SHORT not in forms:
        return [None] * len(forms)
    ranges = feature_ranges(network)
    found: list[ShortForm | None] = []
    for layer, form in zip(network.layers, forms, strict=True):
        short = None
        if form is Form.SHORT:
            reach = accumulator_range(network, layer, ranges)
            assert reach is not None and layer.scaling is not None
            short = short_form(layer.scaling, network.features[layer.output].zero_point, reach)
            assert short is not None, "a form is chosen by proof"
        found.append(short)
    return found
