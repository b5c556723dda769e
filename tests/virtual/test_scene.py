"""What the virtual camera cannot look at, said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.virtual.scene import open_scene


@pytest.mark.parametrize(
    "scene, words",
    [
        ("nonsense", "unknown scene nonsense: give one of default, drawings, folder"),
        ("folder:absent", "absent is not a folder of pictures"),
        ("folder:.", "no pictures in .: it needs .bmp"),
        ("image:absent.png", "cannot read absent.png: No such file"),
        ("image:text.png", "text.png is not a picture that can be read (of no format"),
        ("video:text.md", "text.md is not a video that OpenCV can read"),
        ("webcam:x", "webcam:x: a number is expected behind the colon"),
        ("webcam:4095", "webcam 4095 cannot be opened: is it plugged in"),
    ],
)
def test_a_scene_that_cannot_be_is_told_in_one_line_and_nothing_else(
    scene: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if "text" in scene:
        (tmp_path / scene.partition(":")[2]).write_text("no picture")
    with pytest.raises(HostError) as caught:
        open_scene(scene)
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # OpenCV would tell it in a dozen lines of its own
