"""What a test asks of every meter."""

from __future__ import annotations

from host.power.meter import Block, PowerMeter
from host.power.trace import Trace, join


def measured(meter: PowerMeter, samples: int, volts: float) -> Trace:
    """At least so many samples from the start of its stream. Closes it."""
    try:
        meter.start(volts)
        blocks: list[Block] = []
        while sum(len(b.current_a) + b.lost for b in blocks) < samples:
            block = meter.read(1.0)
            assert block is not None
            blocks.append(block)
        return join(blocks, meter.info.rate_hz, volts)
    finally:
        meter.close()
