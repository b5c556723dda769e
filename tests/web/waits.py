"""How tests look at a page: it draws when it likes, so a look is repeated until what is expected is there.

A test does something (a key, a click, frames handed out), then waits: `until` for what the page's objects hold and
for what is read of them in the same turn, playwright's `expect(locator)` for what is drawn. tests/web/test_waits.py
refuses a look that is not repeated. TINYML_WEB_THROTTLE=10 slows the pages' scripts down, to find the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

PATIENCE_MS = 60_000  # these machines are shared
TURN_S = 0.01
THROTTLE = float(os.environ.get("TINYML_WEB_THROTTLE", "1"))  # times slower; 1: as it is

expect.set_options(timeout=PATIENCE_MS)

# Why a wait failed is looked up when it has: on a machine that nobody can look at again.
_STANDS = """(() => {
  const text = (id) => document.getElementById(id)?.textContent.trim();
  return JSON.stringify({ frame: camera.view.frame, verdicts: camera.verdicts.length, ready: camera.ready,
    drawn: camera.isDrawn, losses: camera.view.losses, source: text("source"), alarm: text("alarm") });
})()"""


def wait_script(condition: str, then: str, seconds: float) -> str:
    """A function of JavaScript: the value of `then` in the turn in which `condition` became true. What throws is not
    there yet."""
    return f"""() => new Promise((resolve, reject) => {{
          const end = performance.now() + {1000 * seconds};
          const stands = () => {{ try {{ return {_STANDS}; }} catch {{ return "no page yet"; }} }};
          const look = () => {{
            let why = "stays false";
            try {{
              if ({condition}) {{ resolve({then}); return; }}
            }} catch (error) {{ why = `throws ${{error}}`; }}
            if (performance.now() > end) reject(new Error({condition!r} + ` ${{why}}: ${{stands()}}`));
            else setTimeout(look, 15);
          }};
          look();
        }})"""


def until(
    page: Page, condition: str, then: str = "null", seconds: float = PATIENCE_MS / 1000
) -> Any:
    """Waits in the page until an expression is true, and reads another one before anything else can happen.

    Playwright's own way evaluates text, which our policy forbids.
    """
    return page.evaluate(wait_script(condition, then, seconds))


def eventually(holds: Callable[[], bool]) -> None:
    """Waits for what another thread of this process does, not the page."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < end, "it never came to it"
        time.sleep(TURN_S)


def compute(page: Page, script: str, values: Any = None) -> Any:
    """What a function of JavaScript makes of `values` alone: a page's modules, not what it shows or holds now."""
    return page.evaluate(script, values)


def slow_down(page: Page) -> None:
    """As THROTTLE says; it stays when the page goes to another address."""
    if THROTTLE > 1:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
