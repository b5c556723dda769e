"""Writes the generated files, or with --check says which are stale. `python -m tools.generate [--check]`"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from host.base.header import board_header
from host.compiler.header import packed_model_header
from host.link.header import protocol_header
from host.web.rules import rules_script
from host.web.script import protocol_script
from tools.options import page as options_page

ROOT = Path(__file__).resolve().parent.parent
GENERATED: dict[str, Callable[[], str]] = {
    "docs/OPTIONS.md": options_page,
    "firmware/include/board_numbers.h": board_header,
    "firmware/include/packed_model.h": packed_model_header,
    "firmware/include/protocol.h": protocol_header,
    "host/web/page/protocol.js": protocol_script,
    "host/web/page/validity.js": rules_script,
}


def stale() -> list[str]:
    """The generated files whose text differs from what their source says."""
    return [p for p, make in GENERATED.items() if not _equals(ROOT / p, make())]


def _equals(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 when --check finds a stale file."""
    check = "--check" in (sys.argv[1:] if argv is None else argv)
    names = stale()
    for name in names:
        if not check:
            (ROOT / name).write_text(GENERATED[name](), encoding="utf-8")
        print(f"{'stale' if check else 'wrote'}: {name}")
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
