"""Ctrl-C before a tool has loaded all it needs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOST = Path(__file__).resolve().parents[1] / "host"


@pytest.mark.parametrize(
    "end, output",
    [
        ("raise KeyboardInterrupt", ["stopped"]),
        ("raise ValueError('ours')", ["Traceback", "ValueError: ours"]),
    ],
)
def test_it_is_a_word_and_all_else_is_our_bug(end: str, output: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", f"from host.base.errors import plain_words; plain_words(); {end}"],
        capture_output=True,
        text=True,
    )
    lines = ran.stderr.splitlines()
    assert ran.returncode != 0 and lines[0].startswith(output[0]) and lines[-1] == output[-1]
    if output == ["stopped"]:
        assert len(lines) == 1 and ran.returncode in (-signal.SIGINT, 130, 0xC000013A)


def test_to_import_the_package_changes_nothing() -> None:
    seen = "import sys; before = sys.excepthook; import host; assert sys.excepthook is before"
    subprocess.run([sys.executable, "-c", seen], check=True)


@pytest.mark.parametrize("main", sorted(HOST.rglob("__main__.py")), ids=lambda p: p.parent.name)
def test_every_tool_is_quiet_before_its_long_imports(main: Path) -> None:
    lines = main.read_text(encoding="utf-8").splitlines()
    imports = [line for line in lines if line.startswith(("from ", "import "))]
    assert imports[1] == "from host.base.errors import plain_words"
    assert lines.index("    plain_words()  # before the imports that take long") < lines.index(
        imports[2]
    )
