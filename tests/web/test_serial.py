"""Web Serial by a stand-in for navigator.serial that carries a board's bytes: the virtual board's, in this process."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from host.link import messages as wire
from host.link.transport import Port
from host.ports.choose import ARDUINO, NANO_33_BLE
from host.virtual.local_port import LocalPort
from tests.link.fake_board import FakeBoard
from tests.web.conftest import OpenPage
from tests.web.stream import StreamPort
from tests.web.waits import until

# What Chrome does, by the specification (wicg.github.io/serial): one reader, NetworkError when the device goes.
STAND_IN = """
(() => {
  const opened = [];
  let granted = false, plugged = true, fail = null;
  class Port {
    readable = null; writable = null; signals = {};
    getInfo() { return { usbVendorId: 0x2341, usbProductId: 0x805a }; }
    async open(options) {
      camera.link.patienceS = 500; // what answers is a process of this machine, however slow
      if (!plugged) throw new DOMException("no device", "NetworkError");
      if (this.readable) throw new DOMException("already open", "InvalidStateError");
      opened.push(options);
      this.readable = new ReadableStream({
        start: (controller) => { fail = () => controller.error(new DOMException("lost", "NetworkError")); },
        pull: async (controller) => {
          for (let text = ""; !text && plugged && this.readable;) { // nothing came: requested again
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
    found = "[navigator.serial.filters, navigator.serial.opened, navigator.serial.port.signals, camera.board.losses]"
    filters, opened, signals, losses = until(
        page, "camera.verdicts.length >= 3", found, seconds=500
    )
    assert filters == [{"usbVendorId": ARDUINO, "usbProductId": NANO_33_BLE}]
    assert [options["baudRate"] for options in opened] == [115_200]
    assert signals["dataTerminalReady"] is True
    assert losses["wireLost"] == losses["badPackets"] == 0
    expect(page.locator("#source")).to_contain_text("virtual board")


def test_a_cable_pulled_and_put_back(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri(), STAND_IN)
    port = StreamPort(FakeBoard())
    carry(page, port)
    page.locator("#connect").click()
    until(page, "camera.ready && camera.verdicts.length >= 3")
    page.evaluate("navigator.serial.unplug()")
    expect(page.locator("#alarm")).to_contain_text("RECONNECTING")
    port.restart()
    page.evaluate("camera.verdicts = []")
    page.evaluate("navigator.serial.plug()")
    found = "[camera.board.losses.reconnects, navigator.serial.opened.map((o) => o.baudRate)]"
    reconnects, rates = until(page, "camera.ready && camera.verdicts.length >= 3", found)
    expect(page.locator("#alarm")).to_be_hidden()
    assert reconnects == 1 and rates == [115_200, 115_200]
    assert port.board.mode == wire.Mode.STREAM


def test_nothing_picked_and_no_web_serial_at_all(open_page: OpenPage, page_file: Path) -> None:
    page = open_page(page_file.as_uri(), STAND_IN + "navigator.serial.cancels = true;")
    page.locator("#connect").click()
    until(page, "navigator.serial.filters && camera.board === null")
    expect(page.locator("#source")).to_have_text("Not connected")
    expect(page.locator("#with-serial")).to_be_visible()
    expect(page.locator("#without-serial")).to_be_hidden()
    bare = open_page(
        page_file.as_uri(),
        "delete Navigator.prototype.serial;",
    )
    expect(bare.locator("#connect")).to_be_disabled()
    expect(bare.locator("#without-serial")).to_be_visible()
