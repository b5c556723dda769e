"""What the fast kernels (firmware/src/engine/dsp) ask of the plan: scratch bytes, and many rows at a time."""

from __future__ import annotations

from host.compiler.format import OperatorKind
from host.compiler.network import Network

STEP_CYCLES = 300  # to start any step
DEPTHWISE_PAIR_CYCLES = 27  # to start two columns of one channel, dsp/README.md


def scratch_bytes(network: Network, layer: int) -> int:
    """Bytes for layer number `layer`; 0 for plain C."""
    del network, layer
    return 0


def step_overhead(network: Network, layer: int) -> int:
    """Estimated cycles that a step of layer number `layer` costs however few rows it computes."""
    made = network.layers[layer]
    output = network.features[made.output]
    pairs = -(-output.width // 2) * output.channels
    fixed = DEPTHWISE_PAIR_CYCLES * pairs if made.kind is OperatorKind.DEPTHWISE else 0
    return STEP_CYCLES + fixed
