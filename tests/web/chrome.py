"""Chromium by its own protocol (chromedevtools.github.io).

Playwright keeps every page in focus, so that none is ever hidden, and what is not hidden is not frozen.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.web.conftest import FLAGS, chromium_path
from tests.web.waits import PATIENCE_MS, THROTTLE, wait_script

SAYS = "DevTools listening on "
PATIENCE_S = PATIENCE_MS / 1000
SIZE = "--window-size=1280,987"  # of a page 1280x900 is left; to emulate a size costs a page time
TURN_S = 0.05


class Target:
    """The browser, or one tab. Methods answer what the protocol answers, and raise RuntimeError for its errors."""

    def __init__(self, line: ClientConnection, session: str | None = None) -> None:
        self._line, self._session, self._number = line, session, 0

    def send(self, method: str, **values: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        self._line.send(json.dumps(message))
        while True:  # events, and other tabs' late answers, pass
            answer = json.loads(self._line.recv(timeout=2 * PATIENCE_S))
            if answer.get("id") == self._number and answer.get("sessionId") == self._session:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return dict(answer["result"])

    def evaluate(self, expression: str) -> Any:
        """Its value, waited for."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

    def until(self, condition: str, then: str = "null") -> Any:
        """As tests.web.waits.until."""
        return self.evaluate(f"({wait_script(condition, then, PATIENCE_S)})()")


class Tab(Target):
    """A tab of the window that all share: one is seen, the others are hidden."""

    def __init__(self, browser: Target, line: ClientConnection, address: str) -> None:
        self._browser = browser
        self._id = browser.send("Target.createTarget", url=address)["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=self._id, flatten=True)
        super().__init__(line, attached["sessionId"])
        if THROTTLE > 1:
            self.send("Emulation.setCPUThrottlingRate", rate=THROTTLE)

    def has(self, name: str) -> bool:
        """Whether its scripts made this; False, too, while there is no document."""
        try:
            return bool(self.evaluate(f"globalThis.{name} !== undefined"))
        except RuntimeError:
            return False

    def show(self) -> None:
        """Brings it to the front of its window."""
        self._browser.send("Target.activateTarget", targetId=self._id)

    def freeze(self) -> None:
        """As Chromium does with a tab that was hidden for minutes: no timer, no message reaches its scripts."""
        self.send("Page.setWebLifecycleState", state="frozen")

    def thaw(self) -> None:
        """Its user comes back."""
        self.send("Page.setWebLifecycleState", state="active")
        self.show()


class Browser:
    """A running Chromium."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._browser = line, Target(line)

    def open(self, address: str) -> Tab:
        """A new tab, which is the one that is seen; when its modules run."""
        tab = Tab(self._browser, self._line, address)
        end = time.monotonic() + PATIENCE_S
        while not tab.has("camera"):
            assert time.monotonic() < end, f"{address} does not open"
            time.sleep(TURN_S)
        return tab

    def processes(self) -> list[tuple[str, int]]:
        """Kind and number of each, those of pages are renderers."""
        found = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        return [(process["type"], process["id"]) for process in found]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Starts one without a window and a profile; ends it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = ["--headless", SIZE, "--remote-debugging-port=0", f"--user-data-dir={folder}"]
        with subprocess.Popen(
            [chromium_path(), *own, *FLAGS, "about:blank"], stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            try:
                address = next(line for line in process.stderr if line.startswith(SAYS))
                where = address.removeprefix(SAYS).strip()
                with connect(where, proxy=None, max_size=None, ping_interval=None) as line:
                    yield Browser(line)
            finally:
                process.terminate()
