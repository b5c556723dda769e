"""A crash of the firmware: the board starts again and says once where it was."""

from __future__ import annotations

import pytest

from host.link.messages import Fault, FaultCode, Hello
from tests.system.board import Bench

NOWHERE = 0x3000_0000  # no memory


@pytest.mark.bare_image("mbed keeps a record of its own")
def test_a_board_that_crashed_says_where_behind_its_greeting_and_only_once() -> None:
    bench = Bench()
    bench.board.jump(NOWHERE)
    fault = bench.wait(Fault)
    assert (FaultCode(fault.code), fault.detail) == (FaultCode.HARD_FAULT, NOWHERE)
    assert any(isinstance(message, Hello) for message in bench.messages)
    bench.messages.clear()
    bench.client.reboot()
    bench.wait(Hello)
    bench.board.run(6_400_000)
    assert not [message for message in bench.messages if isinstance(message, Fault)]
