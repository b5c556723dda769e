"""A browser for all tests of a worker, and pages that end a test when a script of ours fails in them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from host.web.__main__ import main as write_page
from host.web.server import Service
from tests.conftest import unavailable
from tests.web.serve import served
from tests.web.stream import StreamPort
from tests.web.waits import PATIENCE_MS, slow_down

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
    """A server that has ended, or is just ending, is looked for again: the browser says so each time in other words."""
    return line.type == "error" and not line.text.startswith("WebSocket connection to ")


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
        slow_down(page)
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


@pytest.fixture
def port() -> StreamPort:
    """A board that sends as many frames as a test hands out."""
    return StreamPort(frames=0)


@pytest.fixture
def service(port: StreamPort) -> Iterator[Service]:
    """A server of it."""
    with served(port) as running:
        yield running
