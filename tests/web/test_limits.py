"""Both sides of what a page may keep waiting, ask and say: no browser, no socket, no thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedOK

from host.link.framing import DELIMITER, LARGEST_ENCODED, encode_packet
from host.link.messages import Get, Hold, Mode, Ping, Set, SetMode, Setting
from host.link.settings import LIMITS
from host.recording.replay import open_replay
from host.web import feed, server
from host.web.feed import MOST_BYTES, MOST_TEXTS, Feed, PacketCutter
from host.web.guard import CommandGate, Request, is_for_us, may_link
from host.web.hub import Hub
from host.web.playback import PlaybackCommand, PlaybackStatus, parse_command, status_of
from tests.link.fake_board import FakeBoard


def test_packets_are_cut_behind_their_ends() -> None:
    cutter = PacketCutter()
    assert cutter.take(b"ab") == b"" and cutter.take(b"c\0de\0f") == b"abc\0de\0"
    assert cutter.take(b"g\0") == b"fg\0" and cutter.take(b"\0") == b"\0"
    assert not cutter.is_within_packet
    cutter.take(b"old")
    assert cutter.is_within_packet
    assert cutter.take(b"er\0") == b"older\0"
    assert cutter.take(b"x" * LARGEST_ENCODED) == b""
    assert cutter.take(b"y") == b"x" * LARGEST_ENCODED + b"y", "noise without an end passes"
    assert cutter.take(b"z\0") == b"z\0"


def test_the_newest_bytes_stay_and_whole_packets_leave() -> None:
    async def run() -> None:
        queue = Feed()
        assert feed.MOST_BYTES == 1024 * 1024 and feed.MOST_TEXTS == 64 and DELIMITER == b"\0"
        half = b"x" * (feed.MOST_BYTES // 2 - 2) + b"\0\0"
        queue.put(half)
        queue.put(half)
        assert queue.dropped == 0, "so much may wait"
        queue.put(b"y\0")
        assert queue.dropped == 2
        queue.send_playback("here")
        for number in range(65):
            queue.say(str(number))
        texts, data, place = await queue.get()
        assert texts == [str(number) for number in range(1, 65)] and place == "here"
        assert data == half + b"y\0"
        queue.put(b"z" * (feed.MOST_BYTES + 5))
        queue.put(b"a\0")
        assert queue.dropped == 2, "noise holds no packet"
        assert await queue.get() == ([], b"a\0", "")
        queue.put(b"z" * (feed.MOST_BYTES + 5))
        assert len((await queue.get())[1]) == feed.MOST_BYTES + 5, "the newest one stays whole"
        gives: tuple[Callable[[], None], ...] = (
            lambda: queue.say("t"),
            lambda: queue.send_playback("p"),
            lambda: queue.put(b"b"),
        )
        for give in gives:
            give()
            assert any(await asyncio.wait_for(queue.get(), 60))

    with ThreadPoolExecutor() as pool:  # this thread may have the browser's event loop
        pool.submit(asyncio.run, run()).result()


def test_limits_of_the_server() -> None:
    assert (server.TOKEN_BYTES, server.MOST_PAGES, server.MOST_COMMAND_BYTES) == (16, 16, 4096)
    assert server.SEND_BUFFER_BYTES == 128 * 1024


@pytest.mark.parametrize(
    ("hosts", "ours"),
    [
        (("127.0.0.1:80",), True),
        (("localhost",), True),
        (("evil.org",), False),
        ((), False),
        (("127.0.0.1", "127.0.0.1"), False),
        (("[",), False),
        (("",), False),
    ],
)
def test_whose_name_is_requested(hosts: tuple[str, ...], ours: bool) -> None:
    assert is_for_us(Request("/", hosts, ())) == ours


@pytest.mark.parametrize(
    ("path", "origins", "may"),
    [
        ("/link?token=abc", ("http://localhost:8",), True),
        ("/link?token=abd", ("http://localhost:8",), False),
        ("/link?token=abc&token=abc", ("http://localhost:8",), False),
        ("/link", ("http://localhost:8",), False),
        ("/link?token=", ("http://localhost:8",), False),
        ("/link?token=abc", ("http://localhost:9",), False),
        ("/link?token=abc", (), False),
        ("/link?token=abc", ("http://localhost:8", "http://localhost:8"), False),
    ],
)
def test_who_may_link(path: str, origins: tuple[str, ...], may: bool) -> None:
    assert may_link(Request(path, ("localhost:8",), origins), "abc") == may
    assert not may_link(Request(path, ("evil.org",), ("http://evil.org",)), "abc")


def test_which_commands_pass() -> None:
    gate = CommandGate()

    def why(identity: int, payload: bytes) -> list[str]:
        packet = encode_packet(identity, 7, payload)
        passed = gate.take(packet)
        assert passed == (b"" if gate.refused else packet)
        return gate.refused

    assert why(Ping.ID, Ping(1).pack()) == []
    assert [why(SetMode.ID, SetMode(int(mode)).pack()) for mode in Mode] == [[]] * len(Mode)
    assert why(SetMode.ID, SetMode(99).pack()) == ["there is no mode 99"]
    assert why(Get.ID, Get(99).pack()) == ["there is no setting 99"]
    assert why(Set.ID, Set(99, 0).pack()) == ["there is no setting 99"]
    gain = LIMITS[Setting.GAIN]
    for value in (gain.least, gain.most):
        assert why(Set.ID, Set(int(Setting.GAIN), value).pack()) == []
    for value in (gain.least - 1, gain.most + 1):
        (line,) = why(Set.ID, Set(int(Setting.GAIN), value).pack())
        assert line == f"gain {value}: it takes {gain.range}"
    (line,) = why(Set.ID, Set(int(Setting.MARKER_PIN), 28).pack())
    assert line == "marker_pin is set by python -m host.device, not by a page"
    (line,) = why(Hold.ID, Hold(1, 1, 1).pack())
    assert line == "Hold does not pass from a page to a board: use the command line"
    (line,) = why(250, b"")
    assert line == "message 250 does not pass from a page to a board: use the command line"
    (line,) = why(Set.ID, b"")
    assert line and gate.take(b"") == b"" and gate.refused == []


class Playing:
    """At 12.39 s of 75.94."""

    position_s, duration_s = 12.39, 75.94
    at_end = paused = stays_at_end = False

    def __init__(self) -> None:
        self.done: list[object] = []

    def seek(self, seconds: float) -> None:
        self.done.append(seconds)

    def pause(self, paused: bool) -> None:
        self.done.append(paused)


def test_how_far_a_playback_is() -> None:
    playback = Playing()
    assert status_of(playback) == PlaybackStatus(12.2, 75.9, False, True)
    assert json.loads(status_of(playback).text()) == {
        "playback": {"position_s": 12.2, "duration_s": 75.9, "at_end": False, "playing": True}
    }
    playback.paused = True
    assert not status_of(playback).playing
    playback.paused, playback.at_end = False, True
    assert status_of(playback) == PlaybackStatus(75.8, 75.9, True, False)
    PlaybackCommand(3.5, True).apply(playback)
    PlaybackCommand(None, False).apply(playback)
    assert playback.done == [3.5, False, True]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{"seconds": 3, "playing": true}', PlaybackCommand(3.0, True)),
        ('{"seconds": null, "playing": false}', PlaybackCommand(None, False)),
        ('{"seconds": 0, "playing": false}', PlaybackCommand(0, False)),
        ('{"seconds": true, "playing": true}', None),
        ('{"seconds": "3", "playing": true}', None),
        ('{"seconds": 3, "playing": 1}', None),
        ("[" * 100_000, None),
        ('{"seconds": 1}', None),
        ("{", None),
        ("[1]", None),
        ("7", None),
        ("text", None),
    ],
)
def test_what_a_page_requests_of_a_recording_is_checked(
    text: str, command: PlaybackCommand | None
) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("seconds", "at_end"),
    [("1" + "0" * 400, True), ("1e999", True), ("-1e999", False), ("NaN", False)],
)
def test_a_page_winds_no_further_than_a_recording_goes(seconds: str, at_end: bool) -> None:
    port = open_replay("tests/golden/board.rec")
    command = parse_command(f'{{"seconds": {seconds}, "playing": true}}')
    assert command is not None
    command.apply(port)
    assert port.position_s == (port.duration_s if at_end else 0.0)
    port.close()


def test_texts_that_nobody_reads_do_not_grow() -> None:
    async def fill() -> tuple[list[str], bytes, str]:
        feed = Feed()
        for number in range(1000):
            feed.say(f"{number}")
            feed.send_playback(f"at {number}")
        return await feed.get()

    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        texts, data, place = pool.submit(asyncio.run, fill()).result()
    assert texts == [str(number) for number in range(1000 - MOST_TEXTS, 1000)]
    assert (data, place) == (b"", "at 999")


def test_packets_are_cut_whole_and_noise_does_not_grow() -> None:
    board, cutter = FakeBoard(), PacketCutter()
    output = board.say(board.hello) + board.shoot()
    pieces = [cutter.take(output[at : at + 700]) for at in range(0, len(output), 700)]
    assert b"".join(pieces) == output
    assert all(piece.endswith(b"\0") for piece in pieces if piece)
    held = [len(cutter.take(b"x" * 10_000)) for _ in range(20)]
    assert sum(held) >= 160_000 and MOST_BYTES > 160_000


class Connection:
    """A page's: what it is sent, and the commands that it sends."""

    def __init__(self, *commands: str | bytes) -> None:
        self.sent: list[str | bytes] = []
        self._commands = iter(commands)

    async def send(self, data: str | bytes) -> None:
        self.sent.append(data)
        if data == "last":
            raise ConnectionClosedOK(None, None)

    def __aiter__(self) -> Connection:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return next(self._commands)
        except StopIteration:
            raise StopAsyncIteration from None


def test_a_page_is_sent_texts_then_bytes_then_the_place_and_each_new_loss_once() -> None:
    async def run() -> list[str | bytes]:
        page, queue = Connection(), Feed()

        async def takes(least: int) -> None:
            for _ in range(1000):  # turns: the other task has all that it needs to go on
                if len(page.sent) >= least:
                    return
                await asyncio.sleep(0)
            sending.cancel()

        sending = asyncio.create_task(server._send(cast(ServerConnection, page), queue))
        queue.say("text")
        queue.put(b"a\0")
        queue.send_playback("place")
        await takes(3)
        queue.dropped = 1
        queue.put(b"b\0")
        await takes(5)
        queue.put(b"c\0")
        await takes(6)
        queue.dropped = 3
        queue.say("last")
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        return page.sent

    with ThreadPoolExecutor() as pool:
        sent = pool.submit(asyncio.run, run()).result()
    assert sent == ["text", b"a\0", "place", '{"dropped": 1}', b"b\0", b"c\0", "last"]


def test_what_a_page_sends_passes_the_gate_or_is_answered_why_not() -> None:
    ping, hold = (encode_packet(each.ID, 7, each.pack()) for each in (Ping(1), Hold(1, 1, 1)))
    page, queue, passed = (
        Connection("order", ping, hold, hold + ping, b"\0"),
        Feed(),
        list[object](),
    )

    class Board:
        async def command(self, text: str) -> None:
            passed.append(text)

        async def send(self, data: bytes) -> str:
            passed.append(data)
            return "" if len(passed) == 2 else "the board has left"

    async def run() -> list[str]:
        await server._receive(cast(ServerConnection, page), queue, cast(Hub, Board()))
        return (await queue.get())[0]

    with ThreadPoolExecutor() as pool:
        texts = pool.submit(asyncio.run, run()).result()
    assert passed == ["order", ping, ping]
    refused = "Hold does not pass from a page to a board: use the command line"
    assert [json.loads(text)["notice"] for text in texts] == [
        refused,
        refused,
        "the board has left",
    ]
