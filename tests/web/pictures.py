"""python -m tests.web.pictures DIR: the page on the virtual board, streaming: desktop (docs/web.png), dark, phone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.web.conftest import FLAGS, chromium_path
from tests.web.waits import until

FRAMES = 60  # until a person has been seen, and the history has a shape
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "web": {"viewport": DESKTOP, "color_scheme": "light"},
    "web_dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "web_phone": {
        "viewport": PHONE,
        "color_scheme": "light",
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
COMMAND = [sys.executable, "-m", "host.viewer", "--web", "--port", "virtual"]


def main() -> None:
    """All look at one board, at the same time."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with (
        subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as viewer,
        sync_playwright() as driver,
    ):
        assert viewer.stdout is not None
        address = viewer.stdout.readline().strip()
        browser = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        pages = {name: browser.new_context(**look).new_page() for name, look in LOOKS.items()}
        for page in pages.values():
            page.goto(address)
            until(page, "camera.ready")
        until(pages["web"], f"camera.verdicts.length >= {FRAMES}", seconds=600)
        until(pages["web"], "camera.verdicts.at(-1).verdict", seconds=600)  # a person is there
        for name, page in pages.items():
            page.screenshot(path=folder / f"{name}.png", full_page=name != "web")
        browser.close()
        viewer.terminate()


if __name__ == "__main__":
    main()
