"""Each command is answered, whenever it comes: asked once, as somebody would who does not ask again."""

from __future__ import annotations

from host.link.framing import encode_packet
from host.link.messages import Ping, Pong
from tests.system.board import Bench

MICROSECOND = 64  # cycles
PAUSES_US = range(
    100, 500, 10
)  # between two commands: the UART's receiver is stopped in one of them


def pings(count: int) -> list[bytes]:
    return [encode_packet(Ping.ID, number % 256, Ping(number).pack()) for number in range(count)]


def answers(bench: Bench) -> list[int]:
    return [message.host_time_us for message in bench.messages if isinstance(message, Pong)]


def test_a_command_may_come_while_the_board_takes_the_one_before() -> None:
    bench = Bench()
    questions = pings(2 * len(PAUSES_US))
    for turn, pause in enumerate(PAUSES_US):
        bench.board.send(questions[2 * turn])
        bench.board.run(pause * MICROSECOND)
        bench.board.send(questions[2 * turn + 1])
        bench.board.run(10_000 * MICROSECOND)
    assert answers(bench) == list(range(len(questions)))
