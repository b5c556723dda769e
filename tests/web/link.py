"""The link as a page has it, but from Python: what a page sends, and what it is sent."""

from __future__ import annotations

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from host.link import messages as wire
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.web.server import Service
from tests.web.waits import PATIENCE_MS


def link(service: Service, token: str | None = None, origin: str | None = "") -> ClientConnection:
    """A WebSocket as a page opens it. origin: "" the page's own, None none."""
    here = f"127.0.0.1:{service.port_number}"
    given = service.token if token is None else token
    return connect(
        f"ws://{here}/link?token={given}",
        origin=f"http://{here}" if origin == "" else origin,  # type: ignore[arg-type]
        compression=None,
        proxy=None,
        ping_interval=None,  # a machine that stands still for 20 s is no lost link
    )


def command(message: Any, sequence: int = 0) -> bytes:
    return encode_packet(message.ID, sequence, message.pack())


def receive(page: ClientConnection, inbox: Inbox, frames: int) -> list[dict[str, Any]]:
    """Until so many Results came; the texts on the way."""
    texts = []
    while frames > 0:
        data = page.recv(timeout=PATIENCE_MS / 1000)
        if isinstance(data, str):
            texts.append(json.loads(data))
        else:
            frames -= sum(isinstance(m, wire.Result) for m in inbox.feed(data))
    return texts
