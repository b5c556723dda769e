"""Who may talk to the board, and what may be said to it. Pure: requests and packets in, verdicts out."""

from __future__ import annotations

import hmac
import shlex
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from host.base.follow_up import starter
from host.base.records import WireError
from host.link.framing import Decoder, encode_packet
from host.link.messages import BY_ID, Get, HelloRequest, Mode, Ping, Set, SetMode, Setting
from host.link.settings import LIMITS

LINK_PATH = "/link"
NAMES = ("127.0.0.1", "localhost")  # a page behind any other name came by another's DNS
ALLOWED = (HelloRequest, SetMode, Set, Get, Ping)
FOR_COMMANDS = (Setting.DCDC, Setting.MARKER_PIN)  # wrong values of these can stop a board


@dataclass(frozen=True)
class Request:
    """What of an HTTP request decides. Each header's values as they came."""

    path: str
    hosts: tuple[str, ...]
    origins: tuple[str, ...]


def is_for_us(request: Request) -> bool:
    """Asked by the name of this machine itself: a foreign name that resolves to 127.0.0.1 is not."""
    return len(request.hosts) == 1 and _name(request.hosts[0]) in NAMES


def may_link(request: Request, token: str) -> bool:
    """True with the token, from a page of ours: its origin is the address that it asks, through a tunnel, too."""
    if not is_for_us(request) or request.origins != (f"http://{request.hosts[0]}",):
        return False
    given = parse_qs(urlsplit(request.path).query).get("token", [""])
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), token.encode())


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


@dataclass
class CommandGate:
    """Bytes of one page -> the packets that may pass to a board; what may not is named."""

    refused: list[str] = field(default_factory=list)
    _decoder: Decoder = field(default_factory=Decoder)

    def take(self, data: bytes) -> bytes:
        """Whole, allowed packets alone, as they came. `refused` says why others did not pass."""
        passed = b""
        self.refused = []
        for packet in self._decoder.feed(data):
            why = _objection(packet.type, packet.payload)
            if why:
                self.refused.append(why)
            else:
                passed += encode_packet(packet.type, packet.sequence, packet.payload)
        return passed


def _objection(identity: int, payload: bytes) -> str:
    kind = BY_ID.get(identity)
    if kind is None or kind not in ALLOWED:
        name = f"message {identity}" if kind is None else kind.__name__
        return f"{name} does not pass from a page to a board: use the command line"
    try:
        command = kind.unpack(payload)
    except WireError as error:
        return str(error)
    if isinstance(command, SetMode) and command.mode not in Mode._value2member_map_:
        return f"there is no mode {command.mode}"
    if isinstance(command, Set | Get) and command.setting not in Setting._value2member_map_:
        return f"there is no setting {command.setting}"
    return _objection_to_value(command) if isinstance(command, Set) else ""


def _objection_to_value(command: Set) -> str:
    setting = Setting(command.setting)
    if setting in FOR_COMMANDS:
        tool = shlex.join(starter("host.device"))
        return f"{setting.name.lower()} is set by {tool}, not by a page"
    if not LIMITS[setting].allows(command.value):
        return f"{setting.name.lower()} {command.value}: it takes {LIMITS[setting].range}"
    return ""
