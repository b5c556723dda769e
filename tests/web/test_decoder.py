"""The page's decoder against the Python one: the same bytes, the same damage, the same lies."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from host.base.records import Message
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyPort
from host.link.framing import encode_cobs, encode_packet
from host.link.inbox import Inbox
from host.samples import Pairing, Sample, scores_of
from tests.attack.lies import changed, lies
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.link.test_pieces import BIG, PIXELS, parts
from tests.web.conftest import opening
from tests.web.serve import served
from tests.web.waits import compute

DECODE = """
async (streams) => {
  const { Inbox } = await import("/inbox.js");
  const { Pairing } = await import("/samples.js");
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const hex = (data) => Array.from(data, (b) => b.toString(16).padStart(2, "0")).join("");
  const plain = (value) =>
    typeof value === "bigint" ? value.toString()
    : value instanceof Uint8Array ? hex(value)
    : typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  const simple = (m) => Object.fromEntries(Object.entries(m).map(([k, v]) => [k, plain(v)]));
  return streams.map((portions) => {
    const inbox = new Inbox(), pairing = new Pairing();
    const messages = [], samples = [];
    let hello = null;
    for (const portion of portions) {
      for (const message of inbox.feed(bytes(portion))) {
        messages.push(simple(message));
        if (message.name === "Hello") hello = message;
        if (hello) samples.push(...pairing.take(message, hello, 1));
      }
    }
    return {
      messages,
      samples: samples.map((s) => [s.frame, s.image !== null, s.scores]),
      losses: inbox.losses(),
      objections: Array.from(inbox.objections.entries()),
      received: hex(inbox.received()),
    };
  });
}
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One for all: its modules keep nothing between these tests."""
    with served(MemoryPort(FakeBoard())) as service, opening(browser) as open_page:
        yield open_page(service.address)


def plain(value: Any) -> Any:
    """As DECODE writes it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity"
    return value


def simple(message: Message) -> dict[str, Any]:
    kinds = {column.name: column.kind for column in type(message).COLUMNS}
    found: dict[str, Any] = {"name": type(message).__name__}
    for field in dataclasses.fields(message):  # type: ignore[arg-type]
        value = getattr(message, field.name)
        key = "name_" if field.name == "name" else field.name
        found[key] = str(value) if kinds.get(field.name) == "u64" else plain(value)
    return found


def by_python(portions: list[bytes]) -> dict[str, Any]:
    """What the page must say."""
    inbox, pairing = Inbox(), Pairing()
    hello: wire.Hello | None = None
    messages, samples = [], list[Sample]()
    for portion in portions:
        for message in inbox.feed(portion):
            messages.append(simple(message))
            if isinstance(message, wire.Hello):
                hello = message
            if hello:
                losses = inbox.losses(0, 0)
                samples += pairing.take(message, hello, wire.Mode.STREAM, losses)
    losses = inbox.losses(0, 0)
    return {
        "messages": messages,
        "samples": [[s.frame, s.image is not None, list(s.scores)] for s in samples],
        "losses": {
            "wireLost": losses.wire_lost,
            "deviceDropped": losses.device_dropped,
            "hostDropped": 0,
            "badPackets": losses.bad_packets,
            "deviceBadPackets": losses.device_bad_packets,
            "repeated": losses.repeated,
            "restarts": losses.restarts,
            "reconnects": 0,
        },
        "objections": [[words(why), n] for why, n in inbox.objections.items()],
        "received": inbox.received().hex(),
    }


def decode(page: Page, streams: list[list[bytes]]) -> list[dict[str, Any]]:
    encoded = [[base64.b64encode(p).decode() for p in portions] for portions in streams]
    output: list[dict[str, Any]] = compute(page, DECODE, encoded)
    for one in output:
        one["objections"] = [[words(why), n] for why, n in one["objections"]]
    return output


def words(why: str) -> list[str]:
    """An objection's words; a number as one language writes it, nan and 1.0, is the other's NaN and 1."""
    found = why.split()
    for at, word in enumerate(found):
        with contextlib.suppress(ValueError):
            found[at] = str(float(word))
    return found


def long_stream(seed: int) -> bytes:
    """Frames, drops, restarts, faults, packets that came twice."""
    draw, board = random.Random(seed), FakeBoard()
    parts = [board.say(board.hello)]
    for _ in range(12):
        shot = board.shoot(draw.randrange(-120, 120))
        parts.append(shot)
        kind = draw.randrange(6)
        if kind == 0:
            parts.append(shot)  # came twice
        if kind == 1:
            parts.append(board.say(wire.Fault(3, 7, 0xDEAD, "ö\ud800".encode(errors="replace"))))
        if kind == 2:
            board.say(wire.Log(1, b"lost"), drop=True)
        if kind == 3:
            parts.append(board.restart())
        if kind == 4:
            parts.append(board.say(wire.Pong(1 << 63, 1 << 60, board.dropped, draw.randrange(3))))
        if kind == 5:
            parts.append(bytes(draw.randrange(1, 256) for _ in range(draw.choice((9, 34_000)))))
    return b"".join(parts)


def portions(data: bytes, seed: int) -> list[bytes]:
    draw, found = random.Random(seed), []
    while data:
        size = draw.choice((1, 7, 64, 4096, 70_000))
        found.append(data[:size])
        data = data[size:]
    return found


def damaged(data: bytes, seed: int) -> list[bytes]:
    """As a bad cable gives it."""
    port = MemoryPort(FakeBoard())
    faulty, found = FaultyPort(port, FaultRates.even(0.02), seed), []
    for portion in portions(data, seed):
        port.arrive(portion)
        found.append(faulty.read())
    return [portion for portion in found if portion]


def test_damage_is_counted_as_the_python_decoder_counts_it(page: Page) -> None:
    clean = [portions(long_stream(seed), seed) for seed in range(6)]
    bad = [damaged(long_stream(seed), seed) for seed in range(24)]
    output = decode(page, clean + bad)
    expected = [by_python(stream) for stream in clean + bad]
    for mine, theirs in zip(output, expected, strict=True):
        assert mine == theirs
    assert sum(one["losses"]["badPackets"] > 0 for one in output[len(clean) :]) > 12
    assert sum(len(one["samples"]) for one in output) > 60


def in_parts(messages: list[Message], lost: int = 0) -> bytes:
    """Packets of a board whose frames are 128x128 RGB, without the one of number `lost`, 1 for the first."""
    packets = [encode_packet(m.ID, number, m.pack()) for number, m in enumerate([BIG, *messages])]
    return b"".join(packet for number, packet in enumerate(packets) if not number or number != lost)


def test_a_frame_in_parts_is_joined_as_the_python_host_joins_it(page: Page) -> None:
    """128x128 RGB is larger than a packet: parts in any cut, one lost, two frames mixed, one begun anew."""
    board = FakeBoard()
    board.frame = 7
    result = board.result(np.frombuffer(PIXELS, np.uint8).reshape(128, 128, 3))
    first, second = parts(7), parts(8)
    cases = [
        (in_parts([*first, result, *second]), [7, 8]),
        (in_parts([*parts(7, 1_000), result, *second]), [7, 8]),
        (in_parts([*first, result, *second], lost=1), [8]),
        (in_parts([*first, result, *second], lost=len(first)), [8]),
        (in_parts([*first[:1], *second[1:], *second]), [8]),
        (in_parts([*first[:1], *first, result]), [7]),
        (in_parts([*first[:1], first[0], *first[1:], *second[1:], *second]), [7, 8]),
    ]
    streams = [portions(data, seed) for seed, (data, _) in enumerate(cases)]
    for one, stream, (_, frames) in zip(decode(page, streams), streams, cases, strict=True):
        assert one == by_python(stream)
        whole = [message for message in one["messages"] if message["name"] == "Frame"]
        assert [message["frame"] for message in whole] == frames
        assert all(message["pixels"] == PIXELS.hex() for message in whole)
        assert not any(message["name"] == "FramePart" for message in one["messages"])


def test_every_lie_is_refused_as_the_python_host_refuses_it(page: Page) -> None:
    hello = encode_packet(HELLO.ID, 0, HELLO.pack())
    unfit = (HELLO.ID,)
    streams = []
    for good, name, value in lies():
        message = changed(good, name, value)
        if good.ID in unfit and name in ("layout_hash", "protocol_version"):
            continue  # another wire: below
        streams.append([hello, encode_packet(message.ID, 1, message.pack())])
    output = decode(page, streams)
    refused = 0
    for stream, one in zip(streams, output, strict=True):
        assert one == by_python(stream)
        refused += one["losses"]["badPackets"]
    assert refused > 40


def test_a_board_of_another_wire_is_named(page: Page) -> None:
    other = dataclasses.replace(HELLO, layout_hash=7)
    words = compute(
        page,
        """async (bytes) => {
          const { Inbox, WrongWireError } = await import("/inbox.js");
          try { new Inbox().feed(Uint8Array.from(bytes)); } catch (error) {
            return [error instanceof WrongWireError, error.message];
          }
        }""",
        list(encode_packet(HELLO.ID, 0, other.pack())),
    )
    assert words[0] and "speaks wire 00000007" in words[1]


@pytest.mark.parametrize("length", [0, 1, 253, 254, 255, 508, 509, 1000])
def test_commands_are_framed_byte_for_byte(page: Page, length: int) -> None:
    draw = random.Random(length)
    plain_bytes = [draw.randrange(1, 256) for _ in range(length)]
    zeros = [draw.choice((0, 1)) for _ in range(length)]
    for data in (plain_bytes, zeros):
        made = compute(
            page,
            """async (data) => Array.from((await import("/wire.js")).encodeCobs(data))""",
            data,
        )
        assert bytes(made) == encode_cobs(bytes(data))


def test_scores_become_the_same_probabilities(page: Page) -> None:
    rows = []
    for meaning in range(4):
        for count in (1, 2, 5):
            scores = np.random.default_rng(count).integers(-128, 128, count, np.int8).tobytes()
            rows.append((meaning, 0.0371, -7, scores))
    made = compute(
        page,
        """async (rows) => {
          const { scoresOf } = await import("/samples.js");
          return rows.map(([meaning, scale, zero, scores]) => scoresOf(
            { score_meaning: meaning, output_scale: Math.fround(scale), output_zero_point: zero },
            { scores: Uint8Array.from(scores) }));
        }""",
        [[m, s, z, list(b)] for m, s, z, b in rows],
    )
    result = wire.Result(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b"")
    for (meaning, scale, zero, scores), mine in zip(rows, made, strict=True):
        hello = dataclasses.replace(
            HELLO,
            score_meaning=meaning,
            output_scale=scale,
            output_zero_point=zero,
            score_count=len(scores),
        )
        theirs = scores_of(hello, dataclasses.replace(result, scores=scores))
        assert mine == pytest.approx(theirs, abs=1e-12)
