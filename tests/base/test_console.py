"""Text from outside is shown, never obeyed: on the terminal, in a table, behind a bar, in an error, in a plot."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from host.base.console import Console, share_bars, words
from host.base.errors import HostError, run_main
from host.base.text import first_few, one_line, visible
from host.evaluate.__main__ import _progress as evaluation_bars
from host.report.figure import new_figure, plain_log, plot_style, png_bytes

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "[red]a[/red] [/x] :smile: \x1b]0;title\x07\x1b[2J\u202eb\x9b31m"
BELLS_APART = HOSTILE.replace("\x07", "")  # rich takes them out of its Text by itself
SHOWN = "[red]a[/red] [/x] :smile: ␛]0;title␇␛[2J\ufffdb\ufffd31m"


def shown(*objects: object, terminal: bool = True) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, color_system=None, width=200)
    console.print(*objects)
    return file.getvalue()


def test_a_line_is_text() -> None:
    assert shown(HOSTILE) == SHOWN + "\n"
    assert shown(Text(BELLS_APART)) == SHOWN.replace("␇", "") + "\n"


def test_a_long_line_is_the_terminals_to_break() -> None:
    assert shown("word " * 100).count("\n") == 1


def test_cells_headings_and_titles_of_a_table_are_text() -> None:
    table = Table(HOSTILE, title=HOSTILE, caption=HOSTILE)
    table.add_row(HOSTILE)
    table.add_row(Text(HOSTILE, "red"))
    out = shown(table)
    assert (
        out.count(SHOWN) == 4
        and out.count("title␛") == 1
        and "\x1b" not in out
        and "\u202e" not in out
    )


def test_what_stands_beside_a_bar_is_text() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=False, width=200)
    with Progress(words(), console=console) as progress:
        progress.add_task(BELLS_APART)
    assert SHOWN.replace("␇", "")[:40] in file.getvalue() and "\x1b" not in file.getvalue()


def test_colours_still_work() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system="truecolor", width=80)
    console.print("a", style="red")
    assert re.search(r"\x1b\[38;2;2\d\d;0;0ma", file.getvalue())


def test_an_error_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise HostError(HOSTILE)

    assert run_main(main) == 2
    assert capsys.readouterr().err == f"error: {SHOWN}\n"


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", one_line(text))
    assert visible(visible(text)) == visible(text)
    assert len(visible(text)) == len(text)


def test_a_dollar_in_a_plot_is_a_dollar() -> None:
    with plot_style():
        figure = new_figure(3, 2)
        axes = figure.subplots()
        axes.plot([1, 1000], [1, 2], label=r"$\frac{$ and $x$")
        axes.set(title=r"$\bad{", xlabel="$", xscale="log")
        axes.set_yticks([1, 2], ["$a$", r"$\bad$"])
        plain_log(axes.xaxis)
        axes.legend()
        assert png_bytes(figure).startswith(b"\x89PNG")
        labels = [label.get_text() for label in axes.get_xticklabels(which="both")]
    assert "100" in labels and not any("$" in label for label in labels)


def test_every_tool_uses_it() -> None:
    """Only host/base makes a console of rich's, or prints a line for people by itself."""
    for path in (ROOT / "host").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if path.parent.name == "base":
            continue
        assert not re.search(r"from rich\.console import[^\n(]*\bConsole\b(?!O)", source) or (
            "Console(" not in source
        ), path
        assert "file=sys.stderr" not in source, path
        for column in re.findall(r"\bTextColumn\((.*)", source):
            assert "markup=False" in column, path
        assert not re.search(r'(yscale|xscale)="(sym)?log"', source) or "plain_log" in source, path


def test_bars_that_vanish_leave_nothing_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with share_bars() as bars:
        bars.update(bars.add_task("reading", total=1.0), completed=1.0)
    assert capsys.readouterr().err == "", "not even the empty line of rich's"


def test_bars_vanish_when_their_work_is_done() -> None:
    """They are no part of what a command says."""
    terminal, file = Console(file=io.StringIO(), force_terminal=True), Console(file=io.StringIO())
    for bars in (share_bars(), evaluation_bars(terminal), evaluation_bars(file)):
        assert bars.live.transient
    assert not evaluation_bars(terminal).disable and evaluation_bars(file).disable
    assert share_bars().console.stderr


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, []),
        (1, ["a"]),
        (3, ["a", "b", "c"]),
        (4, ["a", "b", "c", "and 1 more"]),
        (6, ["a", "b", "c", "and 3 more"]),
    ],
)
def test_of_many_the_first_few_are_named_and_the_rest_counted(count: int, shown: list[str]) -> None:
    assert first_few(list("abcdef"[:count]), 3) == shown
