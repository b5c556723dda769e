"""The compiler as one function: the bytes of a .tflite in, the packed model and what was decided out."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass

from host.base.errors import HostError
from host.compiler import fits
from host.compiler.check import check_graph
from host.compiler.format import Form, Meaning, PackedHeader
from host.compiler.forms import Requantisation, choose_forms
from host.compiler.intervals import analyse
from host.compiler.labels import check_labels
from host.compiler.network import Network, macs
from host.compiler.pack import Identity, exceeded_limit, pack
from host.compiler.passes.constant_channels import simplify_constant_channels
from host.compiler.passes.constants import fold_constants
from host.compiler.passes.dead_channels import remove_dead_channels
from host.compiler.passes.ends import fold_ends
from host.compiler.passes.fold_pads import fold_pads
from host.compiler.passes.lower import lower
from host.compiler.pixels import BY_SCALE, BYTES, Choice, Reading, read_pixels
from host.compiler.plan import ARENA_TARGET, Plan, plan
from host.compiler.read_graph import read_graph
from host.compiler.scratch import Demand, demand


@dataclass(frozen=True)
class Options:
    """Switches of the compiler.

    fast_kernels: give them the scratch without which plain C runs. arena_target: bytes; layers stream in as many steps
    as that takes, 0 for the least. pixels: what a picture's bytes stand for (pixels.py).
    """

    streaming: bool = True
    dead_channel_removal: bool = True
    fast_kernels: bool = True
    arena_target: int = ARENA_TARGET
    pixels: Choice = BY_SCALE


@dataclass(frozen=True)
class Compiled:
    """network after all passes; blob: the packed model; model_macs: before channels were removed.

    reading: what a picture's bytes stand for; None of a sketch, which has no scales.
    """

    network: Network
    plan: Plan
    forms: tuple[Form, ...]
    blob: bytes
    model_macs: int
    reading: Reading | None = None


def compile_model(
    data: bytes, name: str, labels: tuple[str, ...] | None = None, options: Options | None = None
) -> Compiled:
    """Compiles a .tflite. labels: None names them class_0, class_1, ... Raises HostError for what cannot run."""
    compiled = compile_anyway(data, name, labels, options)
    refused = refusal(compiled)
    if refused:
        raise refused
    return compiled


def compile_anyway(
    data: bytes, name: str, labels: tuple[str, ...] | None = None, options: Options | None = None
) -> Compiled:
    """As compile_model, but too large a model is compiled too, for reports."""
    chosen = options or Options()
    graph = fold_ends(fold_constants(read_graph(data)))
    check_graph(graph)
    reading = read_pixels(graph.tensors[graph.inputs[0]], chosen.pixels)
    lowered = fold_pads(lower(graph, reading))
    bounds = analyse(lowered)
    network = simplify_constant_channels(lowered, bounds)
    total_macs = sum(macs(network, layer) for layer in network.layers)
    if chosen.dead_channel_removal:
        network = remove_dead_channels(network, bounds.features)
    count = network.features[network.output].channels
    names = labels or tuple(f"class_{i}" for i in range(count))
    check_labels(names, name)
    if count == 1 and len(names) == 2:
        names = names[1:]  # of two classes: the only score is that of the second
    if len(names) != count:
        raise HostError(
            f"{len(names)} labels for {count} scores ({', '.join(names)})",
            f"give --labels with {count}, in the order of the scores",
        )
    identity = Identity(name, names, hashlib.sha256(data).digest())
    made = assemble(network, choose_forms(network), identity, chosen, total_macs)
    return dataclasses.replace(made, reading=reading)


def score_meaning(data: bytes) -> Meaning:
    """What a .tflite's scores mean. Raises HostError for what cannot run."""
    graph = fold_ends(fold_constants(read_graph(data)))
    check_graph(graph)
    return lower(graph, read_pixels(graph.tensors[graph.inputs[0]], BYTES)).meaning


def assemble(
    network: Network,
    requantisations: tuple[Requantisation, ...],
    identity: Identity,
    options: Options,
    model_macs: int,
) -> Compiled:
    """The back half: plan and pack. requantisations: by layer."""
    forms = tuple(proven.form for proven in requantisations)
    demands = tuple(
        demand(network, layer, form) if options.fast_kernels else Demand()
        for layer, form in zip(network.layers, forms, strict=True)
    )
    planned = plan(network, demands, options.streaming, options.arena_target)
    blob = pack(network, planned, requantisations, identity)
    return Compiled(network, planned, forms, blob, model_macs)


def refusal(compiled: Compiled) -> HostError | None:
    """Why the board cannot run the model, and what helps; None when it can."""
    header = PackedHeader.unpack(compiled.blob[: PackedHeader.LAYOUT.size])
    assert isinstance(header, PackedHeader)
    return fits.refusal(header) or exceeded_limit(compiled.network, compiled.plan)
