"""--web: the page and the link's very bytes, at 127.0.0.1 alone, for whoever has the token in the address."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from host.base.errors import HostError
from host.link.transport import Port
from host.recording.playback import Playback
from host.web.feed import Feed
from host.web.files import PageFile, file_response, page_files, refusal
from host.web.guard import LINK_PATH, CommandGate, Request, is_for_us, may_link
from host.web.hub import Hub, State

HERE = "127.0.0.1"
TOKEN_BYTES = 16
MOST_PAGES = 16
MOST_COMMAND_BYTES = 4096
SEND_BUFFER_BYTES = 1 << 17  # a page that sleeps is noticed soon, and dropped frames are old ones
# Stored, not compressed: pictures of noise would cost more than they save. But below 1.2 MB/s Chromium reads 1000 bytes
# at a time (its websocket_basic_stream.cc), ten tasks of the page for a frame; what it inflates it hands on whole.
REPACKED = ServerPerMessageDeflateFactory(compress_settings={"level": 0})
PING_S, PONG_S = 30.0, 180.0  # a page that sleeps may answer late


@dataclass(frozen=True)
class Service:
    """A running server. address: for a browser, with the token, which stays out of requests for files."""

    hub: Hub
    port_number: int
    token: str

    @property
    def address(self) -> str:
        """To open."""
        return f"http://{HERE}:{self.port_number}/#token={self.token}"


@contextlib.asynccontextmanager
async def serving(
    port: Port,
    state: State,
    reopen: Callable[[], Port],
    port_number: int = 0,
    playback: Playback | None = None,
) -> AsyncIterator[Service]:
    """Serves until the context ends. port_number: 0 any free one. Raises HostError when it is taken."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    hub = Hub(port, state, reopen, asyncio.get_running_loop(), playback)
    try:
        desk = _Desk(hub, token, page_files())
        server = await _listen(desk, port_number)
        async with server:
            yield Service(hub, next(iter(server.sockets)).getsockname()[1], token)
    finally:
        await asyncio.to_thread(hub.close)


async def _listen(desk: _Desk, port_number: int) -> Server:
    try:
        return await serve(
            desk.attend,
            HERE,
            port_number,
            process_request=desk.answer,
            compression=None,  # but for what REPACKED says
            extensions=[REPACKED],
            max_size=MOST_COMMAND_BYTES,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            server_header=None,
        )
    except OSError as error:
        raise HostError(
            f"cannot listen at {HERE}:{port_number} ({error.strerror})", "give --web another number"
        ) from error


class _Desk:
    """Answers requests: files to anyone here, the link to whoever may have it."""

    def __init__(self, hub: Hub, token: str, files: dict[str, PageFile]) -> None:
        self._hub, self._token, self._files = hub, token, files

    def answer(self, connection: ServerConnection, http: HttpRequest) -> Response | None:
        """None lets a WebSocket begin."""
        headers = http.headers
        request = Request(
            http.path, tuple(headers.get_all("Host")), tuple(headers.get_all("Origin"))
        )
        path = urlsplit(http.path).path
        if path == LINK_PATH:
            if not may_link(request, self._token):
                return refusal(HTTPStatus.FORBIDDEN, "not with this address, or not from here")
            if self._hub.pages >= MOST_PAGES:
                return refusal(HTTPStatus.SERVICE_UNAVAILABLE, f"{MOST_PAGES} pages look on")
            return None
        if not is_for_us(request):
            return refusal(HTTPStatus.FORBIDDEN, "not by this name")
        file = self._files.get(path)
        return file_response(file) if file else refusal(HTTPStatus.NOT_FOUND, "no such file")

    async def attend(self, connection: ServerConnection) -> None:
        """One page, until it leaves."""
        raw = connection.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        feed, hub = Feed(), self._hub
        hub.add(feed)
        sending = asyncio.create_task(_send(connection, feed))
        try:
            await _receive(connection, feed, hub)
        finally:
            sending.cancel()
            await hub.remove(feed)


async def _send(connection: ServerConnection, feed: Feed) -> None:
    output = 0
    with contextlib.suppress(ConnectionClosed):
        while True:
            texts, data, playback = await feed.get()
            if feed.dropped > output:
                output = feed.dropped
                texts.append(json.dumps({"dropped": output}))
            for text in texts:
                await connection.send(text)
            if data:
                await connection.send(data)
            if playback:
                await connection.send(playback)


async def _receive(connection: ServerConnection, feed: Feed, hub: Hub) -> None:
    gate = CommandGate()
    with contextlib.suppress(ConnectionClosed):
        async for data in connection:
            if isinstance(data, str):
                await hub.command(data)
                continue
            passed = gate.take(data)
            notices = list(gate.refused)
            if passed:
                notices.append(await hub.send(passed))
            for notice in filter(None, notices):
                feed.say(json.dumps({"notice": notice}))
