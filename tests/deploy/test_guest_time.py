"""How long 288 KB take over a link of 64 KB/s, in the board's own time, with a host that is gone 20 times."""

from __future__ import annotations

import random
import zlib

import pytest

from host.base.boards import CLOCK_HZ
from host.link.framing import DELIMITER, encode_packet
from host.link.messages import SLOT_CHUNK_BYTES, SlotWrite, Status
from host.virtual.uarte import BAUDRATE
from tests.deploy.models import PERSON, padded
from tests.deploy.slot_bench import SlotBench

SLOT_BYTES = 288 * 1024
LINK_BAUD = 640_000  # 64 KB/s: 10 bits a byte
MOST_SECONDS = 20
DISCONNECTIONS = 20  # each costs time: without them it takes less


def slow_bench() -> SlotBench:
    bench = SlotBench()
    bench.board.uarte.values[BAUDRATE] = LINK_BAUD * (1 << 32) // 16_000_000
    return bench


def disconnect(bench: SlotBench, blob: bytes, held: int, choose: random.Random) -> None:
    """The host vanishes inside a packet, and greets again."""
    piece = SlotWrite(held, blob[held : held + SLOT_CHUNK_BYTES])
    packet = encode_packet(piece.ID, 7, piece.pack())
    bench.board.send(packet[: choose.randrange(len(packet))])
    bench.board.run(CLOCK_HZ // 100)
    bench.board.send(DELIMITER)
    bench.greet()
    bench.messages.clear()


def test_288_kilobytes_take_less_than_20_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    bench, choose = slow_bench(), random.Random(3)
    blob = padded(PERSON.read_bytes(), SLOT_BYTES)
    start = bench.board.cycles
    for held in sorted(choose.sample(range(SLOT_BYTES), DISCONNECTIONS)):
        bench.write(blob, up_to=held)
        disconnect(bench, blob, min(held, SLOT_BYTES - SLOT_CHUNK_BYTES), choose)
    assert bench.deploy(blob).status == Status.OK
    seconds = (bench.board.cycles - start) / CLOCK_HZ
    assert bench.greet().model_hash == zlib.crc32(blob[16:])
    assert seconds < MOST_SECONDS
    with capsys.disabled():
        times = f"{DISCONNECTIONS} disconnections"
        print(f"\n{SLOT_BYTES} bytes, {times}: {seconds:.2f} s of guest time")
