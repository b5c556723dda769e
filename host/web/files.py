"""The page's files as a server answers them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (  # nothing from anywhere else, and nobody may frame the page
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class PageFile:
    """One file, in memory."""

    kind: str
    content: bytes


def page_files() -> dict[str, PageFile]:
    """Path of the address -> file: every one is read once, so no address reaches the disk."""
    found = {
        f"/{path.name}": PageFile(TYPES[path.suffix], path.read_bytes())
        for path in sorted(PAGE.iterdir())
        if path.suffix in TYPES
    }
    return found | {"/": found["/index.html"]}


def file_response(file: PageFile) -> Response:
    """200 with the file."""
    return _response(HTTPStatus.OK, file.kind, file.content)


def refusal(status: HTTPStatus, text: str) -> Response:
    """A refusal in one line."""
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode())


def _response(status: HTTPStatus, kind: str, content: bytes) -> Response:
    lengths = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"}
    return Response(status.value, status.phrase, Headers(HEADERS | lengths), content)
