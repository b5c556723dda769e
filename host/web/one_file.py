"""The whole page as one HTML file: from a folder, a stick or any static host, without a server of ours.

Browsers load no modules from file://, but they do from data: addresses; an import map gives those their names.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from host.web.files import PAGE

IMPORT = re.compile(r'(\bfrom )"\./([\w.]+\.js)"')
POLICY = (  # as the server's, for what lies in the file itself; --web's link is for pages that it served
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'"
)


def one_file() -> str:
    """The page's text."""
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    style = (PAGE / "style.css").read_text(encoding="utf-8")
    parts = {
        '<link rel="icon" href="icon.svg">': f'<link rel="icon" href="{_data(PAGE / "icon.svg")}">',
        '<link rel="stylesheet" href="style.css">': f"<style>\n{style}</style>",
        '<script type="module" src="main.js"></script>': _scripts(),
        '<meta charset="utf-8">': f'<meta charset="utf-8">\n{_policy()}',
    }
    for old, new in parts.items():
        assert page.count(old) == 1, old
        page = page.replace(old, new)
    return page


def _scripts() -> str:
    modules = {f"page/{path.name}": _module(path) for path in sorted(PAGE.glob("*.js"))}
    imports = json.dumps({"imports": modules}, indent=0)
    return f'<script type="importmap">{imports}</script>\n<script type="module">import "page/main.js";</script>'


def _module(path: Path) -> str:
    """A name that begins with ./ has no meaning from a data: address."""
    text = IMPORT.sub(r'\1"page/\2"', path.read_text(encoding="utf-8"))
    return _encoded("text/javascript", text.encode())


def _data(path: Path) -> str:
    return _encoded("image/svg+xml", path.read_bytes())


def _encoded(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _policy() -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
