"""No test of a page looks once: a page draws when it likes. See tests/web/waits.py."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests.web.conftest import OpenPage
from tests.web.waits import until

LOOKS = {  # of playwright, each of them at one moment; `expect(...)` has one that waits for every one
    *("all_inner_texts", "all_text_contents", "aria_snapshot", "bounding_box", "count"),
    *("get_attribute", "inner_html", "inner_text", "input_value", "is_checked", "is_disabled"),
    *("is_editable", "is_enabled", "is_hidden", "is_visible", "query_selector", "text_content"),
    *("evaluate_all", "evaluate_handle", "query_selector_all", "wait_for_timeout", "sleep"),
}
ONE_MOMENT = {"evaluate"}  # as an action of its own, whose value nobody uses


def looks(source: str) -> list[str]:
    """The calls that look at a page once, as LINE: NAME."""
    tree = ast.parse(source)
    unused = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        is_plain = name == "count" and node.args  # of a text or a list
        is_turn = name == "sleep" and ast.unparse(node.args[0]) == "0"  # of other tasks
        if (name in LOOKS and not is_plain and not is_turn) or (
            name in ONE_MOMENT and id(node) not in unused
        ):
            found.append(f"{node.lineno}: {name}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        'assert page.locator("#tag").inner_text() == "PAUSED"',
        'tag = page.locator("#tag").inner_text()\nassert tag',
        'assert page.evaluate("camera.view.frame") == 3',
        'losses = page.evaluate("camera.board.losses")',
        'assert page.locator("img").count() == 0',
        "page.wait_for_timeout(100)",
        "await asyncio.sleep(0.1)",
    ],
)
def test_one_look_is_found(source: str) -> None:
    assert looks(source)


def test_waits_and_actions_are_none() -> None:
    source = """
expect(page.locator("#tag")).to_have_text("PAUSED")
assert until(page, "camera.isDrawn", "camera.view.frame") == 3
page.evaluate("camera.seek(3)")
assert b"..".count(b".") == 2
await asyncio.sleep(0)
"""
    assert looks(source) == []


def test_no_test_of_the_page_looks_once() -> None:
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    found = {file.name: looks(file.read_text(encoding="utf-8")) for file in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_is_waited_for_and_never_comes_is_said(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri())
    assert until(page, "camera.view.frame === -1", "camera.ready") is False
    with pytest.raises(Error, match=r"frame > 3 stays false: .*\"source\":\"Not connected\""):
        until(page, "camera.view.frame > 3", seconds=0)
