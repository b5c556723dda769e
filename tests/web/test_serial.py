"""Web Serial by a stand-in for navigator.serial that carries a board's bytes: the virtual board's, in this process."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page

from host.link import messages as wire
from host.link.transport import Port
from host.ports.choose import ARDUINO, NANO_33_BLE
from host.virtual.local_port import LocalPort
from tests.link.fake_board import FakeBoard
from tests.web.conftest import OpenPage, until
from tests.web.stream import StreamPort

# What Chrome does, by the specification (wicg.github.io/serial): one reader, NetworkError when the device goes.
STAND_IN = """
(() => {
  const opened = [];
  let granted = false, plugged = true, fail = null;
  class Port {
    readable = null; writable = null; signals = {};
    getInfo() { return { usbVendorId: 0x2341, usbProductId: 0x805a }; }
    async open(options) {
      if (!plugged) throw new DOMException("no device", "NetworkError");
      if (this.readable) throw new DOMException("already open", "InvalidStateError");
      opened.push(options);
      this.readable = new ReadableStream({
        start: (controller) => { fail = () => controller.error(new DOMException("lost", "NetworkError")); },
        pull: async (controller) => {
          for (let text = ""; !text && plugged && this.readable;) { // nothing said: asked again
            text = await boardRead();
            if (text && plugged) controller.enqueue(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
          }
        },
      }, { highWaterMark: 0 });
      this.writable = new WritableStream({
        write: (data) => boardWrite(btoa(String.fromCharCode(...data))),
      });
    }
    async setSignals(signals) { Object.assign(this.signals, signals); }
    async close() { this.readable = this.writable = null; }
  }
  const port = new Port(), other = { getInfo: () => ({ usbVendorId: 0x2341, usbProductId: 0x005a }) };
  const serial = {
    getPorts: async () => (granted && plugged ? [other, port] : []),
    requestPort: async ({ filters }) => {
      serial.filters = filters;
      if (serial.cancels) throw new DOMException("nothing chosen", "NotFoundError");
      granted = true;
      return port;
    },
    opened, port,
    unplug() { plugged = false; fail(); port.readable = null; },
    plug() { plugged = true; },
  };
  Object.defineProperty(navigator, "serial", { value: serial });
})();
"""


def carry(page: Page, port: Port) -> None:
    """Binds the stand-in's two functions to a port."""

    def read() -> str:
        data = b""
        for _ in range(10):
            data = port.read()
            if data:
                break
        return base64.b64encode(data).decode()

    page.context.expose_function("boardRead", read)
    page.context.expose_function("boardWrite", lambda text: port.write(base64.b64decode(str(text))))
    page.reload()


def test_the_virtual_board_speaks_by_web_serial(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri(), STAND_IN)
    carry(page, LocalPort())
    page.locator("#connect").click()
    until(page, "camera.verdicts.length >= 3", seconds=500)
    assert page.evaluate("navigator.serial.filters") == [
        {"usbVendorId": ARDUINO, "usbProductId": NANO_33_BLE}
    ]
    assert page.evaluate("navigator.serial.opened.map((o) => o.baudRate)") == [115_200]
    assert page.evaluate("navigator.serial.port.signals.dataTerminalReady") is True
    assert page.evaluate("camera.board.losses.wireLost + camera.board.losses.badPackets") == 0
    assert "virtual board" in page.locator("#source").inner_text()


def test_a_cable_pulled_and_put_back(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri(), STAND_IN)
    port = StreamPort(FakeBoard())
    carry(page, port)
    page.locator("#connect").click()
    until(page, "camera.ready && camera.verdicts.length >= 3")
    page.evaluate("navigator.serial.unplug()")
    until(page, "!document.getElementById('alarm').hidden")
    assert "RECONNECTING" in page.locator("#alarm").inner_text()
    port.restart()
    page.evaluate("camera.verdicts = []")
    page.evaluate("navigator.serial.plug()")
    until(page, "camera.ready && camera.verdicts.length >= 3")
    until(page, "document.getElementById('alarm').hidden")
    assert page.evaluate("camera.board.losses.reconnects") == 1
    assert set(page.evaluate("navigator.serial.opened.map((o) => o.baudRate)")) == {115_200}
    assert port.board.mode == wire.Mode.STREAM


def test_nothing_picked_and_no_web_serial_at_all(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri(), STAND_IN + "navigator.serial.cancels = true;")
    page.locator("#connect").click()
    until(page, "camera.board === null")
    assert page.locator("#with-serial").is_visible() and page.locator("#without-serial").is_hidden()
    bare = open_page(
        page_file.as_uri(),
        "delete Navigator.prototype.serial;",
    )
    assert bare.locator("#connect").is_disabled() and bare.locator("#without-serial").is_visible()
