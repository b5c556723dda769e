"""The page on a scripted board through --web: what it shows, counts, refuses and saves."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from host.base.records import Message
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyBytes
from host.link.inbox import Inbox
from tests.attack.__main__ import cases
from tests.attack.lying_board import LyingBoard
from tests.link.fake_board import HELLO, FakeBoard, moving_picture
from tests.web.conftest import OpenPage
from tests.web.serve import BOARD, served
from tests.web.stream import StreamPort
from tests.web.waits import compute, eventually, until

FRAMES = 30
PIXELS = """((id) => { // of a canvas, as it is on the screen
  const shown = document.getElementById(id), { width, height } = shown, copy = new OffscreenCanvas(width, height);
  const context = copy.getContext("2d");
  context.drawImage(shown, 0, 0);
  const data = context.getImageData(0, 0, width, height).data;
  return [height, width, btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""))];
})"""
# What browsers can do, the best first, and how their picture is then put on the screen.
CANVASES = {
    "at once": "",
    "of its own": "delete CanvasRenderingContext2D.prototype.getContextAttributes;",
    "with the page": """delete CanvasRenderingContext2D.prototype.getContextAttributes;
        delete globalThis.OffscreenCanvasRenderingContext2D;""",
}
KIND = """(() => {
  const before = HTMLCanvasElement.prototype.getContext, given = HTMLCanvasElement.prototype.transferControlToOffscreen;
  const note = (canvas, kind) => { if (canvas.id === "picture") globalThis.kindOfCanvas = kind; };
  HTMLCanvasElement.prototype.getContext = function (...values) {
    const context = before.apply(this, values);
    note(this, context.getContextAttributes?.().desynchronized ? "at once" : "with the page");
    return context;
  };
  HTMLCanvasElement.prototype.transferControlToOffscreen = function () {
    note(this, "of its own");
    return given.apply(this);
  };
})();"""
COLOURS = {  # of style.css: the bar of a person and of none
    "light": ("rgb(245, 166, 35)", "rgb(47, 95, 147)"),
    "dark": ("rgb(250, 176, 40)", "rgb(143, 187, 232)"),
}
BAR = """[document.getElementById("bar").getBoundingClientRect().width
  / document.getElementById("bar-box").getBoundingClientRect().width,
  getComputedStyle(document.getElementById("bar")).backgroundColor]"""
SHOW_COLOURS = """(() => {
  const image = { height: 2, width: 3, channels: 3, pixels: Uint8Array.from({ length: 18 }, (_, at) => at + 200) };
  camera.view = { ...camera.view, image };
  camera.draw();
})()"""
MARKUP = "<img src=x onerror=alert(1)>"


class BarsBoard(FakeBoard):
    """Its Hello says whether it shows colour bars."""

    def hear(self, data: bytes) -> bytes:
        out = super().hear(data)
        bars = self.settings.get(wire.Setting.COLOUR_BARS, 0)
        self.hello = replace(self.hello, colour_bars=bars)
        return out


class BadCable(StreamPort):
    """Damages frames, once it begins, and nothing else: no answer is lost, so that no command goes twice."""

    def __init__(self) -> None:
        super().__init__(frames=0)
        self.left, self.all_left = bytearray(), False
        self._faulty: FaultyBytes | None = None

    def begin(self, frames: int) -> None:
        """So many of them."""
        self._faulty = FaultyBytes(FaultRates.even(0.004), 3)
        self.hand_out(frames)

    def read(self) -> bytes:
        """Answers and a frame, damaged."""
        data = super().read()
        if self._faulty is not None:
            data = self._faulty.damage(data)
            self.all_left = self.is_done
        self.left += data
        return data


def pixels(page: Page, canvas: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(height, width, 4) of a canvas."""
    data = until(page, "true", f"{PIXELS}('{canvas}')")
    return np.frombuffer(base64.b64decode(data[2]), np.uint8).reshape(data[0], data[1], 4)


def shows(page: Page, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bool:
    """Exactly this picture is on the screen."""
    shown = pixels(page, "picture")
    if shown.shape[:2] != image.shape[:2]:
        return False  # an earlier picture, of another size
    return bool((shown[..., :3] == image).all() and (shown[..., 3] == 255).all())


def bar_shows(page: Page, score: float, is_person: bool, scheme: str) -> bool:
    """The bar is as long as the score, in the verdict's colour."""
    yes, no = COLOURS[scheme]
    share, colour = until(page, "true", BAR)
    return bool(abs(share - score) < 0.01 and colour == (yes if is_person else no))


def test_it_shows_what_the_board_says(open_page: OpenPage, tmp_path: Path) -> None:
    port = StreamPort(frames=FRAMES)
    with served(port, replace(BOARD, threshold=0.3)) as service:
        page = open_page(service.address)
        all_came = f"camera.verdicts.length === {FRAMES} && camera.view.losses?.wireLost === 0"
        score = until(page, all_came, "camera.verdicts.at(-1).scores[1]")
        image = moving_picture(FRAMES - 1)
        eventually(lambda: shows(page, image))
        eventually(lambda: bar_shows(page, score, score >= 0.3, "light"))
        page.emulate_media(color_scheme="dark")
        eventually(lambda: bar_shows(page, score, score >= 0.3, "dark"))
        share = until(page, all_came, "Math.round(100 * camera.verdicts.at(-1).scores[1])")
        expect(page.locator("#score")).to_have_text(f"person {share} %")
        expect(page.locator("#verdict")).to_have_text("PERSON" if score >= 0.3 else "NO PERSON")
        expect(page.locator("#stages")).to_contain_text("9,200,000")
        expect(page.locator("#clock-text")).to_contain_text("estimated")
        expect(page.locator("#names-of")).to_contain_text("person_grey_025")
        expect(page.locator("#threshold-value")).to_have_text("30 %")
        with page.expect_download() as saved:
            page.keyboard.press("s")
        saved.value.save_as(tmp_path / "frame.png")
        downloaded = Image.open(io.BytesIO((tmp_path / "frame.png").read_bytes()))
        assert downloaded.mode == "L" and (np.asarray(downloaded) == image[..., 0]).all()
        assert "_person_" in saved.value.suggested_filename


@pytest.mark.parametrize("kind", CANVASES)
def test_each_kind_of_canvas_shows_the_same(open_page: OpenPage, kind: str) -> None:
    port = StreamPort(frames=3)
    with served(port) as service:
        page = open_page(service.address, CANVASES[kind] + KIND)
        score = until(page, "camera.verdicts.length === 3", "camera.verdicts.at(-1).scores[1]")
        assert until(page, "kindOfCanvas", "kindOfCanvas") == kind
        eventually(lambda: shows(page, moving_picture(2)))
        eventually(lambda: bar_shows(page, score, score >= 0.5, "light"))
        page.evaluate(SHOW_COLOURS)
        eventually(lambda: shows(page, np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) + 200))


def test_keys_and_settings_reach_the_board_and_the_other_page(open_page: OpenPage) -> None:
    port = StreamPort(BarsBoard(), frames=0)
    with served(port) as service:
        one, other = open_page(service.address), open_page(service.address)
        for page in (one, other):
            until(page, "camera.ready")
        port.hand_out(3)
        for page in (one, other):
            until(page, "camera.view.frame === 3")
        for page, pressed in ((one, "true"), (other, "false")):
            page.keyboard.press("b")
            for each in (one, other):
                expect(each.locator("#bars")).to_have_attribute("aria-pressed", pressed)
        one.keyboard.press("Space")
        expect(one.locator("#tag")).to_have_text("PAUSED")
        port.hand_out(5)
        until(other, "camera.view.frame === 8")
        one.evaluate("camera.board.get('GAIN')")  # its answer comes behind these frames
        assert until(one, "camera.view.paused", "camera.view.frame") == 3
        one.locator("#setting-GAIN").fill("77")
        one.locator("#setting-GAIN").press("Tab")
        expect(one.locator("#setting-GAIN")).not_to_be_focused()
        one.locator("#setting-EXPOSURE").fill("9999999")
        one.locator("#setting-EXPOSURE").press("Tab")
        expect(one.locator("#setting-EXPOSURE")).to_have_js_property("validity.valid", False)
        one.evaluate("camera.board.get('GAIN')")
        sets = [m for m in port.board.commands if isinstance(m, wire.Set)]
        assert [(m.setting, m.value) for m in sets] == [
            (wire.Setting.COLOUR_BARS, 1),
            (wire.Setting.COLOUR_BARS, 0),
            (wire.Setting.GAIN, 77),
        ]


def test_damage_on_the_wire_is_counted(open_page: OpenPage) -> None:
    """The page's counts are those of the Python host for the same bytes."""
    port = BadCable()
    with served(port) as service:
        page = open_page(service.address)
        until(page, "camera.ready")
        port.begin(frames=60)
        eventually(lambda: port.all_left)
        expected = Inbox()
        expected.feed(bytes(port.left))
        theirs = expected.losses(0, 0)
        all_came = f"camera.board.inbox.packets === {expected.packets}"
        mine = until(page, all_came, "camera.board.losses")
        assert mine["badPackets"] == theirs.bad_packets > 0
        assert mine["wireLost"] == theirs.wire_lost > 0
        expect(page.locator("#losses td").first).to_have_text(str(theirs.wire_lost))


def test_a_restart_is_counted_and_the_stream_goes_on(open_page: OpenPage) -> None:
    port = StreamPort(frames=3)
    with served(port) as service:
        page = open_page(service.address)
        until(page, "camera.ready && camera.verdicts.length === 3")
        page.evaluate("camera.board.set('GAIN', 9)")
        port.restart()
        until(page, "camera.board.losses.restarts === 1")
        port.hand_out(4)
        until(page, "camera.verdicts.length === 7")  # the settings go before the stream
        assert port.board.settings[wire.Setting.GAIN] == 9  # it was sent again


def test_what_a_board_says_is_never_markup(open_page: OpenPage) -> None:
    hello = replace(HELLO, model=MARKUP, firmware=MARKUP, labels=f"{MARKUP}\nperson".encode())

    def shoot(board: FakeBoard) -> bytes:
        fault = wire.Fault(99, 1, 2, MARKUP.encode())
        return board.shoot() + board.say(fault)

    with served(StreamPort(FakeBoard(hello), shoot=shoot)) as service:
        page = open_page(service.address)
        until(page, "camera.verdicts.length > 2")
        expect(page.locator("#names-of")).to_contain_text(MARKUP)
        expect(page.locator("#alarm")).to_contain_text(MARKUP)
        expect(page.locator("img")).to_have_count(0)


def test_a_picture_that_does_not_come_is_said_with_what_is_going_on(open_page: OpenPage) -> None:
    """By a clock that jumps: the last figures, or nothing but `waiting`, stood there for ever."""
    with served(StreamPort(FakeBoard(), shoot=lambda board: b"")) as service:
        page = open_page(service.address)
        until(page, "camera.ready")
        page.evaluate(
            """async () => {
              let now = performance.now();
              performance.now = () => now;
              setInterval(() => { now += 1000; }, 200);
            }"""
        )
        expect(page.locator("#alarm")).to_contain_text("NO PICTURE YET FOR")
        words = compute(
            page,
            """async () => {
              const { EMPTY, overdue } = await import("/view.js");
              const slow = { ...EMPTY, image: {}, periods: [3 * 64e6], board: "virtual" };
              return [overdue(EMPTY, 4999), overdue(slow, 8999), overdue(slow, 9001), overdue(EMPTY, 5000)];
            }""",
        )
        assert words[:2] == [None, None]
        assert words[2][0] == "NO PICTURE FOR 9 s" and "this computer, which is busy" in words[2][1]
        assert words[3] == ["NO PICTURE YET FOR 5 s", "python -m host.doctor finds out why"]


def test_boards_that_lie_are_counted_and_break_nothing(open_page: OpenPage) -> None:
    """One page after the other over one address: each lie is of another board."""
    lies = [lie for _, lie in cases(full=False, count=40, seed=11)]
    chosen = [lie for lie in lies if lie[0] is not wire.Hello][:3]
    chosen += [(wire.Hello, "output_scale", float("nan"))]
    for lie in chosen:

        def shoot(board: FakeBoard) -> bytes:
            others: list[Message] = [wire.Log(1, b"text"), wire.Fault(1, 2, 3, b"text")]
            return board.shoot() + b"".join(board.say(message) for message in others)

        port = StreamPort(LyingBoard(lie), shoot=shoot)
        with served(port, replace(BOARD, patience_s=0.3)) as service:
            page = open_page(service.address)
            until(page, "camera.view.frame > 3 || !document.getElementById('alarm').hidden")
            expect(page.locator("h1")).to_be_visible()
            page.context.close()


def test_a_page_that_sleeps_loses_frames_and_counts_them(open_page: OpenPage) -> None:
    """Half a minute of 20 frames a second passes while its thread stands still; the other page is there."""
    frames, at_once = 600, 60
    port = StreamPort(frames=0, turn_s=0.0005)
    with served(port) as service:
        asleep, awake = open_page(service.address), open_page(service.address)
        for page in (asleep, awake):
            until(page, "camera.ready")
        devtools = asleep.context.new_cdp_session(asleep)
        devtools.send("Debugger.enable")
        devtools.send("Debugger.pause")
        for number in range(frames // at_once):
            port.hand_out(at_once)
            until(awake, f"camera.view.frame === {(number + 1) * at_once}")
        until(awake, "camera.board.losses.wireLost + camera.board.hostDropped === 0")
        devtools.send("Debugger.resume")
        devtools.send("Debugger.disable")
        port.hand_out(1)
        found = "[camera.board.losses, camera.board.inbox.packets]"
        losses, seen = until(asleep, f"camera.view.frame === {frames + 1}", found)
        assert losses["wireLost"] == 0 and losses["badPackets"] == 0
        assert losses["hostDropped"] > 0
        assert seen > 100
