"""The page on a scripted board through --web: what it shows, counts, refuses and saves."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from host.base.records import Message
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyPort
from host.link.inbox import Inbox
from tests.attack.__main__ import cases
from tests.attack.lying_board import LyingBoard
from tests.link.fake_board import HELLO, FakeBoard, moving_picture
from tests.web.conftest import PATIENCE_MS, OpenPage, until
from tests.web.serve import BOARD, served
from tests.web.stream import StreamPort

FRAMES = 30
TURN_MS = 20
MARKUP = "<img src=x onerror=alert(1)>"


class BarsBoard(FakeBoard):
    """Its Hello says whether it shows colour bars."""

    def hear(self, data: bytes) -> bytes:
        out = super().hear(data)
        bars = self.settings.get(wire.Setting.COLOUR_BARS, 0)
        self.hello = replace(self.hello, colour_bars=bars)
        return out


def pixels(page: Page) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(height, width, 4) of the canvas."""
    data = page.evaluate(
        """() => { const c = document.getElementById("picture");
          return [c.height, c.width, Array.from(c.getContext("2d").getImageData(0, 0, c.width, c.height).data)]; }"""
    )
    return np.array(data[2], np.uint8).reshape(data[0], data[1], 4)


def test_it_shows_what_the_board_says(open_page: OpenPage, tmp_path: Path) -> None:
    port = StreamPort(frames=FRAMES)
    with served(port, replace(BOARD, threshold=0.3)) as service:
        page = open_page(service.address)
        until(page, f"camera.verdicts.length === {FRAMES} && camera.view.losses?.wireLost === 0")
        share = page.evaluate("Math.round(100 * camera.verdicts.at(-1).scores[1])")
        until(page, f"document.getElementById('score').textContent === 'person {share} %'")
        image = moving_picture(FRAMES - 1)
        assert (pixels(page)[..., :3] == image).all() and (pixels(page)[..., 3] == 255).all()
        last = page.evaluate("camera.verdicts.at(-1)")
        assert page.locator("#verdict").inner_text() == (
            "PERSON" if last["scores"][1] >= 0.3 else "NO PERSON"
        )
        assert "9,200,000" in page.locator("#stages").inner_text()
        assert "estimated" in page.locator("#clock-text").inner_text()
        assert "person_grey_025" in page.locator("#names-of").inner_text()
        assert page.locator("#threshold-value").inner_text() == "30 %"
        with page.expect_download() as saved:
            page.keyboard.press("s")
        saved.value.save_as(tmp_path / "frame.png")
        kept = Image.open(io.BytesIO((tmp_path / "frame.png").read_bytes()))
        assert kept.mode == "L" and (np.asarray(kept) == image[..., 0]).all()
        assert "_person_" in saved.value.suggested_filename


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
                until(each, f"document.getElementById('bars').ariaPressed === '{pressed}'")
        one.keyboard.press("Space")
        until(one, "camera.view.paused && document.getElementById('tag').textContent === 'PAUSED'")
        port.hand_out(5)
        until(other, "camera.view.frame === 8")
        one.evaluate("camera.board.get('GAIN')")  # its answer comes behind these frames
        assert one.evaluate("camera.view.frame") == 3
        one.locator("#setting-GAIN").fill("77")
        one.locator("#setting-GAIN").press("Tab")
        until(one, "document.activeElement.id !== 'setting-GAIN'")
        one.locator("#setting-EXPOSURE").fill("9999999")
        one.locator("#setting-EXPOSURE").press("Tab")
        one.evaluate("camera.board.get('GAIN')")
        sets = [m for m in port.board.commands if isinstance(m, wire.Set)]
        assert [(m.setting, m.value) for m in sets] == [
            (wire.Setting.COLOUR_BARS, 1),
            (wire.Setting.COLOUR_BARS, 0),
            (wire.Setting.GAIN, 77),
        ]


def test_damage_on_the_wire_is_counted(open_page: OpenPage) -> None:
    """The page's counts are those of the Python host for the same bytes."""
    port = StreamPort(frames=60)
    faulty = FaultyPort(port, FaultRates.even(0.004), 3)
    received: list[bytes] = []
    read = faulty.read

    def tee() -> bytes:
        data = read()
        received.append(data)
        return data

    faulty.read = tee  # type: ignore[method-assign]
    with served(faulty, replace(BOARD, patience_s=2.0)) as service:
        page = open_page(service.address)
        until(page, "camera.ready")
        for _ in range(PATIENCE_MS // TURN_MS):
            expected = Inbox()
            for data in list(received):
                expected.feed(data)
            if port.is_done and page.evaluate("camera.board.inbox.packets") == expected.packets:
                break
            page.wait_for_timeout(TURN_MS)
        theirs, mine = expected.losses(0, 0), page.evaluate("camera.board.losses")
        assert mine["badPackets"] == theirs.bad_packets > 0
        assert mine["wireLost"] == theirs.wire_lost > 0
        until(page, f"camera.view.losses.wireLost === {theirs.wire_lost}")
        cell = "document.querySelector('#losses td').textContent"
        until(page, f"{cell} === '{theirs.wire_lost}'")


def test_a_restart_is_counted_and_the_stream_goes_on(open_page: OpenPage) -> None:
    port = StreamPort(frames=3)
    with served(port) as service:
        page = open_page(service.address)
        until(page, "camera.ready && camera.verdicts.length === 3")
        page.evaluate("camera.board.set('GAIN', 9)")
        port.restart()
        until(page, "camera.board.losses.restarts === 1")
        port.hand_out(4)
        until(page, "camera.verdicts.length === 7")
        assert port.board.settings[wire.Setting.GAIN] == 9  # it was told again


def test_what_a_board_says_is_never_markup(open_page: OpenPage) -> None:
    hello = replace(HELLO, model=MARKUP, firmware=MARKUP, labels=f"{MARKUP}\nperson".encode())

    def shoot(board: FakeBoard) -> bytes:
        fault = wire.Fault(99, 1, 2, MARKUP.encode())
        return board.shoot() + board.say(fault)

    with served(StreamPort(FakeBoard(hello), shoot=shoot)) as service:
        page = open_page(service.address)
        until(page, "camera.verdicts.length > 2 && !document.getElementById('alarm').hidden")
        assert page.locator("img").count() == 0
        assert MARKUP in page.locator("#names-of").inner_text()
        assert MARKUP in page.locator("#alarm").inner_text()


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
            assert page.locator("h1").is_visible()
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
        assert awake.evaluate("camera.board.losses.wireLost + camera.board.hostDropped") == 0
        devtools.send("Debugger.resume")
        devtools.send("Debugger.disable")
        port.hand_out(1)
        until(asleep, f"camera.view.frame === {frames + 1}")
        losses = asleep.evaluate("camera.board.losses")
        assert losses["wireLost"] == 0 and losses["badPackets"] == 0
        seen = asleep.evaluate("camera.board.inbox.packets")
        assert losses["hostDropped"] > 0
        assert seen > 100
