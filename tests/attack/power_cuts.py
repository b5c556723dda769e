"""The power fails at drawn flash operations of models that fill several pages: the old or the new one runs then."""

from __future__ import annotations

import random
from collections import Counter

from host.link.messages import Fault, Status
from host.virtual.nvmc import PAGE_BYTES
from tests.deploy.models import packed, padded
from tests.deploy.slot_bench import SlotBench

PAGES = 3
SMALL = packed("old", 1, (4, 4, 1), 1), packed("new", 2, (4, 4, 1), 1)
OLD, NEW = (padded(blob, PAGES * PAGE_BYTES - 64 * i) for i, blob in enumerate(SMALL))


class CountingBench(SlotBench):
    """erased_at: the operations since the power came that were erases of a page."""

    def __init__(self) -> None:
        self.erased_at: list[int] = []
        super().__init__()

    def _watched_erase(self, address: int) -> None:
        self.erased_at.append(self.operations)
        super()._watched_erase(address)


def cuts(wanted: int) -> tuple[str, bool]:
    """Half of them at an erase, the others at any operation."""
    bench, draw = CountingBench(), random.Random(3)
    assert bench.deploy(OLD).status == Status.OK
    bench.power_on()
    bench.erased_at.clear()
    assert bench.deploy(NEW).status == Status.OK
    count, erases = bench.operations, list(bench.erased_at)
    found, faults = Counter[str](), 0
    for number in range(wanted):
        if bench.power_on().model == "new":
            assert bench.deploy(OLD).status == Status.OK
        bench.cut_power_after(draw.choice(erases) if number % 2 else draw.randrange(count))
        bench.messages.clear()
        bench.until_power_cut(lambda: bench.deploy(NEW))
        found[bench.power_on().model] += 1
        faults += any(isinstance(message, Fault) for message in bench.messages)
    summary = f"{wanted} cuts, {wanted // 2} of them in an erase, {dict(sorted(found.items()))}, {faults} faults"
    return summary, not faults and set(found) <= {"old", "new"}
