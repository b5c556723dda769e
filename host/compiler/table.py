"""What was compiled, as a rich table: each layer, and flash and RAM against the board's."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from host.base.boards import APPLICATION_BYTES, RAM_BYTES
from host.compiler.build import Compiled
from host.compiler.fits import FREE_FLASH_BYTES
from host.compiler.format import MODEL_MEMORY_BYTES, NO_SOURCE
from host.compiler.network import Feature, Layer, macs


def compiled_table(compiled: Compiled) -> Group:
    """Layers, then totals."""
    return Group(_layers(compiled), *_totals(compiled))


def _layers(compiled: Compiled) -> Table:
    network, plan = compiled.network, compiled.plan
    table = Table(title=None, header_style="bold")
    for name in ("#", "operator", "form", "output", "window", "MACs", "weights B", "arena B"):
        table.add_column(name, justify="left" if name in ("operator", "form") else "right")
    steps = [sum(s.layer == i for s in plan.steps) for i in range(len(network.layers))]
    for index, layer in enumerate(network.layers):
        weights = 0 if layer.weights is None else layer.weights.size
        streamed = f" ×{steps[index]}" if steps[index] > 1 else ""
        table.add_row(
            "-" if layer.source == NO_SOURCE else str(layer.source),
            layer.kind.name + streamed,
            compiled.forms[index].name if layer.scaling else "",
            _shape(network.features[layer.output]),
            _window(layer),
            f"{macs(network, layer):,}",
            f"{weights:,}",
            f"{plan.live[index]:,}",
        )
    return table


def _shape(feature: Feature) -> str:
    return f"{feature.height}x{feature.width}x{feature.channels}"


def _window(layer: Layer) -> str:
    (height, width), (down, right) = layer.window.kernel, layer.window.stride
    if (height, width, down, right) == (1, 1, 1, 1):
        return ""
    return f"{height}x{width} /{down}" if down == right else f"{height}x{width} /{down},{right}"


def _totals(compiled: Compiled) -> list[Text]:
    network, plan = compiled.network, compiled.plan
    image = network.features[0]
    image_bytes = image.height * image.width * image.channels
    total = sum(macs(network, layer) for layer in network.layers)
    flash, ram = len(compiled.blob), plan.arena_bytes + image_bytes
    return [
        Text(
            f"{total:,} MACs in {len(network.layers)} operators, {len(plan.steps)} steps; "
            f"{compiled.model_macs - total:,} MACs of dead channels removed"
        ),
        Text(
            f"flash {flash:,} B of {FREE_FLASH_BYTES:,} B left by the Arduino core "
            f"({APPLICATION_BYTES:,} B in all)"
        ),
        Text(
            f"RAM   {ram:,} B of {MODEL_MEMORY_BYTES:,} B of the firmware's for a model "
            f"({RAM_BYTES:,} B in all): arena {plan.arena_bytes:,} B, image {image_bytes:,} B"
        ),
        Text(_distance(plan.arena_bytes, plan.lower_bound)),
        Text(str(compiled.reading)),
    ]


def _distance(arena: int, bound: int) -> str:
    if arena == bound:
        return "the memory plan is optimal for these steps"
    return f"the memory plan is {arena - bound:,} B above the lower bound of {bound:,} B"
