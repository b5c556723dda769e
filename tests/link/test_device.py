"""A Device against a scripted board: handshake, retries, injection, reconnection."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.framing import Decoder
from host.link.line import QUEUE_MESSAGES, NoAnswerError, Timing
from host.link.transport import Port, PortLostError
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort, moving_picture

QUICK = Timing(  # of what must fail
    hello_s=0.3,
    hello_again_s=0.05,
    answer_s=0.05,
    tries=4,
    result_s=0.3,
    busy_s=0.01,
    reopen_s=0.01,
)
PATIENT = replace(
    QUICK, hello_s=60, answer_s=60, result_s=60
)  # nothing is lost, so nothing may go twice
LOSING = replace(QUICK, hello_s=60, tries=400)  # answers are lost: late ones, too, count as lost


def every(period: int) -> Callable[[Message], bool]:
    """True for every period-th call."""
    count = itertools.count(1)
    return lambda message: next(count) % period == 0


class MutePort(MemoryPort):
    """A port with something else than our board behind it."""

    def __init__(self, says: bytes) -> None:
        super().__init__(FakeBoard(), name="/dev/ttyACM0")
        self.arrive(says)

    def write(self, data: bytes) -> None:
        """Heard by nobody."""


@pytest.fixture
def board() -> FakeBoard:
    return FakeBoard()


@pytest.fixture
def port(board: FakeBoard) -> MemoryPort:
    return MemoryPort(board)


@pytest.fixture
def device(port: MemoryPort) -> Iterator[Device]:
    with Device(port, timing=PATIENT) as device:
        yield device


@pytest.fixture
def losing(port: MemoryPort) -> Iterator[Device]:
    with Device(port, timing=LOSING) as device:
        yield device


def refusal(port: Port) -> str:
    with pytest.raises(HostError) as caught:
        Device(port, timing=QUICK)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def drain(device: Device, count: int) -> list[Message]:
    found = (device.receive(10) for _ in range(count))
    return [message for message in found if message is not None]


def test_hello_says_who_it_is(device: Device) -> None:
    assert device.hello == HELLO
    assert device.mode is wire.Mode.IDLE
    assert device.name == "memory"


def test_another_wire_is_refused_with_both_versions_and_a_remedy() -> None:
    stranger = MemoryPort(FakeBoard(replace(HELLO, layout_hash=0xDEADBEEF)))
    line = refusal(stranger)
    assert "DEADBEEF" in line and f"{HELLO.layout_hash:08X}" in line and "upload" in line
    assert stranger.closed


def test_silence_names_the_bootloader_and_the_upload() -> None:
    line = refusal(MutePort(b""))
    assert "nothing was received" in line and "bootloader" in line and "-t upload" in line


def test_text_of_another_firmware_is_quoted() -> None:
    assert 'another firmware was received ("Hello from sketch' in refusal(
        MutePort(b"x\r\nHello from sketch 12\r\n")
    )


def test_bytes_that_are_no_packets_are_counted() -> None:
    assert "100 bytes that are no packets" in refusal(MutePort(bytes([0x83]) * 100))


def test_packets_without_hello_ask_for_a_reset() -> None:
    assert "1 packets, but no Hello" in refusal(MutePort(FakeBoard().say(wire.Log(1, b"alive"))))


def test_a_half_packet_before_us_does_not_harm(board: FakeBoard) -> None:
    board.hear(b"\x55half a command of a program that crashed")
    with Device(MemoryPort(board), timing=LOSING) as device:
        device.set_mode(wire.Mode.STREAM)
    assert board.mode == wire.Mode.STREAM


def test_commands_reach_the_board(device: Device, board: FakeBoard) -> None:
    device.set_mode(wire.Mode.STREAM)
    device.set(wire.Setting.GAIN, -1)
    assert device.camera_register(0x0A) == 0x76
    assert device.camera_register(0x11, 5) == 5
    assert (board.mode, board.settings) == (wire.Mode.STREAM, {wire.Setting.GAIN: -1})
    assert device.ping() >= 0


def test_a_lost_answer_is_asked_for_again(losing: Device, board: FakeBoard) -> None:
    board.drop_answer = every(2)
    for value in range(8):
        losing.set(wire.Setting.EXPOSURE, value)
        losing.ping()
    assert board.settings[wire.Setting.EXPOSURE] == 7


def test_a_board_that_stays_silent_is_named(port: MemoryPort, board: FakeBoard) -> None:
    with Device(port, timing=replace(QUICK, hello_s=60)) as device:
        board.drop_answer = lambda message: True
        with pytest.raises(HostError, match="no answer to SetMode after 4 tries"):
            device.set_mode(wire.Mode.STREAM)
        assert device.mode is wire.Mode.IDLE


def test_a_refusal_says_what_and_why(device: Device, board: FakeBoard) -> None:
    board.refuse = lambda message: wire.Status.BAD_VALUE
    with pytest.raises(HostError, match="refused setting CLOCK_DIVIDER = 99: bad value"):
        device.set(wire.Setting.CLOCK_DIVIDER, 99)


def test_a_busy_board_is_asked_again(device: Device, board: FakeBoard) -> None:
    answers = iter([wire.Status.BUSY, wire.Status.BUSY, wire.Status.OK])
    board.refuse = lambda message: next(answers)
    device.set_mode(wire.Mode.SINGLE)
    assert board.mode == wire.Mode.SINGLE


def test_a_reboot_without_an_answer_is_no_error(port: MemoryPort, board: FakeBoard) -> None:
    with Device(port, timing=replace(QUICK, hello_s=60)) as device:
        board.drop_answer = lambda message: True
        device.reboot()
    assert board.commands[-1] == wire.Reboot(0)


def test_inject_sends_every_pixel_in_order(device: Device, board: FakeBoard) -> None:
    image = moving_picture(3)
    result = device.inject(image)
    pieces = [c for c in board.commands if isinstance(c, wire.Inject)]
    assert b"".join(p.pixels for p in pieces) == image.tobytes()
    assert all(len(p.pack()) <= wire.MAX_COMMAND_PAYLOAD_BYTES for p in pieces)
    assert (result.source, result.scores) == (wire.Source.INJECTED, bytes([178, 77]))
    assert device.receive(0.02) is None, "the result belongs to inject"


@pytest.mark.parametrize("seed", [1, 2])
def test_inject_survives_lost_answers(losing: Device, board: FakeBoard, seed: int) -> None:
    chance, lost_in_a_row = random.Random(seed).random, 0

    def drop(_: object) -> bool:
        """At most two in a row: the one behind them must be enough."""
        nonlocal lost_in_a_row
        lost_in_a_row = lost_in_a_row + 1 if chance() < 0.25 and lost_in_a_row < 2 else 0
        return lost_in_a_row > 0

    board.drop_answer = drop
    image = moving_picture(seed)
    assert losing.inject(image).image_crc == board.result(image).image_crc


def test_inject_stops_the_stream_first(device: Device, board: FakeBoard) -> None:
    device.set_mode(wire.Mode.STREAM)
    device.inject(moving_picture(1))
    assert board.mode == wire.Mode.IDLE


def test_inject_takes_the_result_for_the_last_answer(losing: Device, board: FakeBoard) -> None:
    total = 96 * 96
    board.drop_answer = lambda m: isinstance(m, wire.Ack) and m.value == total
    assert losing.inject(moving_picture(1)).source == wire.Source.INJECTED


def test_inject_repeats_when_the_result_is_lost(losing: Device, board: FakeBoard) -> None:
    lost = iter([True])
    board.drop_answer = lambda m: isinstance(m, wire.Result) and next(lost, False)
    assert losing.inject(moving_picture(1)).source == wire.Source.INJECTED


def test_inject_wants_the_models_shape(device: Device) -> None:
    with pytest.raises(ValueError, match="takes uint8"):
        device.inject(np.zeros((64, 64, 1), np.uint8))


def test_inject_works_over_a_bad_cable(board: FakeBoard) -> None:
    """Damage in both directions: the image that is inferred is still the image that was sent."""
    port = FaultyPort(MemoryPort(board), FaultRates(0.02, 0.02, 0.02, 0.02), seed=5)
    with Device(port, timing=LOSING) as device:
        for number in range(4):
            image = moving_picture(number)
            assert device.inject(image).image_crc == board.result(image).image_crc
    assert port.sent.counts.total > 5 and port.received.counts.total > 5


def test_the_newest_messages_stay_when_nobody_reads(device: Device, port: MemoryPort) -> None:
    for number in range(QUEUE_MESSAGES + 40):
        port.arrive(port.board.say(wire.Log(0, b"%d" % number)))
    port.arrive(port.board.say(wire.Log(0, b"last")))
    device.ping()
    found = drain(device, QUEUE_MESSAGES)
    assert device.receive(0.02) is None
    assert found[-1] == wire.Log(0, b"last")
    assert device.losses.host_dropped == 41


def test_a_dead_port_is_an_error_after_its_last_messages(device: Device, port: MemoryPort) -> None:
    port.arrive(port.board.shoot())
    port.die()
    assert len(drain(device, 2)) == 2
    with pytest.raises(PortLostError, match="went away"):
        device.receive(10)
    with pytest.raises(PortLostError):
        device.ping()


def test_a_port_that_comes_back_is_told_everything_again(board: FakeBoard) -> None:
    first, second = MemoryPort(board), MemoryPort(replace(board))
    absent = iter([True, True])

    def reopen() -> Port:
        if next(absent, False):
            raise HostError("not plugged in yet")
        return second

    with Device(first, reopen=reopen, timing=PATIENT) as device:
        device.set(wire.Setting.COLOUR_BARS, 1)
        device.set_mode(wire.Mode.STREAM)
        first.die()
        second.arrive(second.board.shoot())
        assert {type(m) for m in drain(device, 2)} == {wire.Frame, wire.Result}
        while not device.connected:
            device.receive(0.01)
        assert second.board.mode == wire.Mode.STREAM
        assert second.board.settings == {wire.Setting.COLOUR_BARS: 1}
        assert device.losses.reconnects == 1
        device.ping()


def test_a_board_that_restarts_by_itself_is_told_everything_again(
    device: Device, port: MemoryPort
) -> None:
    device.set_mode(wire.Mode.STREAM)
    port.arrive(port.board.shoot() + port.board.restart())
    device.ping()
    while port.board.mode != wire.Mode.STREAM:
        device.receive(0.01)
    assert device.losses.restarts == 1
    assert device.losses.total == 0


def test_who_closes_while_a_restarted_board_is_greeted_floods_it_with_no_requests(
    board: FakeBoard,
) -> None:
    """What is sent after close() ends in the middle of a packet, and waits for who opens the port next."""
    port = MemoryPort(board)
    silent = threading.Event()
    board.drop_answer = lambda message: silent.is_set()
    device = Device(port, timing=replace(PATIENT, hello_again_s=60))

    def requests() -> int:
        return sum(isinstance(command, wire.HelloRequest) for command in board.commands)

    sent = requests()
    silent.set()
    port.arrive(board.restart())
    while requests() == sent:
        device.receive(0.01)
    device.close()
    assert requests() == sent + 1


def test_another_firmware_after_a_reconnection_is_an_error(board: FakeBoard) -> None:
    first = MemoryPort(board)
    stranger = MemoryPort(FakeBoard(replace(HELLO, layout_hash=1)))
    with Device(first, reopen=lambda: stranger, timing=PATIENT) as device:
        first.die()
        with pytest.raises(HostError, match="speaks wire 00000001"):
            for _ in range(100):
                device.receive(0.5)


def test_the_answer_to_an_earlier_command_is_not_taken(board: FakeBoard) -> None:
    """It comes late, and says no to something else."""

    class Late(MemoryPort):
        def write(self, data: bytes) -> None:
            for packet in Decoder().feed(data):
                if packet.type == wire.SetMode.ID:
                    earlier = (packet.sequence - 1) % 65536
                    stale = wire.Ack(packet.type, wire.Status.BAD_VALUE, earlier, 0)
                    self.arrive(board.say(stale))
            super().write(data)

    with Device(Late(board), timing=PATIENT) as device:
        device.set_mode(wire.Mode.STREAM)
        assert device.mode is wire.Mode.STREAM


def test_an_injected_image_that_the_board_never_holds_ends() -> None:
    """Each piece is acknowledged with nothing held: so often, and no more."""
    image = moving_picture(3)
    board = ForgetfulBoard()
    with (
        Device(MemoryPort(board), timing=PATIENT) as forgetful,
        pytest.raises(NoAnswerError, match="keeps losing an injected image"),
    ):
        forgetful.inject(image)
    pieces = image.size // wire.INJECT_CHUNK_BYTES + 1
    assert sum(isinstance(c, wire.Inject) for c in board.commands) == PATIENT.tries * pieces


class ForgetfulBoard(FakeBoard):
    """Holds nothing of an image."""

    def _inject(self, command: wire.Inject) -> tuple[int, list[Message]]:
        return 0, []
