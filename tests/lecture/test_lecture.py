"""docs/LECTURE.md from start to end: every command runs, in order, without a board, and prints what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from host.base.places import ABOVE

PAGE = ABOVE / "docs" / "LECTURE.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.S | re.M)
ANY = "…"
FOUND_SOMETHING = {"host.data check": 1}  # its exit code where it found something
LINES = "│┃|"


@dataclass(frozen=True)
class Step:
    """A command, and the pieces of text that it must print."""

    command: str
    shows: tuple[str, ...]


def steps() -> list[Step]:
    """Those of the page, in order."""
    found: list[Step] = []
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *shows = part.strip().split("\n")
            found.append(Step(command, tuple(shows)))
    return found


def squeezed(text: str) -> str:
    """Without a table's lines and breaks: a terminal's width decides those."""
    return " ".join(text.translate({ord(line): " " for line in LINES}).split())


def pattern(shown: str) -> re.Pattern[str]:
    """The page's line, its ellipses standing for anything short."""
    pieces = [re.escape(squeezed(piece)) for piece in shown.split(ANY)]
    return re.compile(r"\s?.{0,60}?\s?".join(pieces))


def test_every_idea_has_a_command_or_a_question() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(sections) >= 12
    for section in sections[:-1]:
        assert "*Question:*" in section and ("```" in section or "`python -m" in section)


@pytest.mark.timeout(0)  # a minute of CPU, which is long on a shared machine
def test_the_page_runs_from_start_to_end(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(ABOVE / "models")
    environment = os.environ | {"PYTHONPATH": str(ABOVE), "COLUMNS": "160"}
    for step in steps():
        program, *words = shlex.split(step.command)
        assert program == "python", step.command
        done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment,
                              capture_output=True, text=True)  # fmt: skip
        most = max(
            (code for name, code in FOUND_SOMETHING.items() if name in step.command), default=0
        )
        output = squeezed(done.stdout + "\n" + done.stderr)
        assert done.returncode <= most, f"{step.command}: {output[-600:]}"
        for shown in step.shows:
            assert pattern(shown).search(output), (
                f"{step.command}: no {shown!r} in {output[-3000:]}"
            )
