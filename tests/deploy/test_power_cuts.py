"""The power of the virtual board fails at every single flash operation of a deployment; then the board starts again."""

from __future__ import annotations

import pytest

from host.link.messages import Fault, Status
from tests.deploy.models import packed
from tests.deploy.slot_bench import SlotBench

OLD, NEW = packed("old", 1, (4, 4, 1), 1), packed("new", 2, (4, 4, 1), 1)


def test_a_power_cut_at_every_operation_leaves_the_old_or_the_new_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = SlotBench()
    assert bench.deploy(OLD).status == Status.OK
    bench.power_on()
    assert bench.deploy(NEW).status == Status.OK
    count = bench.operations
    outcomes = {"old": 0, "new": 0}
    for at in range(count + 1):
        if bench.power_on().model == "new":
            assert bench.deploy(OLD).status == Status.OK
        bench.cut_power_after(at)
        bench.until_power_cut(lambda: bench.deploy(NEW))
        assert bench.is_off
        found = bench.power_on().model
        outcomes[found] += 1
        assert not any(isinstance(message, Fault) for message in bench.messages)
    assert outcomes == {"old": count, "new": 1}
    with capsys.disabled():
        print(f"\n{count} flash operations on the board, power cut at each: {outcomes}")
