"""Boards that lie: every tool ends in time and in memory, without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.__main__ import attack, cases
from tests.attack.lying_board import Lie, LyingBoard, serving
from tests.attack.tools import TOOLS, run


@pytest.mark.parametrize("tool", TOOLS)
def test_an_honest_board_is_served(tool: str, tmp_path: Path) -> None:
    """The stand-in is good enough for each tool: what fails below fails for the lie."""
    with serving(LyingBoard()) as url:
        ending = run(tool, url, tmp_path)
    assert ending.wrong == ""
    assert ending.code == (1 if tool == "doctor" else 0), ending.output  # its colour bars are drawn


@pytest.mark.parametrize(("tool", "lie"), cases(full=False, count=18, seed=5), ids=str)
def test_a_lie_is_no_traceback_no_hang_and_no_flood(tool: str, lie: Lie, tmp_path: Path) -> None:
    assert attack(tool, lie, tmp_path) == ""


def test_every_lie_meets_every_tool_in_the_full_run() -> None:
    every = cases(full=True, count=0, seed=0)
    assert {tool for tool, _ in every} == set(TOOLS) and len(every) > 2000
