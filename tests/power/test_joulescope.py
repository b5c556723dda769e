"""Joulescope: the driver of its maker replaced by one of the same calls, streams of a known signal."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.errors import HostError
from host.power.joulescope import Joulescope, Streams
from host.power.marker import find_pulses
from host.power.meter import Block
from host.power.trace import Trace, join
from tests.power.instruments.joulescope import BLOCK_SAMPLES, Faults, SimulatedJoulescope
from tests.power.instruments.signal import inferences

RATE_HZ = 100_000


def measure(module: SimulatedJoulescope) -> Trace:
    """All whole blocks of the signal."""
    meter = Joulescope(module, "", RATE_HZ)
    try:
        meter.start(0.0)
        blocks: list[Block] = []
        while (block := meter.read(0.3)) is not None:
            blocks.append(block)
        return join(blocks, RATE_HZ, 0.0)
    finally:
        meter.close()


def test_energy_comes_of_the_measured_voltage_and_edges_are_at_the_sample() -> None:
    signal = inferences(6)
    trace = measure(SimulatedJoulescope(signal, volts=3.21))
    assert trace.lost == 0 and len(trace) > len(signal) - 2 * BLOCK_SAMPLES
    assert trace.energy_j == pytest.approx(signal.energy_j(3.21, 0, len(trace)), rel=0.005)
    pulses, (rises, falls) = find_pulses(trace.bits, 0), signal.edges
    assert np.abs(pulses.rises - rises).max() <= 1 and np.abs(pulses.falls - falls).max() <= 1


def test_a_block_that_never_arrives_is_a_gap() -> None:
    skipped = SimulatedJoulescope(inferences(4), faults=Faults(skip={9000: 1}))
    trace = measure(skipped)
    assert [(gap.at, gap.lost) for gap in trace.gaps] == [(8000, BLOCK_SAMPLES)]


def test_samples_that_the_instrument_marks_are_lost_ones() -> None:
    trace = measure(SimulatedJoulescope(inferences(4), faults=Faults(holes={20_010: 25})))
    assert [(gap.at, gap.lost) for gap in trace.gaps] == [(20_010, 25)]
    assert np.isfinite(trace.current_a).all()


@pytest.mark.parametrize(
    ("path", "topic"), [("u/js110/7", ("s/i/lsb_src", "gpi0")), ("u/js220/7", ("h/fs", RATE_HZ))]
)
def test_each_model_is_set_up_in_its_own_words(path: str, topic: tuple[str, object]) -> None:
    module = SimulatedJoulescope(inferences(1), path=path)
    measure(module)
    assert topic in module.published
    assert module.published[-3:] == [("s/i/ctrl", 0), ("s/v/ctrl", 0), ("s/gpi/0/ctrl", 0)]
    assert module.finalized == 1


def test_none_plugged_in() -> None:
    with pytest.raises(HostError, match="no Joulescope is plugged in"):
        Joulescope(SimulatedJoulescope(inferences(1), path=""), "", RATE_HZ)


def test_another_one_than_requested_is_named() -> None:
    with pytest.raises(HostError, match="present: u/js220/001122"):
        Joulescope(SimulatedJoulescope(inferences(1)), "999999", RATE_HZ)


def test_one_that_another_program_holds() -> None:
    module = SimulatedJoulescope(inferences(1), faults=Faults(cannot_open=True))
    with pytest.raises(HostError, match="close the Joulescope UI"):
        Joulescope(module, "", RATE_HZ)
    assert module.finalized == 1


def test_numbers_that_jump_far_are_refused() -> None:
    streams = Streams(RATE_HZ)
    block = {"sample_rate": RATE_HZ, "decimate_factor": 1, "data": np.zeros(10, np.float32)}
    streams.add("s/i", block | {"sample_id": 0})
    with pytest.raises(HostError, match="jump"):
        streams.add("s/i", block | {"sample_id": 1 << 60})


def test_the_real_driver_has_the_calls_that_are_used() -> None:
    import pyjoulescope_driver

    driver = pyjoulescope_driver.Driver
    for name in (
        "device_paths",
        "open",
        "close",
        "publish",
        "subscribe",
        "unsubscribe",
        "finalize",
    ):
        assert callable(getattr(driver, name))
    assert isinstance(pyjoulescope_driver.__version__, str)
