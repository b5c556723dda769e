"""Names of a board's layers: from the packed model with the hash that the board says, where one is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from host.base.errors import HostError
from host.base.places import MODELS
from host.bench.engine.layers import describe
from host.compiler.model import choose_model
from host.compiler.pack import PackedModel


@dataclass(frozen=True)
class Layer:
    """name: CONV 3 48x48x8, or `layer 3`. macs: 0 when not known."""

    name: str
    macs: int


@dataclass(frozen=True)
class Footprint:
    """macs: of an inference, dead channels removed. flash_bytes: packed. ram_bytes: arena and image."""

    macs: int
    flash_bytes: int
    ram_bytes: int


def footprint_of(packed: PackedModel) -> Footprint:
    """What a model asks of the board, from its packed form."""
    header = packed.header
    image = header.input_height * header.input_width * header.input_channels
    macs = sum(layer.macs for layer in layers_of(packed, len(packed.operators)))
    return Footprint(macs, header.total_bytes, header.arena_bytes + image)


def find_model(model_hash: int, model: Path | None) -> PackedModel | None:
    """What the board runs: `model`, which must be it, or one of the project's; None when none is."""
    for file in [model] if model else sorted(MODELS.glob("*.tpm")):
        packed = choose_model(file, b"", True).packed
        if packed.header.body_crc == model_hash:
            return packed
    if model:
        raise HostError(
            f"{model} is not what the board runs ({model_hash:08x})",
            "leave --model out, or deploy it",
        )
    return None


def layers_of(packed: PackedModel | None, count: int) -> list[Layer]:
    """Of a board that profiles `count` layers."""
    if packed is None or len(packed.operators) != count:
        return [Layer(f"layer {number}", 0) for number in range(count)]
    costs = describe(packed, [0] * count)
    return [Layer(f"{c.operator} {c.source} {_shape(c.output)}", c.macs) for c in costs]


def _shape(shape: tuple[int, int, int]) -> str:
    return "x".join(map(str, shape))
