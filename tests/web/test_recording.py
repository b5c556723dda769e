"""Recordings dropped on the page: played, sought, damaged, of an older wire; and the page as one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from host.base.errors import HostError
from host.link.device import Device
from host.ports.choose import open_port
from host.recording.replay import open_replay
from host.web.__main__ import main as write_page
from tests.conftest import ROOT
from tests.recording.recordings import record_board
from tests.web.conftest import OpenPage
from tests.web.serve import BOARD, served
from tests.web.waits import until

SECONDS = 60
FRAMES_A_SECOND = 4
SLOWLY = 0.25  # of its pace, so that it has not ended before a slow page did something
STOP_AND_SEEK = """async (seconds) => {
  camera.player.pause();
  await camera.player.advance(camera.player.positionS); // what was under way is over
  camera.verdicts = [];
  await camera.seek(seconds);
}"""


def drop(page: Page, path: Path) -> None:
    page.set_input_files("#file", path)


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of SECONDS."""
    path = tmp_path_factory.mktemp("minute") / "minute.rec"
    record_board(path, SECONDS, FRAMES_A_SECOND)
    return path


def test_a_recording_is_played_and_sought(
    open_page: OpenPage, page_file: Path, minute: Path
) -> None:
    page = open_page(page_file.as_uri())
    drop(page, minute)
    found = "[camera.player.durationS, camera.verdicts.slice(0, 2).map((v) => v.frame)]"
    duration, frames = until(page, "camera.verdicts.length >= 2", found)
    assert duration == pytest.approx(SECONDS, abs=0.5) and frames == [1, 2]
    for seconds in (45.0, 12.5, 59.0, 0.0):
        page.evaluate(STOP_AND_SEEK, seconds)
        first = until(page, "camera.verdicts.length > 0", "camera.verdicts[0]")
        frame = first["frame"]  # the first of seconds * 4 + 1, ...
        assert frame - 1 == pytest.approx(seconds * FRAMES_A_SECOND, abs=1)
        assert first["scores"][1] == pytest.approx(((frame - 1) % 100 + 128) / 256)
    page.locator("#seek").focus()
    page.locator("#seek").fill("30")
    # it stands there, and shows the picture of there
    until(page, "camera.player.positionS === 30.5 && camera.player.losses.wireLost === 0")
    expect(page.locator("#clock")).to_contain_text("0:30")


def test_the_arrows_skip_and_space_stops(
    open_page: OpenPage, page_file: Path, minute: Path
) -> None:
    page = open_page(page_file.as_uri())
    drop(page, minute)
    until(page, "camera.verdicts.length >= 1")
    page.keyboard.press("ArrowRight")
    until(page, "camera.player.positionS >= 10")
    page.keyboard.press("Space")
    expect(page.locator("#tag")).to_have_text("PAUSED")
    until(page, "!camera.player.playing")
    page.evaluate("camera.seek(59)")
    until(page, "camera.player.atEnd && !camera.player.playing")
    expect(page.locator("#clock")).to_contain_text("at the end")
    page.locator("#play").click()
    until(page, "camera.player.playing && camera.player.positionS < 59")


def test_a_recording_behind_the_server_is_wound_from_every_page(
    open_page: OpenPage, minute: Path
) -> None:
    port = open_replay(f"{minute}?speed={SLOWLY}")
    with served(port, replace(BOARD, kind="recording"), playback=port) as service:
        one, other = open_page(service.address), open_page(service.address)
        for page in (one, other):
            until(page, "camera.ready && camera.verdicts.length > 0")
            expect(page.locator("#player")).to_be_visible()
            expect(page.locator("#settings")).to_be_hidden()
            duration = until(page, "camera.playback.durationS > 0", "camera.playback.durationS")
            assert duration == pytest.approx(SECONDS, abs=0.5)
        one.locator("#seek").focus()
        one.locator("#seek").fill("45")
        for page in (one, other):
            until(
                page,
                f"camera.playback.positionS >= 45 && camera.view.frame > {45 * FRAMES_A_SECOND}",
            )
            expect(page.locator("#clock")).to_contain_text("/ 1:00")
        other.locator("#play").click()
        for page in (one, other):
            until(page, "!camera.playback.playing")
        one.evaluate("camera.seek(59.5)")
        for page in (one, other):
            until(page, "camera.playback.atEnd")
            expect(page.locator("#source")).to_contain_text("recording ends")
        other.locator("#play").click()
        for page in (one, other):
            went_back = "camera.playback.playing && camera.playback.positionS < 45"
            losses = until(page, went_back, "camera.board.losses")
            assert losses["wireLost"] == losses["badPackets"] == losses["restarts"] == 0


def test_damage_in_a_file_is_passed_by_and_said(
    open_page: OpenPage, page_file: Path, minute: Path, tmp_path: Path
) -> None:
    path = tmp_path / "torn.rec"
    data = bytearray(minute.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    path.write_bytes(data[: len(data) - 700])
    page = open_page(page_file.as_uri())
    drop(page, path)
    until(page, "camera.verdicts.length >= 1")
    page.evaluate("camera.player.advance(1000)")
    until(page, "camera.player.atEnd && camera.player.tornBytes > 0")
    until(page, "camera.player.damagedChunks + camera.player.skippedBytes > 0")
    expect(page.locator("#source")).to_contain_text("damaged")
    frames = until(page, "camera.player.losses.wireLost > 0", "camera.verdicts.map((v) => v.frame)")
    assert len(frames) > 100 and frames == sorted(frames)


def test_a_recording_of_an_older_wire_is_read_by_its_own_layout(
    open_page: OpenPage, page_file: Path
) -> None:
    """tests/golden/board.rec was recorded with the first wire that carried its layout."""
    golden = ROOT / "tests" / "golden" / "board.rec"
    page = open_page(page_file.as_uri())
    drop(page, golden)
    until(page, "camera.player?.playing")
    page.evaluate("camera.player.advance(1000)")
    found = "[camera.view.hello.model_hash, camera.verdicts.length]"
    model_hash, verdicts = until(page, "camera.player.atEnd", found)
    with Device(open_port(f"replay:{golden}?speed=max")) as device:
        assert (model_hash, verdicts) == (device.hello.model_hash, 3)


@pytest.mark.parametrize(
    ("content", "output"),
    [(b"hello" * 100, "is no recording"), (b"\x89TMLREC\n", "torn within its first 256 bytes")],
)
def test_what_is_no_recording_is_said(
    open_page: OpenPage, page_file: Path, tmp_path: Path, content: bytes, output: str
) -> None:
    path = tmp_path / "x.rec"
    path.write_bytes(content)
    page = open_page(page_file.as_uri())
    drop(page, path)
    expect(page.locator("#alarm")).to_contain_text(output)


def test_the_one_file_loads_nothing_and_overwrites_nothing(
    open_page: OpenPage, page_file: Path
) -> None:
    wanted: list[str] = []
    page = open_page(page_file.as_uri())
    page.on("request", lambda request: wanted.append(request.url))
    page.reload()
    until(page, "globalThis.camera !== undefined")
    assert [url for url in wanted if not url.startswith(("file:", "data:"))] == []
    expect(page.locator("#welcome")).to_be_visible()
    with pytest.raises(HostError, match="exists"):
        write_page([str(page_file)])
