"""A Device against a scripted board: handshake, commands, retries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host.base.errors import HostError
from host.link import messages as wire
from host.link.device import Device
from host.link.framing import Decoder
from host.link.line import QUEUE_MESSAGES
from host.link.transport import Port
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.link.patience import LOSING, PATIENT, QUICK, drain, every


class MutePort(MemoryPort):
    """A port with something else than our board behind it."""

    def __init__(self, says: bytes) -> None:
        super().__init__(FakeBoard(), name="/dev/ttyACM0")
        self.arrive(says)

    def write(self, data: bytes) -> None:
        """Heard by nobody."""


def refusal(port: Port) -> str:
    with pytest.raises(HostError) as caught:
        Device(port, timing=QUICK)
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


def test_packets_without_hello_suggest_a_reset() -> None:
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


def test_a_lost_answer_is_requested_again(losing: Device, board: FakeBoard) -> None:
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


def test_a_busy_board_gets_the_request_again(device: Device, board: FakeBoard) -> None:
    answers = iter([wire.Status.BUSY, wire.Status.BUSY, wire.Status.OK])
    board.refuse = lambda message: next(answers)
    device.set_mode(wire.Mode.SINGLE)
    assert board.mode == wire.Mode.SINGLE


def test_a_reboot_without_an_answer_is_no_error(port: MemoryPort, board: FakeBoard) -> None:
    with Device(port, timing=replace(QUICK, hello_s=60)) as device:
        board.drop_answer = lambda message: True
        device.reboot()
    assert board.commands[-1] == wire.Reboot(0)


def test_the_newest_messages_stay_when_nobody_reads(device: Device, port: MemoryPort) -> None:
    for number in range(QUEUE_MESSAGES + 40):
        port.arrive(port.board.say(wire.Log(0, b"%d" % number)))
    port.arrive(port.board.say(wire.Log(0, b"last")))
    device.ping()
    found = drain(device, QUEUE_MESSAGES)
    assert device.receive(0.02) is None
    assert found[-1] == wire.Log(0, b"last")
    assert device.losses.host_dropped == 41


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
