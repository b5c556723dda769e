"""A file that a comment, a docstring or a document names is in the project: a stale name misleads."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {  # of Nordic's SDKs, of SCons, of other projects; and examples of a user's own files
    *("sdk_config.h", "common_rtc.c", "nrfx_timer.c", "nrfx_twi.c", "nrfx_usbd.c"),
    *("scons.py", "_fetchers.py", "bring_up.md", "report.md"),
}
NAMED = re.compile(r"(?<![\w*{/.<])([a-z_]+\.(?:py|c|h|md|S|js))\b")
FOLDERS = ("host", "firmware/src", "firmware/include", "tools", "tests", "docs")
SUFFIXES = {".py", ".c", ".h", ".cpp", ".S", ".js", ".md"}


def test_files_that_are_named_are_there() -> None:
    files = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES
    ]
    files += [path for path in ROOT.iterdir() if path.suffix in SUFFIXES]
    there = {path.name for path in files} | ELSEWHERE
    read = [path for path in files if not path.is_relative_to(ROOT / "tests")]
    stale = {
        f"{path.relative_to(ROOT)} names {name}"
        for path in read
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
        if name not in there
    }
    assert stale == set()
