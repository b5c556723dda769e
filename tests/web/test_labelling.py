"""Labelling: keys and buttons held, near-duplicates left out, and the zip through `python -m host.data import`."""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Dialog, Page, expect

from host.data.__main__ import main as data_main
from host.data.dataset import read_dataset
from host.data.duplicates import NEAR, distances, perceptual_hash
from host.data.manifest import Picture
from tests.link.fake_board import HELLO, FakeBoard
from tests.web.conftest import OpenPage
from tests.web.serve import served
from tests.web.stream import StreamPort
from tests.web.waits import compute, until

OF_EACH = 15
LABELS = b"no person\n=1+1, \xc3\xa4"  # a comma, a formula, an umlaut
AWKWARD = "=1+1, ä"


def scene(number: int) -> NDArray[np.uint8]:
    """(96, 96, 1): smooth blobs, another arrangement for every number."""
    draw = np.random.default_rng(number)
    coarse = draw.integers(0, 256, (6, 6)).astype(np.uint8)
    big = Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC)
    return np.asarray(big, np.uint8)[..., None]


class Scenes(FakeBoard):
    """Every scene comes `each` times, with noise of one level, as a camera's."""

    def __init__(self, each: int) -> None:
        super().__init__(dataclasses.replace(HELLO, labels=LABELS))
        self._each = each

    def shoot(self, score: int = 100, source: int = 0) -> bytes:
        """The next frame and its result."""
        noise = np.random.default_rng(self.frame).integers(-1, 2, (96, 96, 1))
        image = np.clip(scene(self.frame // self._each) + noise, 0, 255).astype(np.uint8)
        return self._frame(image, source) + self.say(self.result(image, score, source))


def label_two_sessions(page: Page, port: StreamPort, frames: int) -> None:
    """So many frames of each: the first class's by its key held, then the second's by its button held."""
    port.hand_out(1)
    until(page, "camera.view.frame === 1")
    page.keyboard.down("1")
    port.hand_out(frames - 1)
    until(page, f"camera.view.frame === {frames}")
    page.keyboard.up("1")
    page.keyboard.press("n")
    port.hand_out(1)
    until(page, f"camera.view.frame === {frames + 1}")
    page.locator("#classes button").nth(1).hover()
    page.mouse.down()
    port.hand_out(frames - 1)
    until(page, f"camera.view.frame === {2 * frames}")
    page.mouse.up()


def test_thirty_labelled_pictures_are_downloaded_and_imported(
    open_page: OpenPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    each = 4
    port = StreamPort(Scenes(each), frames=0)
    with served(port) as service:
        page = open_page(service.address)
        until(page, "camera.ready")
        label_two_sessions(page, port, each * OF_EACH)
        port.hand_out(1)
        until(page, f"camera.view.frame === {2 * each * OF_EACH + 1}")  # nobody holds anything
        counts = page.locator("#classes button span:nth-child(2)")
        expect(counts).to_have_text([str(OF_EACH)] * 2)
        expect(page.locator("#label-note")).to_contain_text("left out so far")
        with page.expect_download() as saved:
            page.locator("#download").click()
        saved.value.save_as(tmp_path / "pictures.zip")

    assert data_main(["import", str(tmp_path / "pictures.zip"), str(tmp_path / "set")]) == 0
    assert f"{2 * OF_EACH} pictures imported" in capsys.readouterr().err.replace("\n", " ")
    dataset = read_dataset(tmp_path / "set")
    assert dataset.counts == Counter({"no person": OF_EACH, AWKWARD: OF_EACH})
    with dataset.open() as read:
        decoded = {p.path: read(p) for p in dataset.pictures}
    for picture in dataset.pictures:
        _check(picture, decoded[picture.path], each)
    assert len({picture.session for picture in dataset.pictures}) == 2
    assert not dataset.remarks()


def _check(picture: Picture, content: bytes, each: int) -> None:
    """It is one of the frames, bit by bit, with what the model said of it."""
    image = np.asarray(Image.open(io.BytesIO(content)))
    found = [
        n for n in range(2 * OF_EACH) if np.abs(image - scene(n)[..., 0].astype(int)).max() <= 1
    ]
    assert image.shape == (96, 96) and len(found) == 1
    assert (found[0] < OF_EACH) == (picture.label == "no person")
    assert [label for label, _ in picture.scores] == ["no person", "=1+1, ä".replace(";", ",")]
    assert picture.model_hash == "1234abcd" and picture.board == "virtual 1122334455667788"
    assert picture.time.endswith("+00:00") and picture.source == "web"
    assert picture.licence == ""  # of a virtual board, whose scene nobody named


def test_the_hash_sees_what_the_host_sees(open_page: OpenPage) -> None:
    """Distances of the two agree where it counts: noise is near, another scene is far."""
    noise = np.random.default_rng(1)
    with served(StreamPort(frames=0)) as service:
        page = open_page(service.address)
        hashed = """async (images) => {
          const { perceptualHash, distance } = await import("/phash.js");
          const marks = images.map((pixels) => perceptualHash(
            { width: 96, height: 96, channels: 1, pixels: Uint8Array.from(pixels) }));
          return marks.map((one) => distance(one, marks[0]));
        }"""
        for number in range(2):
            base = scene(number).astype(int)
            images = [base]
            images += [np.clip(base + noise.integers(-2, 3, base.shape), 0, 255) for _ in range(3)]
            images += [scene(100 + number + other).astype(int) for other in range(4)]
            mine = np.array(compute(page, hashed, [image.ravel().tolist() for image in images]))
            marks = [perceptual_hash(image[..., 0].astype(np.uint8)) for image in images]
            theirs = distances(marks[0], np.array(marks, np.uint64))
            assert ((mine <= NEAR) == (theirs <= NEAR)).all()
            assert np.abs(mine - theirs.astype(int)).max() <= 10


def test_labels_are_the_users_and_none_with_pictures_is_lost(open_page: OpenPage) -> None:
    port = StreamPort(Scenes(1), frames=3)
    with served(port) as service:
        page = open_page(service.address)
        until(page, "camera.ready && camera.view.frame === 3")  # none comes while a key is down
        names = page.locator("#names")
        names.fill("cup, cat , cup,, dog")
        names.press("Tab")
        shown = page.locator("#classes button span:first-child")
        expect(shown).to_have_text(["cup", "cat", "dog"])
        page.locator("h1").click()
        page.keyboard.press("2")
        expect(page.locator("#classes button").nth(1)).to_contain_text("cat1")
        names.fill("cup")
        names.press("Tab")
        expect(page.locator("#label-note")).to_contain_text("has pictures")
        expect(shown).to_have_text(["cup", "cat", "dog"])
        page.locator("#undo").click()
        expect(page.locator("#download")).to_be_disabled()
        dialogs: list[str] = []

        def leave(dialog: Dialog) -> None:
            dialogs.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.locator("#classes button").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#download")).to_be_enabled()
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        assert dialogs == ["beforeunload"]
