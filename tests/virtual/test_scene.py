"""What the virtual camera cannot look at, said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.virtual.light import licence_of
from host.virtual.scene import open_scene


@pytest.mark.parametrize(
    ("scene", "licence"),
    [
        ("default?light=50", "CC0 or public domain"),
        ("drawings", "CC0"),
        ("noise:3", "CC0"),
        ("webcam:0", "own recording"),
        ("folder:default", ""),
        ("image:a.png", ""),
        ("video:a.mp4", ""),
    ],
)
def test_whose_pictures_a_scene_shows(scene: str, licence: str) -> None:
    assert licence_of(scene) == licence


@pytest.mark.parametrize(
    "scene, words",
    [
        ("radio:1", "unknown scene radio:1: give one of default, drawings, folder"),
        ("drawing", "unknown scene drawing; did you mean 'drawings'?: give one of default"),
        ("folder:absent", "absent is not a folder of pictures"),
        ("folder:bare", "no pictures in bare: it needs .bmp"),
        ("folder:set", "no pictures in set itself, but below it: give one of folder:set/b"),
        ("image:absent.png", "cannot read absent.png: No such file"),
        ("image:text.png", "text.png is not a picture that can be read (of no format"),
        ("video:text.md", "text.md is not a video that OpenCV can read"),
        ("webcam:x", "webcam:x: a number is expected behind the colon"),
        ("webcam:4095", "webcam 4095 cannot be opened: is it plugged in"),
    ],
)
def test_a_scene_that_cannot_be_is_reported_in_one_line_and_nothing_else(
    scene: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if "text" in scene:
        (tmp_path / scene.partition(":")[2]).write_text("no picture")
    for folder in ("bare", "set/b"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "set" / "b" / "1.PNG").touch()
    with pytest.raises(HostError) as caught:
        open_scene(scene)
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # OpenCV would tell it in a dozen lines of its own
