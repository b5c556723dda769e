"""A load inside an IT block that a hook sees leaves nothing behind: what is called next runs whole."""

from __future__ import annotations

import pytest

from host.virtual.engines import Flavour
from host.virtual.options import BoardOptions
from host.virtual.silicon import Silicon
from tests.virtual.bench import Bench

IN_FLASH, GPIO_IN = 0x40, 0x50000510
CASES = [
    ("flash that waits", BoardOptions(silicon=Silicon(flash=3)), IN_FLASH, None),
    ("the exact engine", BoardOptions(always_exact=True), GPIO_IN, None),
    ("the profile engine", BoardOptions(), IN_FLASH, Flavour.PROFILE),
]


@pytest.mark.parametrize(
    ("options", "place", "flavour"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_block_after_a_conditional_load_runs_whole(
    options: BoardOptions, place: int, flavour: Flavour | None
) -> None:
    bench = Bench(options)
    if flavour is not None:
        bench.board.cpu.use(flavour)
    seven = bench.board.symbols["seven"][0] | 1
    assert bench.value("seven_after_a_conditional_load", place, seven) == 7
