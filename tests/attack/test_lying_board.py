"""Boards that lie: every tool ends in time and in memory, without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

import host.viewer.__main__ as viewer
from host.link.messages import Hello
from tests.attack.__main__ import REPLAY, SLOW, attack, cases, ending
from tests.attack.lying_board import Lie
from tests.attack.tools import REPLAYED, TOOLS

EXPECTED = {
    "doctor": 1,  # its colour bars are drawn
    "evaluate": 1,  # its scores are made up
}
QUICK = [tool for tool in TOOLS if tool not in SLOW]


@pytest.mark.parametrize("tool", [*QUICK, *(REPLAY + tool for tool in REPLAYED)])
def test_an_honest_board_is_served(tool: str, tmp_path: Path) -> None:
    """The stand-in is good enough for each tool: what fails below fails for the lie."""
    ended = ending(tool, None, tmp_path)
    assert ended.wrong == ""
    assert ended.code == EXPECTED.get(tool, 0), ended.output


@pytest.mark.parametrize(("tool", "lie"), cases(full=False, count=30, seed=5), ids=str)
def test_a_lie_is_no_traceback_no_hang_and_no_flood(
    tool: str, lie: Lie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "PATIENCE_S", 3.0)  # the full run waits as users do
    assert attack(tool, lie, tmp_path) == ""


@pytest.mark.parametrize("tool", ["evaluate", "bench engine"])
def test_a_board_of_another_input_than_its_models_is_one_line(tool: str, tmp_path: Path) -> None:
    ended = ending(tool, (Hello, "input_width", 1), tmp_path)
    assert (ended.code, ended.wrong) == (2, "")


def test_every_lie_meets_every_tool_in_the_full_run() -> None:
    every = cases(full=True, count=0, seed=0)
    assert len({tool for tool, _ in every}) == len(TOOLS) + len(REPLAYED) and len(every) > 4000
