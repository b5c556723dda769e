"""For everybody: axe-core's rules, the keyboard alone, phones, and nothing clipped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.conftest import OpenPage
from tests.web.serve import served
from tests.web.stream import StreamPort
from tests.web.waits import until

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
MOST_BYTES = 150_000
CLIPPED = """(() => Array.from(document.querySelectorAll("main *, header *"))
  .filter((e) => e.checkVisibility() && !e.closest(".spoken, .hidden-input, .skip"))
  .filter((e) => e.children.length === 0 && e.textContent.trim())
  .filter((e) => {
    const box = e.getBoundingClientRect(), cuts = getComputedStyle(e).overflow !== "visible";
    return box.right > innerWidth + 1 || box.left < -1 || (cuts && e.scrollWidth > e.clientWidth + 1);
  })
  .map((e) => e.textContent.slice(0, 40)))()"""
ALL_IS_DRAWN = "camera.ready && camera.view.frame === 40 && camera.view.losses && camera.isDrawn"
SPOKEN = """addEventListener("DOMContentLoaded", () => {
  globalThis.spoken = [];
  const box = document.getElementById("spoken"), what = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => spoken.push(box.textContent)).observe(box, what);
});"""
REACHED = """globalThis.reached = {};
addEventListener("focusin", ({ target }) => {
  reached[target.id || target.textContent] = getComputedStyle(target).outlineStyle;
});"""
CONTROLS = """Array.from(document.querySelectorAll("button, input"))
  .filter((e) => e.checkVisibility() && !e.disabled).map((e) => e.id || e.textContent)"""


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": DESKTOP, "color_scheme": "light"},
        {"viewport": DESKTOP, "color_scheme": "dark"},
        {"viewport": PHONE, "color_scheme": "light", "has_touch": True, "is_mobile": True},
    ],
    ids=["desktop", "dark", "phone"],
)
def test_axe_finds_nothing_serious_and_no_text_is_clipped(
    open_page: OpenPage, options: dict[str, Any]
) -> None:
    with served(StreamPort(frames=40)) as service:
        page = open_page(service.address, **options)
        until(page, ALL_IS_DRAWN)
        found = Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []
        assert until(page, ALL_IS_DRAWN, CLIPPED) == []
        until(page, "document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_every_control(open_page: OpenPage) -> None:
    with served(StreamPort(frames=40)) as service:
        page = open_page(service.address, REACHED)
        wanted = until(page, ALL_IS_DRAWN, CONTROLS)
        assert len(wanted) > 12
        for _ in range(len(wanted) + 10):
            page.keyboard.press("Tab")
        outlines = until(page, f"{CONTROLS}.every((name) => name in reached)", "reached")
        assert {name for name in wanted if outlines[name] == "none"} == set()


def test_a_change_is_read_out_and_a_frame_is_not(open_page: OpenPage) -> None:
    with served(StreamPort(frames=40)) as service:
        page = open_page(service.address, SPOKEN)
        spoken = until(page, f"{ALL_IS_DRAWN} && spoken.length > 0", "spoken")
        assert len(spoken) <= 6 and set(spoken) <= {"PERSON", "NO PERSON", "WAITING"}
        expect(page.locator("#picture")).to_have_attribute("aria-label", re.compile("person"))


def test_the_whole_page_is_small() -> None:
    from host.web.files import PAGE

    assert sum(path.stat().st_size for path in PAGE.iterdir()) < MOST_BYTES
