"""Each command is answered, whenever it comes: sent once, as by a host that does not repeat requests."""

from __future__ import annotations

from host.link.framing import encode_packet
from host.link.messages import Fault, Frame, Mode, Ping, Pong, Setting
from tests.system.board import Bench, under_test_is_ours

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
    requests = pings(2 * len(PAUSES_US))
    for turn, pause in enumerate(PAUSES_US):
        bench.board.send(requests[2 * turn])
        bench.board.run(pause * MICROSECOND)
        bench.board.send(requests[2 * turn + 1])
        bench.board.run(10_000 * MICROSECOND)
    assert answers(bench) == list(range(len(requests)))


def test_the_instruction_cache_is_what_the_board_says_of_it() -> None:
    """Product specification 4.3.6: ICACHECNF. It is on unless a host turns it off, and Hello says which."""
    bench = Bench()
    for on in (1, 0, 1):
        bench.set(Setting.INSTRUCTION_CACHE, on)
        assert bench.greet().instruction_cache == on
        assert bench.board.nvmc.instruction_cache is bool(on)


# USB's packets are what can hurt; our own image has a UART.
PACKET, PAIRS = (0, 20) if under_test_is_ours() else (64, 100)
OUT_OF_STEP = 3_300  # us, no multiple of a line's time: some pair comes wherever it can hurt


def test_requests_that_come_while_lines_are_read_cost_no_frame() -> None:
    """The second packet waits in the port when the first one's interrupt ends, which lets its own come again."""
    bench = Bench()
    bench.mode(Mode.CAPTURE)
    bench.wait(Frame)
    bench.messages.clear()
    requests = pings(2 * PAIRS)
    for turn in range(PAIRS):
        for request in requests[2 * turn : 2 * turn + 2]:
            bench.board.send(request.ljust(PACKET, b"\0"))
        bench.board.run(OUT_OF_STEP * MICROSECOND)
    assert [bench.wait(Pong).host_time_us for _ in requests] == list(range(len(requests)))
    assert not [message for message in bench.messages if isinstance(message, Fault)]
    assert len([message for message in bench.messages if isinstance(message, Frame)]) >= PAIRS // 50
