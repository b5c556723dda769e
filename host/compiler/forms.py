"""Which requantisation each layer of a network gets, by proof over all that its accumulators can be."""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler import quantise
from host.compiler.format import Form
from host.compiler.intervals import analyse
from host.compiler.network import Network, Scaling
from host.compiler.short_form import ShortForm, short_form


@dataclass(frozen=True)
class Requantisation:
    """What is proven of a layer. short: its constants, for form SHORT alone."""

    form: Form
    short: ShortForm | None = None


def choose_forms(network: Network) -> tuple[Requantisation, ...]:
    """The requantisation of each layer, by proof."""
    found: list[Requantisation] = []
    reaches = analyse(network).accumulators
    for layer, reach in zip(network.layers, reaches, strict=True):
        if reach is not None and layer.scaling is not None:
            zero_point = network.features[layer.output].zero_point
            found.append(_proven(layer.scaling, zero_point, reach))
        elif layer.addition is not None and layer.addition.linear is None:
            found.append(Requantisation(Form.GENERAL))
        else:
            found.append(Requantisation(Form.FAST))
    return tuple(found)


def _proven(scaling: Scaling, zero_point: int, reach: quantise.Range) -> Requantisation:
    """One record for all channels stays as it is: only a record for each channel can be SHORT."""
    form = quantise.choose_form(scaling, zero_point, reach)
    if form is Form.FAST and len(scaling.bias) == len(reach.low):
        short = short_form(scaling, zero_point, reach)
        if short is not None:
            return Requantisation(Form.SHORT, short)
    return Requantisation(form)
