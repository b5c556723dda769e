"""The server: who gets the link and the files, and what passes to the board."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from host.link import messages as wire
from host.web.guard import Request, is_for_us, may_link
from host.web.server import MOST_PAGES, Service
from tests.web.link import command, link
from tests.web.stream import StreamPort
from tests.web.waits import PATIENCE_MS, eventually


@pytest.mark.parametrize(
    ("token", "origin"),
    [
        ("", ""),
        ("wrong", ""),
        ("ö", ""),
        (None, "http://evil.example"),
        (None, "http://127.0.0.1:1"),
        (None, "null"),
        (None, None),
    ],
)
def test_the_link_is_for_the_page_with_the_token_alone(
    service: Service, port: StreamPort, token: str | None, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused, link(service, token, origin):
        pass
    assert refused.value.response.status_code == 403
    assert port.board.commands == [] and service.hub.pages == 0


def test_a_foreign_name_for_this_machine_is_refused(service: Service) -> None:
    """DNS rebinding: evil.example may resolve to 127.0.0.1, and its page would be of one origin with us."""
    for host in ("evil.example", f"evil.example:{service.port_number}", ""):
        wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
        wanted.putrequest("GET", "/", skip_host=True)
        wanted.putheader("Host", host)
        wanted.endheaders()
        assert wanted.getresponse().status == 403
    request = Request("/link?token=t", ("evil.example",), ("http://evil.example",))
    assert not is_for_us(request) and not may_link(request, "t")


def test_a_tunnel_with_another_number_works() -> None:
    request = Request("/link?token=t", ("localhost:9",), ("http://localhost:9",))
    assert may_link(request, "t")
    twice = Request("/link?token=t&token=u", ("localhost:9",), ("http://localhost:9",))
    assert not may_link(twice, "t")


@pytest.mark.parametrize("path", ["/../server.py", "/%2e%2e/server.py", "//etc/passwd", "/x"])
def test_no_address_reaches_another_file(service: Service, path: str) -> None:
    wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
    wanted.request("GET", path)
    assert wanted.getresponse().status == 404


def test_files_come_with_a_policy_that_keeps_them_here(service: Service) -> None:
    wanted = http.client.HTTPConnection("127.0.0.1", service.port_number)
    wanted.request("GET", "/main.js")
    answer = wanted.getresponse()
    assert answer.status == 200 and b"class App" in answer.read()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and service.token not in str(answer.headers)


@pytest.mark.parametrize(
    "message",
    [
        wire.Reboot(1),
        wire.SlotErase(1),
        wire.SlotBegin(4, 0),
        wire.CameraRegister(0x12, 1, 0x80),
        wire.Hold(0, 600_000, 0),
        wire.Inject(0, 3, b"abc"),
        wire.Set(wire.Setting.DCDC, 1),
        wire.Set(wire.Setting.MARKER_PIN, 3),
        wire.Set(wire.Setting.GAIN, 9_999),
        wire.Set(99, 0),
        wire.Get(99),
        wire.SetMode(77),
    ],
    ids=lambda message: str(message),
)
def test_what_could_stop_a_board_does_not_pass(
    service: Service, port: StreamPort, message: Any
) -> None:
    with link(service) as page:
        page.send(command(message))
        page.send(command(wire.Ping(7), 1))
        notices: list[str] = []
        answered = False
        while not (notices and answered):
            data = page.recv(timeout=PATIENCE_MS / 1000)
            if isinstance(data, str):
                notices += [json.loads(data)["notice"]] if "notice" in data else []
            else:
                answered = True
    assert not any(isinstance(m, type(message)) for m in port.board.commands[:1])
    assert [type(m) for m in port.board.commands[:1]] == [wire.Ping]
    assert len(notices) == 1 and notices[0]


def test_damaged_and_endless_bytes_of_a_page_reach_nothing(
    service: Service, port: StreamPort
) -> None:
    with link(service) as page:
        page.send(b"\x05\x40\x00\x00\x00" * 100 + b"\0")
        page.send(bytes(range(1, 256)))
        page.send("text")
        page.send(b"x" * 100_000)  # more than any command
        with pytest.raises(ConnectionClosed):
            while True:
                page.recv(timeout=PATIENCE_MS / 1000)
    assert [type(m) for m in port.board.commands] in ([], [wire.SetMode])  # at rest again


def test_no_more_pages_than_fit(service: Service) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_PAGES):
            stack.enter_context(link(service))
        eventually(lambda: service.hub.pages == MOST_PAGES)
        with pytest.raises(InvalidStatus) as refused:
            stack.enter_context(link(service))
    assert refused.value.response.status_code == 503
