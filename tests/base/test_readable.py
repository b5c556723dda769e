"""Text has a contrast of 4.5:1 or more: on white and black terminals, in windows, reports, plots and on the page."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.text import Text

from host.base.console import Console
from host.base.readable import LEAST, contrast
from host.data import sheet
from host.report import figure
from host.viewer import draw_blocks as window
from host.viewer import terminal_parts as terminal

HOST = Path(__file__).resolve().parents[2] / "host"
BLACK, WHITE = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)
NAMED = [
    f"{bright}{name}"
    for bright in ("", "bright_")
    for name in ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
]
OURS = [terminal.YES, terminal.NO, terminal.QUIET, terminal.ALARM]
FILLED = [f"bold {terminal.INK} on {terminal.YES}", "white on red", "black on green"]


def colours(style: str, system: str) -> tuple[ColorTriplet | None, ColorTriplet | None, str]:
    """(of the text, behind it, the codes) as a terminal gets them."""
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system=system).print(Text("x", style))
    codes = re.match(r"\x1b\[([\d;]*)m", file.getvalue())
    style_code = codes[1] if codes else ""
    found: dict[str, ColorTriplet] = {}
    for what, kind, numbers in re.findall(r"([34]8);([25]);([\d;]+?)(?=;[34]8|$)", style_code):
        parts = [int(part) for part in numbers.split(";")]
        found[what] = (
            ColorTriplet(*parts[:3]) if kind == "2" else Color.from_ansi(parts[0]).get_truecolor()
        )
    return found.get("38"), found.get("48"), style_code


@pytest.mark.parametrize("system", ["truecolor", "256"])
@pytest.mark.parametrize(
    "style", [*NAMED, *OURS, "bold red", "dim", "progress.remaining", "#123456"]
)
def test_a_coloured_text_can_be_read_on_white_and_on_black(system: str, style: str) -> None:
    ink, behind, colour = colours(style, system)
    assert ink is not None and behind is None and "2" not in colour.split(";")[:1]
    assert contrast(ink, BLACK) >= LEAST and contrast(ink, WHITE) >= LEAST


@pytest.mark.parametrize("system", ["truecolor", "256"])
@pytest.mark.parametrize("style", FILLED)
def test_a_filled_field_can_be_read_and_is_seen(system: str, style: str) -> None:
    ink, behind, _ = colours(style, system)
    assert ink is not None and behind is not None and contrast(ink, behind) >= LEAST
    assert contrast(behind, BLACK) >= LEAST and contrast(behind, WHITE) >= LEAST


@pytest.mark.parametrize("style", [*NAMED, *OURS, *FILLED, "dim", "bold red"])
def test_of_sixteen_colours_none_is_used(style: str) -> None:
    """What each looks like is the terminal's choice: olive on white has 4.2:1, the usual yellow 1.3:1."""
    _, _, colour = colours(style, "standard")
    assert set(colour.split(";")) <= {"", "1", "7"}
    assert ("7" in colour.split(";")) == (" on " in style)


def rgb(colour: tuple[int, int, int]) -> ColorTriplet:
    return ColorTriplet(*colour[::-1])


@pytest.mark.parametrize(
    "ink, paper",
    [
        *(
            (ink, paper)
            for ink in (window.TEXT, window.QUIET, window.YES, window.NO, window.ALARM)
            for paper in (window.BACKGROUND, window.PANEL, window.DARK)
        ),
        (window.DARK, window.YES),
        (window.DARK, window.ALARM),
        *((ink, paper) for ink in (sheet.INK, sheet.FAINT) for paper in (sheet.PAPER, sheet.SOFT)),
    ],
)
def test_windows_and_contact_sheets(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    assert contrast(rgb(ink), rgb(paper)) >= LEAST


@pytest.mark.parametrize("ink", [figure.INK, figure.FAINT])
def test_plots(ink: str) -> None:
    assert contrast(Color.parse(ink).get_truecolor(), WHITE) >= LEAST


def variables(style: str) -> dict[str, ColorTriplet]:
    """name -> colour of a CSS block."""
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{6})", style)
    return {name: Color.parse(colour).get_truecolor() for name, colour in found}


@pytest.mark.parametrize("scheme", [0, 1])
def test_the_page_in_both_schemes(scheme: int) -> None:
    css = (HOST / "web/page/style.css").read_text(encoding="utf-8")
    named = variables(re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme])
    pairs = [
        (ink, paper) for ink in ("text", "quiet", "no", "alarm") for paper in ("back", "panel")
    ]
    for ink, paper in (*pairs, ("on-yes", "yes"), ("panel", "text")):
        assert contrast(named[ink], named[paper]) >= LEAST, (ink, paper)


def test_reports() -> None:
    named = variables((HOST / "report/page.html.jinja").read_text(encoding="utf-8"))
    named["warning"] = Color.parse("#fff4e5").get_truecolor()
    for ink in ("ink", "faint", "accent"):
        for paper in ("paper", "soft", *(["warning"] if ink == "ink" else [])):
            assert contrast(named[ink], named[paper]) >= LEAST, (ink, paper)
