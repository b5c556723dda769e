"""One simulated hour of the firmware's queue and the host's inbox with a bad cable between them, both ways."""

from __future__ import annotations

import zlib

import numpy as np

from host.base.records import Message
from host.link.damage import FaultRates, FaultyBytes
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import Frame, Ping, Pong, Result
from tests.link.test_firmware_link import Inbox as FirmwareInbox
from tests.link.test_firmware_link import Outbox

HOUR_S = 3600
FRAMES_A_SECOND = 3
PINGS_A_SECOND = 2
RING_BYTES = 32768  # of firmware/src/link/link.c
STALL_EVERY_S, STALL_S = 300, 4  # the host sleeps now and then
RATES = FaultRates.even(0.001)  # of every 512 bytes: of the frames, one in 14 is harmed


def pixels_of(number: int) -> bytes:
    """9,216 bytes that no other frame has, zeros among them."""
    return (number * 2654435761 % 2**32).to_bytes(4, "little") * 2304


class Hour:
    """A firmware's queue, a bad cable, and the host's inbox; counts what was sent and what was received."""

    def __init__(self) -> None:
        self.outbox, self.inbox = Outbox(RING_BYTES), Inbox()
        self.cable = FaultyBytes(RATES, seed=11)
        self.received: list[Message] = []
        self.output = self.number = 0

    def shoot(self) -> None:
        """A frame and its result, or what the queue still takes of them."""
        self.number += 1
        pixels = pixels_of(self.number)
        frame = Frame(self.number, 96, 96, 1, 0, b"")
        crc, dropped = zlib.crc32(pixels), self.outbox.state.dropped
        result = Result(self.number, crc, 1, 2, 3, 4, 5, dropped, 0, 0, 0, 0, bytes(2))
        self.outbox.put(Frame.ID, frame.pack(), pixels)
        self.outbox.put(Result.ID, result.pack())
        self.output += 2

    def pong(self, stamp: int) -> None:
        """The answer to a ping."""
        pong = Pong(stamp, 2 * stamp, self.outbox.state.dropped, 0)
        self.outbox.put(Pong.ID, pong.pack())
        self.output += 1

    def deliver(self) -> None:
        """What waits travels to the host."""
        self.received += self.inbox.feed(self.cable.damage(self.outbox.drain(RING_BYTES)))

    def corrupt(self) -> int:
        """Messages that arrived, but not as they were said. Forgets them."""
        wrong = 0
        for message in self.received:
            match message:
                case Frame():
                    wrong += message.pixels != pixels_of(message.frame)
                case Result():
                    wrong += message.image_crc != zlib.crc32(pixels_of(message.frame))
                case Pong():
                    wrong += message.device_cycles != 2 * message.host_time_us
                case _:
                    wrong += 1
        self.received.clear()
        return wrong


def test_an_hour_of_damage_passes_no_corrupt_message_and_hides_no_loss() -> None:
    hour, arrived, corrupt = Hour(), 0, 0
    for second in range(HOUR_S):
        for _ in range(FRAMES_A_SECOND):
            hour.shoot()
            if second % STALL_EVERY_S >= STALL_S:
                hour.deliver()
        for ping in range(PINGS_A_SECOND):
            hour.pong(second * PINGS_A_SECOND + ping)
        if second % STALL_EVERY_S >= STALL_S:
            hour.deliver()
        arrived += len(hour.received)
        corrupt += hour.corrupt()
    losses = hour.inbox.losses(0, 0)
    print(f"{hour.output} messages said, {arrived} arrived, {losses}, {hour.cable.counts}")
    assert corrupt == 0
    assert losses.bad_packets > 500
    assert losses.device_dropped == hour.outbox.state.dropped > 100
    assert losses.restarts == 0
    # every message is accounted for; a last one may still hang in the decoder
    assert abs(hour.output - arrived - losses.wire_lost - losses.device_dropped) <= 2


def test_an_hour_of_damaged_commands_obeys_none_that_was_not_sent() -> None:
    firmware, cable = FirmwareInbox(), FaultyBytes(FaultRates.even(0.02), seed=12)
    random = np.random.default_rng(13)
    sent: dict[int, bytes] = {}
    obeyed = 0
    for number in range(HOUR_S * PINGS_A_SECOND):
        payload = Ping(int(random.integers(0, 2**63))).pack()
        sent[number] = payload
        for kind, sequence, received in firmware.feed(
            cable.damage(encode_packet(Ping.ID, number, payload))
        ):
            obeyed += 1
            assert (kind, received) == (Ping.ID, sent[sequence])
    assert obeyed > 0.85 * HOUR_S * PINGS_A_SECOND
    assert cable.counts.total > 400
