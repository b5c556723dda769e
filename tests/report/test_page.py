"""The page: complete, escaped, loading nothing."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from host.base.errors import HostError
from host.report.blocks import Code, Page, Paragraph, Plot, Section, Table, Tile
from host.report.figure import new_figure, plain_log, plot_style, png_bytes, svg_text
from host.report.page import refuse_foreign, render_page, write_page

PNG_START = b"\x89PNG\r\n\x1a\n"


def plot(name: str = "curve") -> Plot:
    with plot_style():
        figure = new_figure()
        axes = figure.subplots()
        axes.plot([0, 1, 2], [3, 1, 2])
        axes.set_xlabel("time [s]")
    return Plot(name, figure, "a <curve> & its caption")


def page() -> Page:
    return Page(
        title="A <title>",
        verdict="154.7 ms & no more",
        tiles=(Tile("inference, p50", "154.7", "ms", "n = 100"),),
        warnings=("estimated",),
        sections=(
            Section("Figures", (Paragraph("See."), plot(), plot("other"))),
            Section("Numbers", (Table(("stage", "ms"), (("capture", "1.0"), ("<send>", "2.0"))),)),
            Section("Again", (Code("python -m host.bench 'a b'"),)),
        ),
        footer="made by a test",
    )


def test_a_page_is_made_again_and_nothing_else_is_replaced(tmp_path: Path) -> None:
    refuse_foreign(tmp_path / "new.html")
    write_page(tmp_path / "page.html", Page("a", "b", (), (), (), "c"), pngs=False)
    refuse_foreign(tmp_path / "page.html")
    (tmp_path / "notes.html").write_text("<!doctype html>mine")
    with pytest.raises(HostError, match="is no page of this tool: give another name"):
        refuse_foreign(tmp_path / "notes.html")
    with pytest.raises(HostError, match="is a folder"):
        refuse_foreign(tmp_path)


class Reader(HTMLParser):
    """Tags must nest; what they would load is collected."""

    VOID = ("meta", "path", "use", "rect", "line", "circle", "stop")

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href", "data")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href", "data")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_is_one_file_that_loads_nothing() -> None:
    html = render_page(page())
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    assert all(link.startswith("#") for link in reader.loads), "only parts of itself"
    assert "http:" not in html and "https:" not in html and "@import" not in html
    assert re.findall(r"url\(([^)#]*)", html) == [""] * html.count("url(")
    assert "<script" not in html


def test_every_text_is_there_and_escaped() -> None:
    html = render_page(page())
    reader = Reader()
    reader.feed(html)
    for text in ("A <title>", "154.7 ms & no more", "n = 100", "estimated", "<send>", "See."):
        assert text in reader.text
    assert "python -m host.bench 'a b'" in reader.text
    assert html.count("<svg") == 2 and "<send>" not in html


def test_numbers_stand_right_and_texts_left() -> None:
    """The first column is text unless a table says of more that they are."""
    cells = "<td{}>a</td><td{}>b</td><td>c</td>"
    for table, more in (
        (Table(("x", "y", "z"), (("a", "b", "c"),)), ""),
        (Table(("x", "y", "z"), (("a", "b", "c"),), text_columns=2), ' class="text"'),
    ):
        html = render_page(Page("t", "v", sections=(Section("s", (table,)),)))
        assert cells.format(' class="text"', more) in html
    bold = Table(("x",), (("a",), ("b",)), bold_rows=(1,))
    html = render_page(Page("t", "v", sections=(Section("s", (bold,)),)))
    assert html.count('<tr class="bold">') == 1


def test_figures_have_the_projects_style() -> None:
    with plot_style():
        axes = new_figure().subplots()
        axes.plot([1, 2], [3, 4], label="a")
        legend = axes.legend()
        axes.set_title("of it", loc="left")
    seen = {side: spine.get_visible() for side, spine in axes.spines.items()}
    assert seen == {"left": True, "bottom": True, "top": False, "right": False}
    lines = [*axes.xaxis.get_gridlines(), *axes.yaxis.get_gridlines()]
    assert lines and all(line.get_visible() and line.get_linewidth() == 0.8 for line in lines)
    assert axes.get_axisbelow() is True, "curves lie over the grid"
    assert not legend.get_frame_on()
    title, label = axes.title.get_fontproperties(), axes.get_xticklabels()[0]
    assert (title.get_size(), title.get_weight(), label.get_fontsize()) == (10, "bold", 9)


def test_a_logarithmic_axis_has_plain_numbers_at_its_decades_alone() -> None:
    with plot_style():
        figure = new_figure()
        axes = figure.subplots()
        axes.plot([1, 1000], [1, 2])
        axes.set(xscale="log", xlim=(70, 150))
        plain_log(axes.xaxis)
        figure.draw_without_rendering()
        major, minor = (axes.get_xticklabels(minor=which) for which in (False, True))
    assert "100" in [label.get_text() for label in major]
    assert minor and not any(label.get_text() for label in minor)


def test_png_files_lie_beside_the_page(tmp_path: Path) -> None:
    written = write_page(tmp_path / "new" / "page.html", page())
    assert [path.name for path in written] == ["page.html", "page_curve.png", "page_other.png"]
    assert all(path.read_bytes().startswith(PNG_START) for path in written[1:])
    assert written[0].read_text().startswith("<!doctype html>")


def test_the_same_page_is_the_same_file() -> None:
    assert render_page(page()) == render_page(page())


def test_what_cannot_be_written_is_one_line() -> None:
    with pytest.raises(HostError, match="cannot make /proc/none"):
        write_page(Path("/proc/none/page.html"), page())


def test_two_figures_of_one_name_are_our_bug() -> None:
    twice = Page("t", "v", sections=(Section("f", (plot(), plot())),))
    with pytest.raises(ValueError, match="one name"):
        render_page(twice)


def test_a_figures_size_as_a_file_and_in_a_page() -> None:
    """9 x 3.2 inches; 150 dots an inch in a PNG, 72 points an inch in a page."""
    with Image.open(io.BytesIO(png_bytes(new_figure()))) as picture:
        assert picture.size == (1350, 480)
    with Image.open(io.BytesIO(png_bytes(new_figure(2.0, 1.0), dpi=50))) as picture:
        assert picture.size == (100, 50)
    assert re.search(r'width="648pt" height="230.4pt"', svg_text(new_figure(), "a"))
