"""How many bytes of arena each operator needs besides its maps: what the DSP kernels widen into."""

from __future__ import annotations

from host.compiler.network import Network


def scratch_bytes(network: Network, layer: int) -> int:
    """Bytes for layer number `layer`; 0 for plain C."""
    del network, layer
    return 0
