"""Terminals as people have them: light and dark, without colours, not UTF-8, small; and the key that explains."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import RenderableType

from host.base.console import Console
from host.base.places import ABOVE
from host.base.text import encodable
from host.viewer import terminal_parts
from host.viewer.draw import paint
from host.viewer.help import FIGURES
from host.viewer.session import Session
from host.viewer.terminal import screen
from host.viewer.view import View
from host.viewer.words import name_lines, short_path
from tests.viewer.scenes import TROUBLE, USUAL


def written(
    picture: RenderableType, encoding: str = "utf-8", columns: int = 80, **more: object
) -> str:
    """What a terminal of that encoding gets; nothing may fail on the way."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(file=file, width=columns, height=24, force_terminal=True, **more)
    console.print(picture)
    file.flush()
    return file.buffer.getvalue().decode(encoding)


def luminance(colour: str) -> float:
    """Relative, of WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["YES", "NO", "QUIET", "ALARM"])
def test_colours_can_be_read_on_white_and_on_black(name: str) -> None:
    of = luminance(getattr(terminal_parts, name))
    assert 1.05 / (of + 0.05) >= 4.5 and (of + 0.05) / 0.05 >= 4.5


def test_without_colours_the_picture_is_shades_and_no_stripes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = written(screen(USUAL, 80, 24))
    assert "▀" not in text and not re.search(r"\x1b\[[\d;]*3[0-8][;m]", text)
    assert len(set(text) & set("░▒▓█")) >= 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
@pytest.mark.parametrize("view", [USUAL, TROUBLE, replace(USUAL, labels=("日本", "über"))])
def test_every_encoding_gets_a_screen(encoding: str, view: View) -> None:
    text = written(screen(view, 80, 24), encoding)
    assert "threshold" in text
    assert max(len(re.sub(r"\x1b\[[\d;?]*\w", "", line)) for line in text.splitlines()) <= 80


def test_marks_become_ascii_of_the_same_width() -> None:
    drawn = "┌─┐│█▁▇…●×°"
    plain = encodable(drawn, "ascii")
    assert plain.isascii() and len(plain) == len(drawn) and "?" not in plain
    assert encodable(drawn, "utf-8") == drawn
    assert encodable("über 5 °", "cp1252") == "über 5 °"


def test_a_long_scene_leaves_the_port_its_line() -> None:
    long = "folder:/home/somebody/a very long way/down/to the/pictures of the class"
    lines = dict(name_lines(replace(USUAL, port="/dev/ttyACM0", scene=long)))
    assert lines["port"] == "/dev/ttyACM0"
    assert lines["scene"].startswith("folder:…") and lines["scene"].endswith("of the class")
    assert len(lines["scene"]) <= 30 and short_path("default") == "default"


def test_a_long_port_goes_on_below() -> None:
    port = "virtual board (core load on, ideal silicon)"
    text = written(screen(replace(USUAL, port=port), 80, 24))
    assert "virtual board (core load" in text and "silicon)" in text and "…" not in text


def test_a_key_explains_the_figures() -> None:
    view = replace(USUAL, helps=True)
    text = " ".join(written(screen(view, 120, 60), columns=120).split())
    for figure, _ in FIGURES:
        assert figure in text
    for size in ((1060, 660), (640, 480), (420, 320), (400, 700)):
        seen = [text for text, _ in paint(view, *size).texts]
        assert all(figure in seen for figure, _ in FIGURES), size
    small = written(screen(view, 80, 24))
    assert "what the figures mean" in small and len(small.splitlines()) <= 25
    assert all(figure in small for figure, _ in FIGURES), "the usual terminal has them all"


def test_the_glossary_has_every_line_of_the_help() -> None:
    page = (ABOVE / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    for figure, meaning in FIGURES:
        assert f"| {figure} | {meaning} |" in page


@pytest.mark.parametrize("key", ["h", "?"])
def test_the_key_goes_there_and_back(key: str) -> None:
    session = Session.__new__(Session)
    session.view = USUAL
    session._keys = {key: session._help}
    assert session.press(key) and session.view.helps
    assert session.press(key) and not session.view.helps
