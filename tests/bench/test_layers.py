"""Attribution of clock reads to operators, on a schedule small enough to check by eye."""

from __future__ import annotations

import dataclasses

import pytest

from host.base.errors import HostError
from host.base.places import MODELS
from host.bench.engine.layers import describe, split
from host.compiler.format import PackedStep
from host.compiler.pack import PackedModel, unpack
from host.virtual.window import Reading, Window


@pytest.fixture
def model() -> PackedModel:
    """Two operators of the person model; the first streams around the second."""
    packed = unpack((MODELS / "person_grey_025.tpm").read_bytes())
    steps = (PackedStep(0, 0, 10), PackedStep(0, 1, 48), PackedStep(10, 0, 38))
    return dataclasses.replace(packed, operators=packed.operators[:2], steps=steps)


def window(*cycles: int) -> Window:
    """Readings at these cycles, half as many instructions, a tenth of flash reads."""
    start, *calls, end = (Reading(c, c // 2, c // 10) for c in cycles)
    return Window(start, tuple(calls), end, 0)


def test_steps_of_an_operator_are_added_up_and_the_rest_lies_outside(model: PackedModel) -> None:
    found = window(100, 110, 1110, 1120, 3120, 3130, 8130, 8200)
    costs, outside = split(model, found)
    assert costs == (Reading(6000, 3000, 600), Reading(2000, 1000, 200))
    assert outside == Reading(100, 50, 10)
    assert costs[0] + costs[1] + outside == found.total


def test_a_firmware_that_reads_its_clock_otherwise_is_refused(model: PackedModel) -> None:
    with pytest.raises(HostError, match="read its clock 4 times in an inference of 3 steps"):
        split(model, window(0, 1, 2, 3, 4, 5))


def test_macs_and_the_smlad_bound(model: PackedModel) -> None:
    first, second = describe(model, [248_832, 124_416])
    assert (first.operator, first.output, first.steps) == ("CONV", (48, 48, 6), 2)
    assert first.macs == second.macs == 48 * 48 * 6 * 9
    assert first.cycles_per_mac == 2
    assert first.smlad_percent == 25
    assert second.smlad_percent == 50


def test_operators_without_macs_have_no_cycles_per_mac() -> None:
    packed = unpack((MODELS / "person_grey_025.tpm").read_bytes())
    last = describe(packed, [1] * len(packed.operators))[-1]
    assert last.operator == "SOFTMAX"
    assert last.cycles_per_mac is None
    assert last.smlad_percent is None


def test_a_profile_of_another_model_is_refused(model: PackedModel) -> None:
    with pytest.raises(HostError, match="profiled 30 operators, the model has 2"):
        describe(model, [1] * 30)
