"""A browser for all tests of a worker, and pages that end a test when a script of ours fails in them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from host.web.__main__ import main as write_page
from tests.conftest import unavailable

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [  # a closed network: without them Chromium asks its makers at every start
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000  # these machines are shared

OpenPage = Callable[..., Page]


def chromium_path() -> str:
    """The browser that is installed; the test that needs it says so where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        unavailable("Chromium is not on PATH")
    assert path
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as one file: what a school hosts, and what a folder holds."""
    path = tmp_path_factory.mktemp("page") / "camera.html"
    assert write_page([str(path)]) == 0
    return path


def _is_ours(line: ConsoleMessage) -> bool:
    """A server that has ended is looked for again and again: the browser says so each time."""
    return line.type == "error" and "ERR_CONNECTION_REFUSED" not in line.text


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a fresh profile. At the end of the test no script may have failed."""
    with opening(browser) as open_one:
        yield open_one


@contextlib.contextmanager
def opening(browser: Browser) -> Iterator[OpenPage]:
    """See open_page."""
    errors: list[str] = []
    contexts = []

    def open_one(address: str, script: str = "", **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _is_ours(line) else None)
        if script:
            page.add_init_script(script)
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


def wait_script(condition: str, seconds: float) -> str:
    """A function of JavaScript that waits until an expression is true. What throws is not there yet."""
    return f"""() => new Promise((resolve, reject) => {{
          const end = performance.now() + {1000 * seconds};
          let why = " stays false";
          const holds = () => {{
            try {{ return {condition}; }} catch (error) {{ why = `: ${{error}}`; return false; }}
          }};
          const look = () => {{
            if (holds()) resolve();
            else if (performance.now() > end) reject(new Error({condition!r} + why));
            else setTimeout(look, 15);
          }};
          look();
        }})"""


def until(page: Page, condition: str, seconds: float = PATIENCE_MS / 1000) -> None:
    """Waits in the page until an expression is true. (Playwright's own way evaluates text: our policy forbids it.)"""
    page.evaluate(wait_script(condition, seconds))
